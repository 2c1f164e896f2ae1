"""Taking over a conversation from an export."""

import csv
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from conversations.models import Conversation, Idea, State, Vote
from conversations.queries.conversations import totals
from conversations.services import importing
from conversations.services.exports import ExportNotReadable, check_export, read_export
from kernel.tenancy import tenant_context
from kernel.zones import inside_vault
from privacy.vault.interface import vault
from privacy.vault.models import Person
from tenants.models import Organisation
from tests.making import new_address, signed_in_client

EXPORTS = Path(settings.POLIS_EXPORTS)
_HEADS = {
    "comments.csv": [
        "timestamp",
        "datetime",
        "comment-id",
        "author-id",
        "agrees",
        "disagrees",
        "moderated",
        "comment-body",
    ],
    "votes.csv": ["timestamp", "datetime", "comment-id", "voter-id", "vote"],
}
_DAY = 86_400_000


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """A small export: one statement was voted on twice by the same voter, one was rejected."""
    _write(tmp_path, "comments.csv", [
        [_DAY, "", 1, 10, 2, 1, 1, "More trees."],
        [2 * _DAY, "", 2, 11, 1, 0, 1, "Fewer cats.\nReally."],
        [3 * _DAY, "", 3, 10, 0, 1, -1, "Rejected at the source."],
    ])  # fmt: skip
    _write(tmp_path, "votes.csv", [
        [_DAY + 1, "", 1, 20, 1],
        [_DAY + 2, "", 1, 21, 1],
        [_DAY + 3, "", 1, 21, -1],
        [2 * _DAY + 1, "", 2, 20, 1],
        [3 * _DAY + 1, "", 3, 22, -1],
        [3 * _DAY + 2, "", 2, 22, 0],
    ])  # fmt: skip
    (tmp_path / "summary.csv").write_text("topic,Trees and cats\nurl,somewhere\n")
    return tmp_path


def _write(folder: Path, name: str, rows: list[list[Any]]) -> None:
    with (folder / name).open("w", newline="") as file:
        csv.writer(file).writerows([_HEADS[name], *rows])


def _import(folder: Path, organisation: Organisation, **more: Any) -> str:
    slug = f"import-{new_address()[:8]}"
    call_command("import_conversation", str(folder), organisation=organisation.slug, slug=slug, **more)
    return slug


def test_statements_become_ideas_and_standing_votes_count(acme: Organisation, export: Path) -> None:
    slug = _import(export, acme)

    with tenant_context(acme.tenant):
        conversation = Conversation.objects.get(slug=slug)
        ideas = {idea.text: idea for idea in Idea.objects.filter(stream__conversation=conversation)}
        sums = totals(conversation)
    assert conversation.name == "Trees and cats"
    assert (ideas["More trees."].likes, ideas["More trees."].dislikes) == (1, 1)
    assert ideas["Fewer cats.\nReally."].likes == 1
    assert ideas["Rejected at the source."].state == State.HIDDEN
    assert (sums.ideas, sums.votes) == (2, 3)


