"""Certificates of deletion: signed, verifiable by anybody, naming nobody (R62)."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import boto3
import pytest
from django.conf import settings
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.test import Client

from kernel.tenancy import control_plane, tenant_context
from privacy import signatures
from privacy.deletion.models import Certificate
from privacy.deletion.services import certificates, printing, steps, verifying
from privacy.keys import signing
from privacy.keys.signing import BucketOfSigningKeys, FolderOfSigningKeys, SigningKey, SigningKeys
from privacy.vault.interface import vault_for
from privacy.vault.refusals import StillThere
from tenants.models import Organisation
from tests.deleting import Ended, let_days_pass, make_ended, take_further
from tests.making import make_conversation


@pytest.fixture(scope="module")
def ended(acme: Organisation) -> Iterator[Ended]:
    """A project whose deletion is over."""
    before, steps.PATIENCE = steps.PATIENCE, 0.0
    made = make_ended(acme)
    take_further(made.project)
    let_days_pass(made.project, 8)
    steps.run_due(only=made.project)
    yield made
    steps.PATIENCE = before


@pytest.fixture
def final(ended: Ended) -> Certificate:
    with control_plane():
        return Certificate.objects.get(purge=ended.project, kind="final")


@pytest.fixture
def document(final: Certificate) -> bytes:
    return certificates.document(final)


def _verify(content: bytes) -> verifying.Verdict:
    return verifying.verify(content, verifying.published())


def test_a_certificate_verifies(document: bytes) -> None:
    verdict = _verify(document)

    assert verdict.is_genuine
    assert verdict.said["kind"] == "final"
    assert verdict.said["keys"]["state"] == "destroyed"
    assert verdict.said["backups"]["are_gone"] is True


def test_it_says_what_was_deleted_checked_and_not(final: Certificate) -> None:
    said = json.loads(final.content)

    assert {line["store"]: line["count"] for line in said["deleted"]}["Contributions"] == 8
    assert said["checked"]["is_clean"]
    assert said["checked"]["is_proven"]
    assert {line["what"] for line in said["not_checked"]} >= {"Backups"}
    assert said["steps"][0]["step"] == "freeze"
    assert said["deadlines"].keys() == {"rows", "everything"}


def test_the_provisional_one_says_that_backups_are_not_gone(ended: Ended) -> None:
    with control_plane():
        said = json.loads(Certificate.objects.get(purge=ended.project, kind="provisional").content)

    assert said["backups"]["are_gone"] is False
    assert said["final_from"] == said["backups"]["last_gone_by"]


def test_it_names_nobody(ended: Ended, document: bytes) -> None:
    text = document.decode()

    assert not [address for address in ended.addresses if address in text]
    assert "Idea number" not in text


def test_it_lies_in_the_object_store_too(ended: Ended, document: bytes) -> None:
    with storages["files"].open(f"certificates/{ended.project}-final.json") as kept:
        assert kept.read() == document


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"count": 8', '"count": 9'),
        ('"kind": "final"', '"kind": "provisional"'),
        ('"is_clean": true', '"is_clean": false'),
    ],
)
def test_a_changed_character_is_seen(document: bytes, old: str, new: str) -> None:
    text = document.decode()
    assert old in text

    verdict = _verify(text.replace(old, new, 1).encode())

    assert not verdict.is_genuine
    assert verdict.said == {}


def test_layout_does_not_matter(document: bytes) -> None:
    assert _verify(json.dumps(json.loads(document)).encode()).is_genuine


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{", b"\xff\xfe", b'{"certificate": {}}', b"9" * 5000, b"[" * 100_000, b'{"a": NaN}'],
)
def test_what_is_no_certificate_is_refused(content: bytes) -> None:
    assert not _verify(content).is_genuine


def test_nothing_unsigned_stands_beside_it(document: bytes) -> None:
    whole = json.loads(document) | {"note": "All is well."}

    assert not _verify(json.dumps(whole).encode()).is_genuine


def test_no_name_stands_twice(document: bytes) -> None:
    """Readers would differ about which of the two was signed."""
    twice = document.decode().replace('"kind": "final"', '"kind": "provisional",\n    "kind": "final"', 1)

    assert not _verify(twice.encode()).is_genuine


def test_a_key_of_somebody_else_is_refused(document: bytes) -> None:
    theirs = _a_key()
    said = json.loads(document)["certificate"]
    forged = {
        "algorithm": "Ed25519",
        "certificate": said,
        "key": theirs.id,
        "signature": base64.b64encode(theirs.sign(signatures.canonical(said))).decode(),
    }
    assert not _verify(json.dumps(forged).encode()).is_genuine

    forged["key"] = json.loads(document)["key"]
    assert not _verify(json.dumps(forged).encode()).is_genuine


def _a_key() -> SigningKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    return SigningKey(signatures.id_of(public), "2026-01-01", public, private.private_bytes_raw())


def test_what_an_old_key_signed_verifies_after_a_rotation(document: bytes, acme: Organisation) -> None:
    old = signing.current_key(now="2026-01-01")

    call_command("signing_key", "rotate")

    new = signing.current_key(now="2026-01-01")
    assert new.id != old.id
    assert [key.private for key in signing.known_keys() if key.id == old.id] == [b""]
    assert _verify(document).is_genuine
    later = make_ended(acme)
    take_further(later.project)
    with control_plane():
        assert Certificate.objects.get(purge=later.project).key == new.id


@pytest.fixture(params=["directory", "kms"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> SigningKeys:
    if request.param == "directory":
        return FolderOfSigningKeys([tmp_path / "keys", tmp_path / "copy"])
    endpoint = request.getfixturevalue("s3_endpoint")
    bucket = f"keys-{uuid4().hex}"
    boto3.client("s3", endpoint_url=endpoint).create_bucket(Bucket=bucket)
    return BucketOfSigningKeys(bucket=bucket, endpoint=endpoint)


def test_both_stores_keep_and_retire_keys(store: SigningKeys) -> None:
    first, second = _a_key(), _a_key()
    store.add(first)
    store.add(second)

    store.retire(first)
    store.retire(first)

    found = {key.id: key.private for key in store.all()}
    assert found == {first.id: b"", second.id: second.private}


def test_a_lost_file_of_a_signing_key_is_found_in_the_copy(tmp_path: Path) -> None:
    store = FolderOfSigningKeys([tmp_path / "keys", tmp_path / "copy"])
    key = _a_key()
    store.add(key)

    (tmp_path / "keys" / "platform" / f"{key.id}.signing").write_bytes(b"\x81")

    assert store.all() == [key]


def test_the_vault_signs_nothing_about_people_it_still_has(acme: Organisation) -> None:
    with tenant_context(acme.tenant):
        talk = make_conversation()
    said = {"organisation": str(acme.pk), "project": str(talk.pk)}

    with pytest.raises(StillThere):
        vault_for(acme.tenant).sign_certificate(conversation=talk.pk, certificate=signatures.canonical(said))


def test_the_vault_signs_nothing_about_another_conversation(ended: Ended, beta: Organisation) -> None:
    said = {"organisation": str(ended.organisation.pk), "project": str(uuid4())}
    mine = {"organisation": str(beta.pk), "project": str(ended.project)}

    for tenant, content in ((ended.organisation.tenant, said), (beta.tenant, mine)):
        with pytest.raises(StillThere):
            vault_for(tenant).sign_certificate(
                conversation=ended.project, certificate=signatures.canonical(content)
            )


def test_it_prints_as_an_accessible_document(final: Certificate) -> None:
    made = printing.printed(final)

    assert made.startswith(b"%PDF")
    assert b"pdfuaid" in made


# The command, and the page for everybody ---------------------------------------------------


def test_the_command_tells_genuine_from_forged(
    document: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, keys = tmp_path / "certificate.json", tmp_path / "keys.json"
    file.write_bytes(document)
    keys.write_text(json.dumps(verifying.as_json(verifying.published())))

    call_command("certificate", "verify", str(file))
    call_command("certificate", "verify", str(file), "--keys", str(keys))
    assert capsys.readouterr().out.count('"is_genuine": true') == 2

    file.write_bytes(document.replace(b'"final"', b'"fina1"', 1))
    with pytest.raises(CommandError):
        call_command("certificate", "verify", str(file))


@pytest.fixture
def anybody() -> Client:
    return Client(headers={"host": settings.BASE_DOMAIN})


def test_anybody_verifies_a_file_without_an_account(anybody: Client, document: bytes) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    assert anybody.get("/certificates/verify/").status_code == 200
    answer = anybody.post("/certificates/verify/", {"file": SimpleUploadedFile("c.json", document)})

    assert answer.status_code == 200
    assert "Genuine." in answer.content.decode()


def test_anybody_verifies_what_they_paste(anybody: Client, document: bytes) -> None:
    answer = anybody.post("/certificates/verify/", {"certificate": document.decode()})
    forged = anybody.post("/certificates/verify/", {"certificate": "<script>alert(1)</script>"})

    assert "Genuine." in answer.content.decode()
    assert forged.status_code == 422
    assert "Not genuine." in forged.content.decode()
    assert "<script>alert" not in forged.content.decode()


def test_the_page_speaks_welsh(anybody: Client) -> None:
    answer = anybody.get("/certificates/verify/", headers={"accept-language": "cy"})

    assert "tystysgrif" in answer.content.decode()


def test_keys_are_published(anybody: Client) -> None:
    answer = anybody.get("/certificates/keys.json")

    assert answer.status_code == 200
    assert verifying.from_json(answer.content) == verifying.published()
    assert b"private" not in answer.content
