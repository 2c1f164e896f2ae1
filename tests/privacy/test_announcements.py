"""Reminders and news: the same for everybody, and stopped at one word."""

from datetime import timedelta

import pytest
from django.test import override_settings
from django.utils import timezone

from conversations.models import Conversation
from kernel.messages import letters
from kernel.zones import inside_vault
from privacy import anonymity
from privacy.vault import refusals, runner
from privacy.vault.interface import vault
from privacy.vault.models import Mailing
from privacy.vault.shapes import Contributions, MailingKind
from tests.conftest import both_forms
from tests.mailing import announce, body, counts, invite, subjects_to
from tests.making import enrol, new_address, ticket_of
from tests.postbox import Postbox

pytestmark = both_forms


# Reminders and news --------------------------------------------------------------------


def test_a_reminder_is_the_same_for_those_who_took_part_and_those_who_did_not(talk: Conversation) -> None:
    """R15, P9."""
    entered, absent = new_address(), new_address()
    enrol(talk, entered, absent)
    ticket_of(talk, entered)

    announce(talk)
    runner.run_waiting()

    sent = [letter.text for letter in letters() if letter.subject == f"Still open: {talk.name}"]
    texts = {text for text in sent if f"/{talk.slug}/" in text}
    assert len(texts) == 1
    assert "we do not look at who has been there" in texts.pop()
    assert len(subjects_to(entered)) == len(subjects_to(absent)) + 1  # the code


def test_news_carry_what_the_organisation_wrote(talk: Conversation, postbox: Postbox) -> None:
    """R15: and only from their hour on, once."""
    address = new_address()
    enrol(talk, address)
    due = timezone.now() + timedelta(days=2)
    news = {"subject": "What\r\nBcc: all@x.example we did", "text": "Daylight, 100% of it.", "due_at": due}
    for _time in range(2):
        announce(talk, MailingKind.NEWS, **news)

    runner.run_waiting()
    assert postbox.taken == []
    for _time in range(2):
        runner.run_waiting(at=due)

    (mail,) = postbox.mail_to(address)
    assert mail["Subject"] == "What Bcc: all@x.example we did"
    assert "Daylight, 100% of it." in body(mail)
    assert f"/{talk.slug}/stop/" in body(mail)


def test_a_text_does_not_change_once_it_was_handed_over(talk: Conversation) -> None:
    """R15: the same for everybody, also for who gets it last."""
    for text in ("First.", "Second."):
        announce(talk, MailingKind.NEWS, subject="News", text=text)

    with inside_vault():
        assert Mailing.objects.get(conversation_id=talk.pk).text == "First."


@pytest.mark.parametrize(
    ("kind", "subject", "text"),
    [
        (MailingKind.NEWS, "", ""),
        (MailingKind.NEWS, "News", "  "),
        (MailingKind.NEWS, "", "Words"),
        (MailingKind.NEWS, "x" * 161, "Words"),
        (MailingKind.NEWS, "News", "x" * 10_001),
        (MailingKind.REMINDER, "Only a subject", ""),
        (MailingKind.INVITATION, "News", "Words"),
        (MailingKind.WAITING, "News", "Words"),
    ],
)
def test_a_mailing_without_its_words_is_refused(
    talk: Conversation, kind: MailingKind, subject: str, text: str
) -> None:
    with pytest.raises(refusals.MailingRefused):
        announce(talk, kind, subject=subject, text=text)


# Stopping ------------------------------------------------------------------------------


def test_stopping_works_at_once_and_leaves_codes(talk: Conversation) -> None:
    """R15."""
    stops, stays = new_address(), new_address()
    enrol(talk, stops, stays)

    vault().stop_letters(conversation=talk.pk, address=f" {stops.upper()} ")
    invite(talk)
    announce(talk)
    runner.run_waiting()

    assert subjects_to(stops) == []
    assert len(subjects_to(stays)) == 2
    assert ticket_of(talk, stops)


def test_whoever_stops_or_leaves_while_a_mailing_waits_gets_none(talk: Conversation) -> None:
    """R15, R14: between the mailing's release and its sending."""
    stops, leaves, stays = (new_address() for _n in range(3))
    enrol(talk, stops, leaves, stays)
    ticket = ticket_of(talk, leaves)
    with override_settings(
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_HOST="127.0.0.1", EMAIL_PORT=1
    ):
        invite(talk)
    vault().stop_letters(conversation=talk.pk, address=stops)
    proof = anonymity.prove(ticket, "leave")
    vault().leave(conversation=talk.pk, proof=proof, contributions=Contributions.KEEP)

    runner.run_waiting()

    invited = [a for a in (stops, leaves, stays) if f"You are invited: {talk.name}" in subjects_to(a)]
    assert invited == [stays]
    assert counts(talk) == (0, 1, 0, 0)


def test_somebody_signed_in_stops_and_starts_again(talk: Conversation) -> None:
    """R15."""
    address = new_address()
    enrol(talk, address)
    ticket = ticket_of(talk, address)

    for key, wanted in (("a", False), ("b", True)):
        proof = anonymity.prove(ticket, "set_letters")
        vault().set_letters(conversation=talk.pk, proof=proof, wanted=wanted)
        announce(talk, key=key)
        runner.run_waiting()

    assert subjects_to(address).count(f"Still open: {talk.name}") == 1
    with pytest.raises(refusals.ProofRefused):
        vault().set_letters(conversation=talk.pk, proof=anonymity.prove(ticket, "leave"), wanted=True)


@pytest.mark.parametrize("typed", ["nobody@people.example", "", "+44", "x" * 500, "a\0b"])
def test_stopping_an_unknown_address_answers_the_same(talk: Conversation, typed: str) -> None:
    vault().stop_letters(conversation=talk.pk, address=typed)
