"""The vault's stores: emptied in their order, batch by batch, and nothing of the conversation next to it."""

from pathlib import Path
from uuid import uuid4

import boto3
import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import override_settings

from conversations.models import Conversation
from kernel import versions
from kernel.messages import OutboxTexts, letters
from kernel.tenancy import Tenant
from kernel.valkey import vault_client
from kernel.zones import inside_vault
from privacy.keys.configured import key_store
from privacy.keys.store import KeysUnavailable
from privacy.stores import Store, StoreAway, stores
from privacy.vault import emptying, models
from privacy.vault.interface import vault
from tenants.models import Organisation
from tests.conftest import both_forms
from tests.making import enrol, make_conversation, new_address, signed_in_client, ticket_of
from tests.privacy.deleting import digests_written, emptied, scope_of


def _store(name: str) -> Store:
    return next(store for _step, store in stores() if store.name == name)


def _rows_of(talk: Conversation) -> dict[str, int]:
    """Every row of the vault that names the conversation, found by the models' own keys."""
    with inside_vault():
        return {
            "people": models.Person.objects.filter(conversation=talk.pk).count(),
            "support": models.SupportMessage.objects.filter(conversation=talk.pk).count(),
            "mailings": models.Mailing.objects.filter(conversation=talk.pk).count(),
            "letters": models.Letter.objects.filter(conversation=talk.pk).count(),
            "jobs": models.Job.objects.filter(conversation=talk.pk).count(),
            "itself": models.Conversation.objects.filter(pk=talk.pk).count(),
        }


