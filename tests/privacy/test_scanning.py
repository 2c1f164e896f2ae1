"""The scan finds whatever is left of anybody, wherever and however it lies, and proves in each run that it would."""

import gzip
import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.db import connections, transaction
from django.test import override_settings

from accounts.models import Account
from conversations.models import Conversation, Idea
from kernel.tenancy import Tenant, control_plane, tenant_context
from kernel.valkey import vault_client, web_client
from kernel.zones import inside_vault
from privacy.scanning import services
from privacy.scanning.report import ScanReport
from privacy.stores import StoreAway
from privacy.traces.planting import encoded
from privacy.traces.report import Kind
from privacy.vault.interface import vault, vault_for
from privacy.vault.models import Planted
from privacy.vault.refusals import NotClosed, UnknownConversation
from tenants.models import Organisation, Role
from tests.conftest import both_forms
from tests.making import enrol, make_conversation, make_idea, make_people
from tests.privacy.deleting import digests_written, emptied, scanned, scope_of
from tests.staffing import make_staff

_FORMS = sorted(encoded(""))


def _address() -> str:
    """Of somebody whose name it tells."""
    letters = str.maketrans("0123456789", "ghijklmnop")
    return f"{secrets.token_hex(4)}.{secrets.token_hex(4)}@left.example".translate(letters)


def _left(address: str) -> bytes:
    """The address once in every form."""
    return b" \x1f ".join(encoded(address).values())


@contextmanager
def _row(content: bytes) -> Iterator[None]:
    """A row that stays for the scan, in a table of the vault."""
    with inside_vault():
        row = Planted.objects.create(name="", text="", content=content, data={})
        try:
            yield
        finally:
            row.delete()


@contextmanager
def _key(client: Callable[[], object], name: str, content: bytes) -> Iterator[None]:
    client().rpush(name, b"first", content)  # type: ignore[attr-defined]
    try:
        yield
    finally:
        client().delete(name)  # type: ignore[attr-defined]


@contextmanager
def _file(path: Path, content: bytes) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    try:
        yield
    finally:
        path.unlink()


def _found(report: ScanReport) -> set[str]:
    return {f"{place.kind.value}: {place.place}" for place in report.found}


@both_forms
def test_nothing_is_found_where_nothing_is_left_and_the_scan_has_proven_itself(
    in_acme: Tenant, talk: Conversation
) -> None:
    """R62: in every kind of place the planted examples were found, and are gone again."""
    address = _address()
    enrol(talk, address)
    scope = scope_of(in_acme, talk)

    counts = digests_written(scope)
    report = scanned(scope)

    assert counts == {"mail": 1, "name": 1}
    assert report.looked_for == counts
    assert report.found == []
    assert report.proven == dict.fromkeys(Kind, True)
    assert report.is_proven
    assert json.loads(json.dumps(report.as_dict()))["is_clean"] is True
    assert list(web_client().scan_iter(match="web:planted:*")) == []
    assert list(vault_client().scan_iter(match="vault:planted:*")) == []
    assert storages["files"].listdir("planted")[1] == []
    with inside_vault():
        assert not Planted.objects.exists()


