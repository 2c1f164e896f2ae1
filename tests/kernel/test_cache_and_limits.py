from datetime import date

import pytest
from django.core.cache import cache

from kernel import limits
from kernel.errors import TooMany
from kernel.postgresql.base import NoTenant
from kernel.tenancy import control_plane, tenant_context
from kernel.valkey import web_client
from tenants.models import Organisation
from tests.making import new_address

TODAY = date(2026, 6, 10)


def test_the_same_key_holds_two_things_for_two_tenants(acme: Organisation, beta: Organisation) -> None:
    """I20."""
    with tenant_context(acme.tenant):
        cache.set("greeting", "ours", 30)
    with tenant_context(beta.tenant):
        assert cache.get("greeting") is None
        with control_plane():
            assert cache.get("greeting") is None
    with tenant_context(acme.tenant):
        assert cache.get("greeting") == "ours"


def test_without_a_tenant_there_is_no_key() -> None:
    """I20."""
    with pytest.raises(NoTenant):
        cache.get("greeting")


def test_a_full_window_refuses_and_another_person_is_not_touched() -> None:
    """I21."""
    who, other = new_address(), new_address()
    for _time in range(3):
        limits.count(what="test", who=who, rate="3/10minutes", today=TODAY)

    with pytest.raises(TooMany):
        limits.count(what="test", who=who, rate="3/10minutes", today=TODAY)
    limits.count(what="test", who=other, rate="3/10minutes", today=TODAY)


def test_nothing_about_who_asked_is_kept_in_clear() -> None:
    limits.count(what="visit", who="192.0.2.55", rate="3/10minutes", today=TODAY)

    assert not [name for name in web_client().scan_iter("*") if b"192.0.2.55" in name]
