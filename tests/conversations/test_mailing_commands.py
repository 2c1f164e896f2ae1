"""Mailings from a terminal, and the invitation that leaves by itself when a conversation opens."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from celery import current_app
from django.core.management import CommandError, call_command
from django.utils import timezone

from config.celery import app
from conversations.models import Conversation
from conversations.services import letters as services
from kernel.tenancy import Tenant
from privacy.vault import runner
from tests.mailing import counts, subjects_to
from tests.making import enrol, make_conversation, new_address


@pytest.fixture
def talk(in_acme: Tenant) -> Conversation:
    return make_conversation()


def _run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_opening_invites_and_nothing_before_it(in_acme: Tenant) -> None:
    """R01: at the date and hour that were set; noticed every minute, sent once."""
    now, address = timezone.now(), new_address()
    soon = make_conversation(opens_at=now + timedelta(hours=1), closes_at=now + timedelta(days=5))
    enrol(soon, address)

    services.invite_to_opened(at=now)
    runner.run_waiting()
    assert subjects_to(address) == []

    for minutes in (60, 61, 62):
        services.invite_to_opened(at=now + timedelta(minutes=minutes))
        runner.run_waiting()
    assert subjects_to(address) == [f"You are invited: {soon.name}"]


def test_what_is_closed_invites_nobody(in_acme: Tenant) -> None:
    now, address = timezone.now(), new_address()
    closed = make_conversation(opens_at=now - timedelta(days=5), closes_at=now - timedelta(days=1))
    enrol(closed, address)

    services.invite_to_opened(at=now)
    runner.run_waiting()

    assert subjects_to(address) == []


def test_the_schedule_comes_by_every_minute() -> None:
    app.finalize()
    entry = app.conf.beat_schedule["invite to what has opened"]

    assert entry["schedule"] == 60.0
    assert {entry["task"], "conversations.invite"} <= set(current_app.tasks)


def test_invitations_are_shown_in_numbers_and_sent_again(talk: Conversation) -> None:
    """R01."""
    assert "Nothing has been sent" in _run("invitations", "acme", talk.slug)
    with pytest.raises(CommandError, match="have not left yet"):
        _run("invitations", "acme", talk.slug, "resend")
    first, later = new_address(), new_address()
    enrol(talk, first)
    services.invite_to_opened(at=timezone.now())
    runner.run_waiting()
    enrol(talk, later)

    told = _run("invitations", "acme", talk.slug, "resend")
    runner.run_waiting()
    shown = _run("invitations", "acme", talk.slug)

    assert "1 invitations leave now." in told
    assert shown.splitlines()[1].split()[-4:] == ["0", "2", "0", "0"]
    assert first not in shown


def test_news_are_sent_from_a_file(talk: Conversation, tmp_path: Path) -> None:
    """R15: the same command typed twice sends one."""
    address, text = new_address(), tmp_path / "news.txt"
    text.write_text("We open the garden.")
    enrol(talk, address)
    due = (timezone.now() + timedelta(days=1)).astimezone(talk.zone).replace(microsecond=0, tzinfo=None)
    more = ("--subject", "The garden", "--text", str(text), "--at", due.isoformat())

    for _time in range(2):
        told = _run("mailing", "acme", talk.slug, "news", *more)

    assert f"It leaves at {due:%Y-%m-%d %H:%M}" in told
    assert counts(talk) == (0, 0, 0, 0)
    for _time in range(2):
        runner.run_waiting(at=due.replace(tzinfo=talk.zone))
    assert subjects_to(address) == ["The garden"]


def test_a_reminder_needs_no_words_and_leaves_now(talk: Conversation) -> None:
    """R15."""
    address = new_address()
    enrol(talk, address)

    _run("mailing", "acme", talk.slug, "reminder")
    runner.run_waiting()

    assert subjects_to(address) == [f"Still open: {talk.name}"]


def test_what_cannot_be_sent_gets_a_sentence(talk: Conversation, tmp_path: Path) -> None:
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe\xff")
    for arguments, sentence in (
        (("mailing", "acme", talk.slug, "news"), "News need a subject"),
        (("mailing", "acme", talk.slug, "news", "--text", "/nowhere"), "cannot be read"),
        (("mailing", "acme", talk.slug, "news", "--text", str(binary)), "cannot be read"),
        (("mailing", "acme", talk.slug, "reminder", "--at", "tomorrow"), "2026-12-01T09:00"),
        (("mailing", "nobody", talk.slug, "reminder"), "no organisation of this name"),
        (("mailing", "acme", "nothing", "reminder"), "nothing at this address"),
        (("mailing", "beta", talk.slug, "reminder"), "nothing at this address"),
        (("invitations", "nobody", talk.slug), "no organisation of this name"),
        (("invitations", "beta", talk.slug), "nothing at this address"),
    ):
        with pytest.raises(CommandError, match=sentence):
            _run(*arguments)
