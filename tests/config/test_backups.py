"""What is in a backup, and how long."""

import gzip
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from config.embedded.trouble import CannotStart
from kernel import backups
from kernel.backups import Kind
from tests.making import (
    keys_folder,
)
from tests.restoring import (
    Story,
    back_up,
    grow_old,
    restore,
)


def test_a_backup_holds_conversations_and_people_apart_and_no_key(story: Story, place: Path) -> None:
    """R72. Adversary 13: neither folder opens an address; keys are in none."""
    made = back_up(place, story.organisation)

    keys = [path.read_bytes() for path in keys_folder().rglob("*.keys")]
    assert keys
    for folder in made.values():
        files = [path for path in folder.rglob("*") if path.is_file()]
        plain = b"".join(gzip.decompress(path.read_bytes()) for path in files if path.suffix == ".gz")
        everything = plain + b"".join(path.read_bytes() for path in files)
        assert not [key for key in keys if key in everything or key.hex().encode() in everything]
        assert not [address for address in story.addresses.values() if address.encode() in everything]
        assert not (folder.stat().st_mode | (folder / backups.MANIFEST).stat().st_mode) & 0o077
    manifest = backups.read(made[Kind.CONVERSATIONS])
    assert story.organisation.pk in {one.id for one in manifest.organisations}
    assert not list(made[Kind.VAULT].glob("t_*"))


def test_backups_are_refused_where_keys_lie(place: Path) -> None:
    """Threats, idea 1 (vii)."""
    with pytest.raises(CannotStart, match="Keys are never backed up"):
        call_command("backup", to=keys_folder().parent, stdout=io.StringIO())


def test_old_and_unfinished_backups_are_removed(story: Story, place: Path) -> None:
    made = back_up(place, story.organisation)
    old = grow_old(made[Kind.VAULT], days=7)
    unfinished = place / Kind.VAULT / "20200101T000000Z.part"
    unfinished.mkdir()
    theirs = place / Kind.VAULT / "notes"
    theirs.mkdir()

    call_command("backup", to=place, prune=True, stdout=io.StringIO())

    assert not old.exists()
    assert not unfinished.exists()
    assert theirs.exists()
    assert made[Kind.CONVERSATIONS].exists()
    assert backups.horizon(since=datetime(2026, 1, 1, tzinfo=UTC)) == datetime(2026, 1, 8, tzinfo=UTC)


def test_a_changed_backup_is_not_restored(story: Story, place: Path) -> None:
    folder = back_up(place, story.organisation)[Kind.CONVERSATIONS]
    (folder / "control-plane.sql.gz").write_bytes(b"something else")

    with pytest.raises(CommandError, match="was changed"):
        restore(folder, organisation=story.organisation.slug)
    with pytest.raises(CommandError, match="no complete backup"):
        restore(place)
