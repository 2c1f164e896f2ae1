"""Invitations: to everybody on the roster, once, and again only where they did not arrive."""

import re
import secrets
import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.test import override_settings
from django.utils import timezone

from conversations.models import Conversation
from kernel.messages import letters
from kernel.zones import inside_vault
from privacy.vault import refusals, runner
from privacy.vault.interface import vault
from privacy.vault.models import Dispatch, DispatchState
from tests.conftest import both_forms
from tests.mailing import CLOSES, OPENS, body, counts, invite, subjects_to, text_to
from tests.making import enrol, make_conversation, new_address, ticket_of
from tests.postbox import Postbox

pytestmark = both_forms


def _crash_all(talk: Conversation) -> None:
    """As a runner leaves them that was killed between claim and confirmation, long ago."""
    with inside_vault():
        Dispatch.objects.filter(mailing__conversation_id=talk.pk).update(
            state=DispatchState.CLAIMED, claimed_at=timezone.now() - timedelta(hours=1)
        )


# Invitations ---------------------------------------------------------------------------


def test_everybody_is_invited_once(talk: Conversation) -> None:
    """R01: however often the opening is noticed."""
    people = [new_address() for _n in range(25)]
    enrol(talk, *people)

    for _time in range(3):
        invite(talk)

    assert all(subjects_to(address) == [f"You are invited: {talk.name}"] for address in people)
    assert counts(talk) == (0, 25, 0, 0)


def test_who_opted_in_gets_a_text_message_instead(talk: Conversation) -> None:
    """R02."""
    opted_in, not_so = new_address(), new_address()
    first = 7_400_000_000 + secrets.randbelow(10**6 - 1)
    roster = f"email,phone,text messages\n{opted_in},0{first},Yes\n{not_so},0{first + 1},no\n".encode()
    vault().enrol(conversation=talk.pk, roster=roster, areas=["everybody"])
    runner.run_waiting()

    invite(talk)

    assert (len(subjects_to(f"+44{first}")), subjects_to(opted_in)) == (1, [])
    assert (subjects_to(f"+44{first + 1}"), len(subjects_to(not_so))) == ([], 1)


def test_who_has_no_mail_address_gets_a_text_message(talk: Conversation) -> None:
    """R02: any common way of writing a number; with both, the mail is enough."""
    both = new_address()
    roster = f"email,phone\n,07400 123457\n{both},+44 (0)7400 123458\n".encode()
    vault().enrol(conversation=talk.pk, roster=roster, areas=["everybody"])
    runner.run_waiting()

    invite(talk)

    (text,) = [letter for letter in letters(to="+447400123457") if talk.slug in letter.text]
    assert f"http://acme.localhost:8000/{talk.slug}/" in text.text
    assert f"http://acme.localhost:8000/{talk.slug}/stop/" in text.text
    assert subjects_to(both) == [f"You are invited: {talk.name}"]
    assert not letters(to="+447400123458")


def test_two_mails_differ_in_the_recipient_alone(talk: Conversation, postbox: Postbox) -> None:
    """R01, idea 7: no token, number or time in one that is not in the other."""
    one, other = new_address(), new_address()
    enrol(talk, one, other)

    invite(talk)

    contents = [
        content.replace(address.encode(), b"SOMEBODY")
        for address in (one, other)
        for recipients, content in postbox.taken
        if recipients == [address]
    ]
    assert len(contents) == 2
    assert contents[0] == contents[1]


def test_a_mail_names_the_site_and_the_way_out_and_no_other_address(
    talk: Conversation, postbox: Postbox
) -> None:
    """R01, R15: nothing in it signs anybody in."""
    address = new_address()
    enrol(talk, address)

    invite(talk)

    (mail,) = postbox.mail_to(address)
    site = f"http://acme.localhost:8000/{talk.slug}/"
    assert set(re.findall(r"https?://\S+", body(mail))) == {site, f"{site}stop/"}
    assert mail["List-Unsubscribe"] == f"<{site}stop/>"
    assert not mail.is_multipart()
    assert address.split("@")[0] not in body(mail)


def test_dates_are_those_on_the_clocks_of_the_conversation(talk: Conversation, postbox: Postbox) -> None:
    """R01: summer time begins between the two."""
    here, there = new_address(), new_address()
    enrol(talk, here)
    away = make_conversation()
    vault().prepare(conversation=away.pk, name=away.name, site="http://x/", time_zone="America/New_York")
    enrol(away, there)

    invite(talk)
    invite(away)

    said = "It opened on {} and is open until {}."
    assert said.format("Saturday 28 March, 09:00", "Monday 30 March, 17:00") in text_to(postbox, here)
    assert said.format("Saturday 28 March, 05:00", "Monday 30 March, 12:00") in text_to(postbox, there)


def test_a_time_zone_that_does_not_exist_is_refused(talk: Conversation) -> None:
    with pytest.raises(refusals.UnknownTimeZone):
        vault().prepare(conversation=talk.pk, name="A", site="http://x/", time_zone="Europe/Atlantis")


