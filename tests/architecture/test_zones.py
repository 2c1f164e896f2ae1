"""Zones: every table has a home, and the recorder that watches the tests does see trespassers."""

import pytest
from django.apps import apps
from django.db import connection, connections

from conversations.models import Conversation
from kernel.checks import every_model_has_a_zone
from kernel.tenancy import Tenant, control_plane
from kernel.zones import Zone, inside_vault, is_kept_in, may_refer, zone_of
from privacy.vault.models import Person
from tenants.models import Organisation
from tests import recorder


def test_every_model_has_a_zone_and_no_key_leaves_it() -> None:
    for model in apps.get_models():
        zone = zone_of(model._meta.app_label)
        assert zone is not None, model
        for field in model._meta.get_fields():
            if (
                field.is_relation
                and field.related_model is not None
                and not isinstance(field.related_model, str)
            ):
                other = zone_of(field.related_model._meta.app_label)
                is_ours = field.concrete and not field.auto_created
                assert may_refer(zone, other) if is_ours else may_refer(other, zone), field


def test_a_model_without_a_zone_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(type(apps.get_app_config("conversations")), "zone")

    (found,) = every_model_has_a_zone([apps.get_app_config("conversations")])

    assert found.id == "kernel.E001"


def test_the_settings_list_each_app_in_its_zone() -> None:
    from django.conf import settings

    tenant = {apps.get_app_config(label.rpartition(".")[2]).label for label in settings.TENANT_APPS}

    assert tenant == {app.label for app in apps.get_app_configs() if is_kept_in(app.label, Zone.TENANT)}


def test_the_tenant_zone_holds_no_word_for_a_person() -> None:
    """Architecture 2: what a tenant's schema never holds."""
    words = (
        "author",
        "user",
        "person",
        "email",
        "phone",
        "name_of",
        "ip",
        "address",
        "created",
        "updated",
        "timestamp",
    )
    for model in apps.get_models():
        if zone_of(model._meta.app_label) is Zone.TENANT:
            names = {field.name for field in model._meta.get_fields()}
            assert not {name for name in names for word in words if word in name.split("_")}, model


def _trespasses() -> list[str]:
    found, recorder.violations[:] = list(recorder.violations), []
    return found


def test_the_recorder_sees_the_vault_read_outside_a_verb() -> None:
    Person.objects.count()
    assert "vault_person" in _trespasses()[0]

    with inside_vault():
        Person.objects.count()
    assert _trespasses() == []


def test_the_recorder_sees_the_control_plane_read_elsewhere(in_acme: Tenant) -> None:
    with pytest.raises(Exception, match="permission denied|does not exist"), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM public.tenants_organisation")
    assert "tenants_organisation" in _trespasses()[0]

    with control_plane():
        Organisation.objects.count()
    assert _trespasses() == []


def test_the_recorder_sees_a_tenants_table_asked_from_the_control_plane() -> None:
    with control_plane(), pytest.raises(Exception, match="does not exist"):
        Conversation.objects.count()

    assert "conversations_conversation" in _trespasses()[0]


def test_the_recorder_sees_the_vault_reached_for_conversations() -> None:
    with (
        inside_vault(),
        pytest.raises(Exception, match="does not exist"),
        connections["vault"].cursor() as cursor,
    ):
        cursor.execute("SELECT * FROM conversations_idea")

    assert "conversations_idea" in _trespasses()[0]