def test_what_the_check_finds_is_shown(
    acme: Organisation, export: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _import(export, acme)

    told = capsys.readouterr().out
    assert "for 3 of 3 statements" in told
    assert "1 of 3 statements differ:" in told
    assert "statement    1: 2 likes, 1 dislikes -> 1 and 1" in told


def test_voices_are_people_in_the_vault_without_address(acme: Organisation, export: Path) -> None:
    slug = _import(export, acme)

    with tenant_context(acme.tenant):
        conversation = Conversation.objects.get(slug=slug)
        idea = Idea.objects.get(stream__conversation=conversation, text="More trees.")
        vault().deliver(conversation=conversation.pk, route=bytes(idea.route or b""), contribution=idea.pk)
        vote = Vote.objects.filter(idea=idea)[0]
        vault().deliver(conversation=conversation.pk, route=bytes(vote.route), contribution=idea.pk)
    with inside_vault():
        people = Person.objects.filter(conversation_id=conversation.pk)
        assert people.count() == 5
        assert not people.filter(email_index__isnull=False).exists()
        assert people.filter(is_waiting=True).count() == 2


def test_no_order_of_the_source_is_left(acme: Organisation, export: Path) -> None:
    slug = _import(export, acme)

    with tenant_context(acme.tenant), connection.cursor() as cursor:
        assert Conversation.objects.get(slug=slug).rewritten_on is not None
        cursor.execute(
            "SELECT count(DISTINCT v.xmin::text) FROM conversations_vote v JOIN conversations_idea i ON i.id = v.idea_id"
            " JOIN conversations_stream s ON s.id = i.stream_id JOIN conversations_conversation c"
            " ON c.id = s.conversation_id WHERE c.slug = %s",
            [slug],
        )
        assert cursor.fetchone() == (1,)


def test_a_closed_source_stays_closed_and_can_be_read(acme: Organisation, export: Path) -> None:
    slug = _import(export, acme)
    with tenant_context(acme.tenant):
        conversation = Conversation.objects.get(slug=slug)

    browser = signed_in_client(acme, conversation)

    assert "Closed on" in browser.get(f"/{slug}/").content.decode()


def test_reopened_its_days_end_yesterday(acme: Organisation, export: Path) -> None:
    from datetime import timedelta

    from django.utils import timezone

    slug = _import(export, acme, reopen=True, question="What about trees?")

    with tenant_context(acme.tenant):
        conversation = Conversation.objects.get(slug=slug)
        days = sorted(Idea.objects.filter(stream__conversation=conversation).values_list("day", flat=True))
    yesterday = timezone.now().astimezone(conversation.zone).date() - timedelta(days=1)
    assert conversation.is_open(at=timezone.now())
    assert days[-1] == yesterday
    assert days[0] == yesterday - timedelta(days=2)


def test_bad_rows_are_named_and_the_rest_is_read(
    acme: Organisation, export: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _write(export, "votes.csv", [
        [1, "", 1, 20, 1], ["soon", "", 1, 20, 1], [1, "", 99, 20, 1], [1, "", 1, 20, 5], ["9" * 30, "", 1, 1, 1], [],
    ])  # fmt: skip
    with (export / "comments.csv").open("a", newline="") as file:
        csv.writer(file).writerows([[1, "", 1, 1, 0, 0, 1, "Again one"], [1, "", 9, 1, 0, 0, 1, "\u200b"]])

    _import(export, acme)

    told = capsys.readouterr().err
    for line in (
        "votes.csv, row 3: a number or a time is not one",
        "votes.csv, row 4: there is no statement",
        "votes.csv, row 5: a vote is 1, 0 or -1",
        "votes.csv, row 6: a number or a time is not one",
        "comments.csv, row 5: an earlier row has this comment-id",
        "comments.csv, row 6: the statement has no text",
    ):
        assert line in told


@pytest.mark.parametrize("missing", ["summary.csv", "comments.csv", "votes.csv"])
def test_a_folder_that_is_no_export_is_told_so(acme: Organisation, export: Path, missing: str) -> None:
    (export / missing).unlink()

    with pytest.raises(CommandError, match=missing):
        _import(export, acme)


def test_another_kind_of_table_is_told_so(export: Path) -> None:
    (export / "votes.csv").write_bytes(b"\xff\xfe\x00PK")

    with pytest.raises(ExportNotReadable):
        read_export(export)


def test_an_unknown_organisation_is_told_so(export: Path) -> None:
    with pytest.raises(CommandError, match="no organisation of this name"):
        call_command("import_conversation", str(export), organisation="nobody", slug="x")


def test_an_interrupted_import_leaves_a_draft_that_the_next_one_removes(
    acme: Organisation, export: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug = f"again-{new_address()[:8]}"
    arguments = {"organisation": "acme", "slug": slug}
    with monkeypatch.context() as patched, pytest.raises(RuntimeError):
        patched.setattr(importing, "_votes", _power_cut)
        call_command("import_conversation", str(export), **arguments)
    with tenant_context(acme.tenant):
        half = Conversation.objects.get(slug=slug)
        assert half.opens_at is None
        assert not Idea.objects.filter(stream__conversation=half).exists()

    call_command("import_conversation", str(export), **arguments)

    with tenant_context(acme.tenant):
        whole = Conversation.objects.get(slug=slug)
    assert whole.pk != half.pk
    assert whole.opens_at is not None


def test_an_address_that_is_taken_is_refused(acme: Organisation, export: Path) -> None:
    slug = _import(export, acme)

    with pytest.raises(CommandError, match="Choose another"):
        call_command("import_conversation", str(export), organisation="acme", slug=slug)


@pytest.mark.skipif(
    not EXPORTS.is_dir(), reason=f"no exports lie at {EXPORTS}; the small one above stands for them"
)
@pytest.mark.parametrize(
    ("folder", "statements", "differing"),
    [("scoop-hivemind.biodiversity", 316, 49), ("scoop-hivemind.affordable-housing", 165, 41)],
)
def test_the_real_exports_reproduce_their_own_totals(folder: str, statements: int, differing: int) -> None:
    check = check_export(read_export(EXPORTS / folder))

    assert len(read_export(EXPORTS / folder).statements) == statements
    assert check.not_reproduced == []
    assert len(check.differing) == differing


def _power_cut(*_arguments: Any) -> Any:
    raise RuntimeError("power cut")