def test_one_address_is_found_in_each_kind_of_place_and_in_every_form(
    in_acme: Tenant, talk: Conversation, tmp_path: Path
) -> None:
    """R62, F9: planted outside of what the product itself would ever write."""
    address = _address()
    enrol(talk, address)
    (voice,) = make_people(talk)
    scope = scope_of(in_acme, talk)
    digests_written(scope)
    content = _left(address)
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "spool.gz").write_bytes(gzip.compress(content))
    saved = default_storage.save("reports/left.bin", ContentFile(content))
    with (
        control_plane(),
        transaction.atomic(),
        connections["default"].cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO scanning_planted (name, text, content, data) VALUES ('', '', %s, %s::jsonb)",
            [content, json.dumps({"deep": [address]})],
        )
    idea = make_idea(talk, voice, f"Write to {address}")
    with (
        _row(content),
        _key(web_client, f"web:{in_acme.schema_name}:cache:left", content),
        _key(vault_client, f"vault:left:{uuid4().hex}", content),
        _file(Path(settings.OUTBOX_DIR) / "left.part", content),
        override_settings(SCAN_FOLDERS=[str(tmp_path)]),
    ):
        report = scanned(scope)
    default_storage.delete(saved)
    with control_plane(), connections["default"].cursor() as cursor:
        cursor.execute("DELETE FROM scanning_planted")
    Idea.objects.filter(pk=idea).delete()

    assert _found(report) == {
        "control plane: scanning_planted.content",
        "control plane: scanning_planted.data",
        "organisations: conversations_idea.text",
        "organisations: conversations_ideawords.vector",
        "vault: vault_planted.content",
        "Valkey, the site's keys: web:",
        "Valkey, the vault's keys: vault:",
        "files: the organisation's files",
        "folders: outbox",
        f"folders: {tmp_path}",
    }
    assert report.is_proven


@pytest.mark.parametrize("form", _FORMS)
def test_each_form_alone_is_found_and_a_near_miss_is_not(
    in_acme: Tenant, talk: Conversation, form: str
) -> None:
    address = _address()
    enrol(talk, address)
    digests_written(scope_of(in_acme, talk))
    salt = vault().salt(conversation=talk.pk).salt

    def known(text: str) -> bool:
        from privacy.traces.candidates import candidates
        from privacy.traces.digests import digest

        found = [digest(salt, candidate) for candidate in candidates(encoded(text)[form])]
        return bool(vault().compare(conversation=talk.pk, digests=found))

    assert known(address)
    assert not known(f"x{address}")
    assert not known(address.replace("left", "lost"))


def test_a_post_that_says_hope_is_no_failure(in_acme: Tenant, talk: Conversation) -> None:
    """A name is looked for in columns as a whole, never in what people wrote."""
    enrol(talk, "hope.smith@people.example", "hope@people.example")
    make_idea(talk, make_people(talk)[0], "Hope Smith gives me hope. Hope")
    scope = scope_of(in_acme, talk)
    digests_written(scope)

    report = scanned(scope)

    assert report.looked_for == {"mail": 2, "name": 1}
    assert report.found == []


def test_a_name_that_stands_in_a_column_is_found(in_acme: Tenant, talk: Conversation) -> None:
    enrol(talk, "hope.smith@people.example")
    scope = scope_of(in_acme, talk)
    digests_written(scope)
    with tenant_context(in_acme), connections["default"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO scanning_planted (name, text, content, data) VALUES ('Hope Smith', '', '', '{}')"
        )
        report = scanned(scope)
        cursor.execute("DELETE FROM scanning_planted")

    assert _found(report) == {"organisations: scanning_planted.name"}


def test_accounts_and_what_the_organisation_published_are_known_places(
    in_acme: Tenant, talk: Conversation
) -> None:
    """Listed with their counts, and no failure."""
    staff = make_staff(Role.SUPPORT)
    with control_plane():
        address = Account.objects.get(pk=staff.id).email
    enrol(talk, address)
    Conversation.objects.filter(pk=talk.pk).update(introduction=f"Questions? Ask {address}.")
    scope = scope_of(in_acme, talk)
    digests_written(scope)
    # Their account began with a mail, which lies in the outbox here.
    emptied(scope, only="Outbox folder")

    report = scanned(scope)

    assert report.found == []
    known = {place.place: place.found["mail"] for place in report.known}
    assert known["accounts_account.email"] == 1
    assert known["conversations_conversation.introduction"] == 1