def test_preparing_again_keeps_the_time_zone(talk: Conversation) -> None:
    for zone in ("Asia/Tokyo", None):
        vault().prepare(conversation=talk.pk, name="A", site="http://x/", time_zone=zone)

    with inside_vault():
        from privacy.vault.models import Conversation as Kept

        assert Kept.objects.get(pk=talk.pk).time_zone == "Asia/Tokyo"


# Again ---------------------------------------------------------------------------------


def test_sending_again_reaches_those_added_since_and_nobody_twice(talk: Conversation) -> None:
    """R01."""
    first, later = new_address(), new_address()
    enrol(talk, first)
    invite(talk)
    enrol(talk, later)
    runner.run_waiting()
    assert subjects_to(later) == []

    count = vault().resend(conversation=talk.pk)
    runner.run_waiting()

    assert count == 1
    assert len(subjects_to(first)) == len(subjects_to(later)) == 1


def test_sending_again_never_asks_who_has_entered(talk: Conversation) -> None:
    """R01, P9: whoever was there and whoever was not are treated alike, when it failed for both."""
    entered, absent = new_address(), new_address()
    enrol(talk, entered, absent)
    invite(talk)
    ticket_of(talk, entered)
    with inside_vault():
        Dispatch.objects.filter(mailing__conversation_id=talk.pk).update(state=DispatchState.FAILED)

    assert vault().resend(conversation=talk.pk) == 2
    runner.run_waiting()

    for address in (entered, absent):
        assert subjects_to(address).count(f"You are invited: {talk.name}") == 2


def test_a_mailbox_that_refuses_is_counted_and_tried_again_on_request(
    talk: Conversation, postbox: Postbox
) -> None:
    """R01: a refusal stops nobody else."""
    good = [new_address() for _n in range(3)]
    enrol(talk, "refused@people.example", *good)

    invite(talk)
    assert counts(talk) == (0, 3, 1, 0)
    assert sorted(postbox.recipients()) == sorted(good)

    assert vault().resend(conversation=talk.pk) == 1
    runner.run_waiting()
    assert counts(talk) == (0, 3, 1, 0)
    assert len(postbox.recipients()) == 3


def test_a_crash_leaves_unknown_which_the_next_resend_takes(talk: Conversation) -> None:
    """R01: nothing is repeated by itself."""
    address = new_address()
    enrol(talk, address)
    invite(talk)
    _crash_all(talk)

    runner.run_waiting()
    assert counts(talk) == (0, 0, 0, 1)
    assert len(subjects_to(address)) == 1

    assert vault().resend(conversation=talk.pk) == 1
    runner.run_waiting()
    assert counts(talk) == (0, 1, 0, 0)


def test_before_the_opening_there_is_nothing_to_send_again(talk: Conversation) -> None:
    with pytest.raises(refusals.NotInvitedYet):
        vault().resend(conversation=talk.pk)


# A mail server with moods --------------------------------------------------------------


def test_mailings_wait_for_a_mail_server_that_is_away(talk: Conversation) -> None:
    enrol(talk, new_address(), new_address())

    with override_settings(
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_HOST="127.0.0.1", EMAIL_PORT=1
    ):
        invite(talk)
        assert counts(talk) == (2, 0, 0, 0)

    runner.run_waiting()
    assert counts(talk) == (0, 2, 0, 0)


def test_a_mail_server_that_is_written_to_too_fast_loses_nothing(
    talk: Conversation, postbox: Postbox
) -> None:
    """R01: what it surely did not take goes back, and leaves once it takes again."""
    people = [new_address() for _n in range(15)]
    enrol(talk, *people)
    postbox.takes = 4

    invite(talk)
    assert counts(talk) == (11, 4, 0, 0)

    postbox.takes = None
    runner.run_waiting()
    assert counts(talk) == (0, 15, 0, 0)
    assert sorted(postbox.recipients()) == sorted(people)


def test_codes_leave_between_the_mails_of_a_mailing(talk: Conversation, postbox: Postbox) -> None:
    """R01, R03: a code that is asked for in the middle of a mailing is not behind it."""
    people = [new_address() for _n in range(60)]
    enrol(talk, *people)
    vault().invite(conversation=talk.pk, key="opening", opens_at=OPENS, closes_at=CLOSES)
    postbox.holds_after = 5
    running = threading.Thread(target=_run_apart)
    running.start()

    postbox.wait_for(5)
    vault().send_code(conversation=talk.pk, address=people[0], browser="b")
    postbox.goes_on.set()
    running.join()

    subjects = [b"Subject: Your code" in content for _recipients, content in postbox.taken]
    assert len(subjects) == 61
    assert subjects.index(True) <= 5 + 10


def _run_apart() -> None:
    """The runner in a thread of its own, with connections of its own."""
    try:
        runner.run_waiting()
    finally:
        connections.close_all()