@both_forms
def test_everything_about_people_goes_and_the_neighbour_keeps_theirs(
    in_acme: Tenant, talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R62: rows in batches, then keys; asked again nothing goes any more."""
    monkeypatch.setattr(emptying, "_BATCH", 2)
    other = make_conversation()
    for conversation in (talk, other):
        enrol(conversation, *(new_address() for _n in range(5)))
        vault().support(conversation=conversation.pk, text="Help", contact=new_address())
    scope = scope_of(in_acme, talk)
    digests_written(scope)
    before = _rows_of(other)

    gone = emptied(scope)

    assert gone["People"] >= 6
    assert set(_rows_of(talk).values()) == {0}
    assert _rows_of(other) == before
    with pytest.raises(KeysUnavailable):
        key_store().read(in_acme.organisation, talk.pk)
    assert all(store.erase(scope) == 0 and store.remaining(scope) == 0 for _step, store in stores())
    assert key_store().read(in_acme.organisation, other.pk)


def test_nobody_goes_before_the_digests_are_written_and_no_key_before_people(
    in_acme: Tenant, talk: Conversation
) -> None:
    enrol(talk, new_address())
    scope = scope_of(in_acme, talk)

    with pytest.raises(StoreAway):
        _store("People").erase(scope)
    digests_written(scope)
    with pytest.raises(StoreAway):
        _store("Keys").erase(scope)

    assert _rows_of(talk)["people"] == 1
    assert key_store().read(in_acme.organisation, talk.pk)


def test_sessions_end_and_cookies_open_nothing(
    acme: Organisation, in_acme: Tenant, talk: Conversation
) -> None:
    browser = signed_in_client(acme, talk)
    scope = scope_of(in_acme, talk)
    assert _store("Sessions of participants").remaining(scope) == 1

    emptied(scope, only="Sessions of participants")

    assert browser.get(f"/{talk.slug}/home/").status_code in {302, 404}
    assert "sign-in" in browser.get(f"/{talk.slug}/mine/").headers.get("Location", "")


def test_what_waits_to_be_sent_is_dropped_and_codes_end(in_acme: Tenant, talk: Conversation) -> None:
    """R62: no letter leaves for somebody who is being deleted."""
    address = new_address()
    enrol(talk, address)
    vault().send_code(conversation=talk.pk, address=address, browser="b")
    scope = scope_of(in_acme, talk)
    assert _rows_of(talk)["letters"] == 1

    emptied(scope, only="Mail and work that wait in the vault")
    assert _rows_of(talk)["letters"] == _rows_of(talk)["jobs"] == 0
    assert _store("Codes and counters of sign-ins").remaining(scope) > 0
    emptied(scope, only="Codes and counters of sign-ins")

    assert list(vault_client().scan_iter(match=f"vault:{talk.pk.hex}:*")) == []


def test_the_outbox_loses_letters_to_these_people_and_to_nobody_else(
    in_acme: Tenant, talk: Conversation
) -> None:
    address, stranger = new_address(), new_address()
    enrol(talk, address)
    ticket_of(talk, address)
    vault().support(conversation=talk.pk, text="", contact="07400 123456")
    for number in ("+447400123456", stranger):
        OutboxTexts().send(number=number, text="Hello")
    broken = Path(settings.OUTBOX_DIR) / f"{uuid4().hex}.part"
    broken.write_text("{")
    scope = scope_of(in_acme, talk)
    digests_written(scope)

    emptied(scope, only="Outbox folder")

    broken.unlink()
    reached = {letter.to for letter in letters()}
    assert reached.isdisjoint({address, "+447400123456"})
    assert stranger in reached


def test_files_of_the_conversation_go_and_others_stay(in_acme: Tenant, talk: Conversation) -> None:
    other = make_conversation()
    names = [f"rosters/{conversation.pk}/{uuid4()}" for conversation in (talk, other)]
    for name in names:
        default_storage.save(name, ContentFile(b"sealed"))
    scope = scope_of(in_acme, talk)

    assert emptied(scope, only="Files of the conversation") == {"Files of the conversation": 1}
    assert [default_storage.exists(name) for name in names] == [False, True]
    default_storage.delete(names[1])


def test_versions_markers_and_unfinished_uploads_go(
    in_acme: Tenant, talk: Conversation, s3_endpoint: str
) -> None:
    """R62, F9: a plain delete only hides a file; afterwards versions and uploads are none."""
    bucket = f"files-{uuid4().hex}"
    client = boto3.client("s3", endpoint_url=s3_endpoint)
    client.create_bucket(Bucket=bucket)
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    scope = scope_of(in_acme, talk)
    s3 = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {"bucket_name": bucket, "endpoint_url": s3_endpoint, "file_overwrite": True},
    }
    with override_settings(STORAGES={**settings.STORAGES, "files": s3}):
        name = f"rosters/{talk.pk}/one"
        for content in (b"first", b"second"):
            default_storage.save(name, ContentFile(content))
        default_storage.delete(name)
        default_storage.save("logo.png", ContentFile(b"png"))
        client.create_multipart_upload(Bucket=bucket, Key=f"{in_acme.schema_name}/rosters/{talk.pk}/two")
        kinds = sorted((found.is_marker, found.is_upload) for found in versions.stored())

        gone = emptied(scope, only="Files of the conversation")

        assert kinds == [(False, False)] * 3 + [(False, True), (True, False)]
        assert gone == {"Files of the conversation": 4}
        (left,) = versions.stored()
        assert left.name.endswith("logo.png")
        with versions.reading(left) as file:
            assert file.read() == b"png"


def test_an_object_store_that_is_away_is_tried_again(in_acme: Tenant, talk: Conversation) -> None:
    """F9."""
    scope = scope_of(in_acme, talk)
    s3 = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": "none",
            "endpoint_url": "http://127.0.0.1:1",
            "access_key": "a",
            "secret_key": "b",
        },
    }
    with override_settings(STORAGES={**settings.STORAGES, "files": s3}), pytest.raises(StoreAway):
        _store("Files of the conversation").remaining(scope)


def test_a_supplier_that_is_away_is_tried_again_and_nothing_is_done_meanwhile(
    in_acme: Tenant, talk: Conversation
) -> None:
    """F13: the step stays open until the supplier has answered."""
    from kernel.suppression import SupplierAway
    from privacy.vault import runner

    scope = scope_of(in_acme, talk)
    digests_written(scope)
    store = _store("Suppression lists of mail and text message suppliers")
    with override_settings(SUPPRESSION_LISTS=["tests.privacy.test_vault_stores.Away"]):
        assert store.erase(scope) == 0
        with pytest.raises(SupplierAway):
            runner.run_waiting()
        assert store.remaining(scope) == 1


class Away:
    name = "away"

    def addresses(self) -> list[str]:
        from kernel.suppression import SupplierAway

        raise SupplierAway

    def forget(self, address: str) -> None: ...