def test_what_another_organisation_keeps_is_theirs_and_not_even_counted_in_the_file(
    in_acme: Tenant, beta: Organisation, talk: Conversation
) -> None:
    address = _address()
    enrol(talk, address)
    with tenant_context(beta.tenant):
        other = make_conversation()
        make_idea(other, make_people(other)[0], f"Ask {address}")
    scope = scope_of(in_acme, talk)
    digests_written(scope)

    report = scanned(scope)

    assert report.is_clean
    (theirs,) = [place for place in report.places if place.place == "other organisations" and place.found]
    assert theirs.kind is Kind.TENANT
    written = [place for place in report.as_dict()["places"] if place["place"] == "other organisations"]
    assert all("found" not in place for place in written)


def test_a_scanner_that_misses_its_example_is_not_proven(
    in_acme: Tenant, talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R62: a scan that looks at nothing must not pass for one that finds nothing."""
    scope = scope_of(in_acme, talk)
    digests_written(scope)
    monkeypatch.setattr("privacy.scanning.places.keys.look_through_keys", lambda *_anything: None)

    report = scanned(scope)

    assert report.is_clean
    assert not report.is_proven
    assert not report.proven[Kind.WEB_KEYS]


def test_what_cannot_be_read_is_named(in_acme: Tenant, talk: Conversation, tmp_path: Path) -> None:
    scope = scope_of(in_acme, talk)
    digests_written(scope)

    with override_settings(SCAN_FOLDERS=[str(tmp_path / "not-there")]):
        report = scanned(scope)

    assert [(place.place, place.problem) for place in report.unread] == [
        (str(tmp_path / "not-there"), "some folders could not be read")
    ]


@both_forms
def test_once_the_digests_are_written_nothing_opens_the_conversation(
    in_acme: Tenant, talk: Conversation
) -> None:
    scope = scope_of(in_acme, talk)
    with pytest.raises(NotClosed):
        vault().salt(conversation=talk.pk)
    with pytest.raises(StoreAway):
        services.scan(scope)
    digests_written(scope)

    with pytest.raises(UnknownConversation):
        enrol(talk, _address())
    with pytest.raises(UnknownConversation):
        vault().send_code(conversation=talk.pk, address=_address(), browser="b")
    # Asked again, for instance after a crash, the digests stay as they were.
    first = vault().salt(conversation=talk.pk)
    digests_written(scope)
    assert vault().salt(conversation=talk.pk) == first


def test_another_organisation_cannot_compare(in_acme: Tenant, beta: Organisation, talk: Conversation) -> None:
    digests_written(scope_of(in_acme, talk))

    with pytest.raises(UnknownConversation):
        vault_for(beta.tenant).compare(conversation=talk.pk, digests=[])
    with pytest.raises(UnknownConversation):
        vault_for(beta.tenant).salt(conversation=talk.pk)


def test_addresses_from_calls_for_help_and_names_come_forward_with_are_looked_for(
    in_acme: Tenant, talk: Conversation
) -> None:
    from privacy.anonymity import sealed_for_vault
    from privacy.vault.endings import Work

    vault().support(conversation=talk.pk, text="Call 07400 123456 please", contact="else@people.example")
    said = json.dumps({"name": "Hope Smith", "contact": "hope@home.example"}).encode()
    sealed = sealed_for_vault(bytes(talk.public_key), said)
    vault().work(conversation=talk.pk, what=Work.CLOSE, sealed_names=[sealed, b"not sealed at all"])

    counts = digests_written(scope_of(in_acme, talk))

    assert counts == {"mail": 2, "phone": 1, "name": 1}


def test_a_text_is_masked_where_somebody_left_their_own_address(in_acme: Tenant, talk: Conversation) -> None:
    enrol(talk, "hope.smith@people.example")
    vault().support(conversation=talk.pk, text="", contact="07400 123456")
    scope = scope_of(in_acme, talk)
    digests_written(scope)

    masked = services.masked(
        scope,
        [
            "Ask Hope.Smith@people.example or else@people.example, or call 07400 123 456.",
            "In 2019, 1,000,000 people and 12 07400 123457 more",
            encoded("hope.smith@people.example")["hex"].decode(),
        ],
    )

    assert masked == {0: "Ask […] or else@people.example, or call […].", 2: "[…]"}
