"""The audit against its anchors: whatever is done to the chain is seen. R64, F19."""

import json
from collections.abc import Iterator

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.db import connections

from kernel import audit
from kernel.audit import Head, digest_of
from kernel.models import AuditEntry
from kernel.tenancy import control_plane, owner_in
from privacy.oversight.services import anchors


@pytest.fixture
def _chain() -> Iterator[None]:
    """Six entries, an anchor after each second; whatever a test does to them is put right again."""
    with control_plane():
        before = audit.head().position
    for n in range(6):
        audit.record("tried", by=None, about={"n": n})
        if n % 2:
            anchors.anchor()
    kept = _entries()
    yield
    with owner_in("public"):
        _owner("DELETE FROM kernel_auditentry")
        for entry in kept:
            entry.save(using="owner", force_insert=True)
    files = storages["files"]
    for name in files.listdir("audit")[1]:
        if int(name[:12]) > before:
            files.delete(f"audit/{name}")
    for entry in kept:
        if entry.position > before:
            with owner_in("public"):
                _owner("DELETE FROM kernel_auditentry WHERE position = %s", entry.position)


pytestmark = pytest.mark.usefixtures("_chain")


def _entries() -> list[AuditEntry]:
    with control_plane():
        return list(AuditEntry.objects.order_by("position"))


def _owner(statement: str, *values: int) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, values)


def _problems() -> list[str]:
    return anchors.problems(mailed=[])


def test_what_was_recorded_fits_its_anchors() -> None:
    assert _problems() == []
    call_command("audit", "verify")


def test_an_entry_that_was_changed_is_seen() -> None:
    """F19: by somebody who owns the database."""
    changed = _entries()[-3]
    with owner_in("public"):
        _owner("UPDATE kernel_auditentry SET what = 'nothing' WHERE position = %s", changed.position)

    assert _problems()
    with pytest.raises(CommandError, match=str(changed.position)):
        call_command("audit", "verify")


@pytest.mark.parametrize("place", [-1, -2, -4])
def test_an_entry_that_was_removed_is_seen(place: int) -> None:
    """F19: the last one, too."""
    with owner_in("public"):
        _owner("DELETE FROM kernel_auditentry WHERE position = %s", _entries()[place].position)

    assert _problems()


def test_a_tail_that_was_computed_anew_is_seen() -> None:
    """F19: the chain fits itself again, and not its anchors."""
    entries = _entries()
    before = bytes(entries[-5].digest)
    with owner_in("public"):
        for entry in entries[-4:]:
            entry.what = "something else"
            before = entry.digest = digest_of(entry, before)
            _owner("DELETE FROM kernel_auditentry WHERE position = %s", entry.position)
            entry.save(using="owner", force_insert=True)

    assert audit.verify() == []
    assert _problems()


def test_a_head_out_of_a_mail_counts_where_the_anchors_went_too() -> None:
    """Whoever also holds the object store still does not hold the officers' mailboxes."""
    last = _entries()[-1]
    words = anchors.as_words(Head(last.position, bytes(last.digest)))
    forged = anchors.as_words(Head(last.position, bytes(32)))

    call_command("audit", "verify", "--head", words)
    with pytest.raises(CommandError):
        call_command("audit", "verify", "--head", forged)
    with pytest.raises(CommandError, match="looks like"):
        call_command("audit", "verify", "--head", "nonsense")


@pytest.mark.parametrize("content", [b"", b"{}", json.dumps({"position": 1, "digest": "00" * 32}).encode()])
def test_an_anchor_that_was_changed_is_seen(content: bytes) -> None:
    files = storages["files"]
    name = f"audit/{max(files.listdir('audit')[1])}"
    with files.open(name) as file:
        was = file.read()
    files.delete(name)
    files.save(name, ContentFile(content))

    found = _problems()

    files.delete(name)
    files.save(name, ContentFile(was))
    assert any("is not what was written" in problem for problem in found)


def test_the_same_head_is_anchored_once() -> None:
    count = len(storages["files"].listdir("audit")[1])

    call_command("audit", "anchor")

    assert len(storages["files"].listdir("audit")[1]) == count
