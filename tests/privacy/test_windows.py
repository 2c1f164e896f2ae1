"""'Something new is waiting': twice a day, to those for whom it is true and to others, never twice."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from conversations.models import Conversation, Idea
from kernel.messages import letters
from kernel.windows import next_window, window_before
from kernel.zones import inside_vault
from privacy import anonymity
from privacy.anonymity import Ticket
from privacy.vault import models, runner
from privacy.vault.interface import vault
from privacy.vault.mailings import FEWEST
from privacy.vault.models import Dispatch, DispatchState, Person
from privacy.vault.shapes import Contributions
from tests.conftest import both_forms
from tests.mailing import body
from tests.making import enrol, make_idea, new_address, ticket_of
from tests.postbox import Postbox

_LONDON = ZoneInfo("Europe/London")


def _people(talk: Conversation, count: int) -> list[str]:
    people = [new_address() for _n in range(count)]
    enrol(talk, *people)
    return people


@pytest.fixture
def crowd(talk: Conversation) -> tuple[list[str], Ticket, Ticket]:
    """Forty people, the first two signed in. Made before a postbox takes the mail away."""
    people = _people(talk, 40)
    return people, ticket_of(talk, people[0]), ticket_of(talk, people[1])


def _deliver(talk: Conversation, *tickets: Ticket) -> None:
    for ticket in tickets:
        idea = Idea.objects.get(pk=make_idea(talk, ticket))
        vault().deliver(conversation=talk.pk, route=bytes(idea.route or b""), contribution=idea.pk)


def _deliver_now(talk: Conversation, ticket: Ticket) -> Idea:
    idea = Idea.objects.get(pk=make_idea(talk, ticket))
    vault().deliver(conversation=talk.pk, route=bytes(idea.route or b""), contribution=idea.pk, urgent=True)
    return idea


def _told(talk: Conversation) -> Counter[str]:
    """How often each address got the mail."""
    return Counter(
        letter.to
        for letter in letters()
        if letter.subject.startswith("There are new posts") and f"/{talk.slug}/" in letter.text
    )


def _next_window(n: int = 1) -> datetime:
    """The n-th window from now on, with a minute for the runner to come by."""
    moment = timezone.now()
    for _window in range(n):
        moment = next_window(moment, _LONDON)
    return moment + timedelta(minutes=1)


def _begin_window(talk: Conversation) -> None:
    with inside_vault():
        models.Conversation.objects.filter(pk=talk.pk).update(window_at=timezone.now() - timedelta(days=1))


@pytest.mark.parametrize(
    ("moment", "start"),
    [
        (datetime(2026, 1, 5, 7, 59, 59, tzinfo=UTC), datetime(2026, 1, 4, 16, tzinfo=UTC)),
        (datetime(2026, 1, 5, 8, tzinfo=UTC), datetime(2026, 1, 5, 8, tzinfo=UTC)),
        (datetime(2026, 1, 5, 23, tzinfo=UTC), datetime(2026, 1, 5, 16, tzinfo=UTC)),
        (datetime(2026, 6, 5, 7, tzinfo=UTC), datetime(2026, 6, 5, 7, tzinfo=UTC)),
        (datetime(2026, 3, 29, 7, tzinfo=UTC), datetime(2026, 3, 29, 7, tzinfo=UTC)),  # clocks went forward
        (datetime(2026, 10, 25, 8, tzinfo=UTC), datetime(2026, 10, 25, 8, tzinfo=UTC)),  # and back
    ],
)
def test_windows_begin_at_eight_and_at_four_on_the_clocks(moment: datetime, start: datetime) -> None:
    assert window_before(moment, _LONDON) == start


@both_forms
def test_whoever_waits_is_told_in_the_next_window_among_others(talk: Conversation) -> None:
    """R26, idea 7: at least eleven get the same mail, and nothing leaves before its hour."""
    people = _people(talk, 30)
    author = ticket_of(talk, people[0])
    _deliver(talk, author)

    runner.run_waiting()
    assert not _told(talk)
    runner.run_waiting(at=_next_window())

    told = _told(talk)
    assert told[people[0]] == 1
    assert len(told) == FEWEST
    texts = {letter.text for letter in letters() if letter.to in told and "new posts" in letter.subject}
    assert len(texts) == 1
    assert "there may be something for you" in texts.pop()


@both_forms
def test_one_delivery_is_one_mail_and_the_next_delivery_another(talk: Conversation) -> None:
    """It keeps waiting in the inbox, and is not repeated every window."""
    people = _people(talk, 40)
    author = ticket_of(talk, people[0])
    _deliver(talk, author)

    for n in (1, 1, 2):
        runner.run_waiting(at=_next_window(n))
    assert sum(_told(talk).values()) == FEWEST
    with inside_vault():
        assert Person.objects.get(pk=author.person).is_waiting

    _deliver(talk, author)
    runner.run_waiting(at=_next_window(3))
    assert _told(talk)[people[0]] == 2
    assert sum(_told(talk).values()) == 2 * FEWEST


def test_a_delivery_after_the_window_began_waits_for_the_next(talk: Conversation) -> None:
    """A mail that left at once would tell whose contribution was answered."""
    people = _people(talk, 20)
    author = ticket_of(talk, people[0])
    runner.run_waiting(at=_next_window())

    _deliver(talk, author)
    runner.run_waiting(at=_next_window())
    assert not _told(talk)

    runner.run_waiting(at=_next_window(2))
    assert _told(talk)[people[0]] == 1


def test_there_are_at_least_as_many_others_as_people_who_wait(talk: Conversation) -> None:
    people = _people(talk, 40)
    _deliver(talk, *(ticket_of(talk, address) for address in people[:15]))

    runner.run_waiting(at=_next_window())

    told = _told(talk)
    assert set(people[:15]) <= set(told)
    assert len(told) == 30


def test_where_eleven_do_not_remain_nobody_is_told(talk: Conversation) -> None:
    """R26, idea 7: a mail to fewer would point at somebody. It waits in the inbox."""
    people = _people(talk, FEWEST)
    author, leaves = ticket_of(talk, people[0]), ticket_of(talk, people[1])
    vault().leave(
        conversation=talk.pk, proof=anonymity.prove(leaves, "leave"), contributions=Contributions.KEEP
    )
    _deliver(talk, author)
    _deliver_now(talk, author)

    runner.run_waiting(at=_next_window())

    assert not _told(talk)
    with inside_vault():
        assert Person.objects.get(pk=author.person).is_waiting


def test_where_fewer_than_eleven_take_news_everybody_may_get_it(
    talk: Conversation, crowd: tuple[list[str], Ticket, Ticket], postbox: Postbox
) -> None:
    """R26: drawn from everybody who has not left, so that those who stopped prove nothing either."""
    people, author, _other = crowd
    for address in people[:30]:
        vault().stop_letters(conversation=talk.pk, address=address)
    _deliver(talk, author)

    runner.run_waiting(at=_next_window())

    got = Counter(postbox.recipients())
    assert got[people[0]] == 1
    assert len(got) == FEWEST
    assert set(got) < set(people)


@both_forms
def test_what_is_urgent_leaves_at_once_and_looks_like_any_other(
    talk: Conversation, crowd: tuple[list[str], Ticket, Ticket], postbox: Postbox
) -> None:
    """R28, idea 7: equally padded, the same words, and once however often it is handed over."""
    people, author, _other = crowd
    idea = _deliver_now(talk, author)
    runner.run_waiting()
    at_once = postbox.mail_to(people[0])
    vault().deliver(conversation=talk.pk, route=bytes(idea.route or b""), contribution=idea.pk, urgent=True)
    runner.run_waiting()
    assert len(postbox.recipients()) == len(set(postbox.recipients())) == FEWEST

    _deliver(talk, author)
    runner.run_waiting(at=_next_window())

    (urgent,), (_urgent, window) = at_once, postbox.mail_to(people[0])
    assert (urgent["Subject"], body(urgent)) == (window["Subject"], body(window))
    assert len(postbox.recipients()) == 2 * FEWEST


def test_an_urgent_mail_wakes_nobody_else_who_waits(
    talk: Conversation, crowd: tuple[list[str], Ticket, Ticket], postbox: Postbox
) -> None:
    """Whoever waits for the window is told in the window: at another hour it would tell whose post it is."""
    people, author, waits = crowd
    _deliver(talk, waits)
    _deliver_now(talk, author)
    runner.run_waiting()

    with inside_vault():
        assert not Person.objects.get(pk=waits.person).is_told
    runner.run_waiting(at=_next_window())
    assert people[1] in postbox.recipients()[FEWEST:]


def test_whoever_stopped_is_neither_told_nor_a_decoy(talk: Conversation) -> None:
    """R15: were they told, it would be for sure that something waits for them."""
    people = _people(talk, FEWEST + 2)
    waits = ticket_of(talk, people[0])
    _deliver(talk, waits, ticket_of(talk, people[2]))
    for address in people[:2]:
        vault().stop_letters(conversation=talk.pk, address=address)

    runner.run_waiting(at=_next_window())

    assert set(_told(talk)) == set(people[2:])


def test_what_a_crash_left_is_told_in_the_next_window(talk: Conversation) -> None:
    """And who got which window is forgotten with the next."""
    people = _people(talk, 30)
    author = ticket_of(talk, people[0])
    _deliver(talk, author)
    runner.run_waiting(at=_next_window())
    with inside_vault():
        mine = Dispatch.objects.filter(person=author.person)
        assert mine.update(state=DispatchState.CLAIMED, claimed_at=timezone.now()) == 1

    for n in (2, 3):
        runner.run_waiting(at=_next_window(n))

    assert _told(talk)[people[0]] == 2
    with inside_vault():
        assert not models.Mailing.objects.filter(conversation_id=talk.pk).exists()


def test_counts_never_tell_of_windows(talk: Conversation) -> None:
    people = _people(talk, 20)
    _deliver(talk, ticket_of(talk, people[0]))

    runner.run_waiting(at=_next_window())

    assert vault().mailings(conversation=talk.pk) == []


def test_a_killed_runner_tells_nobody_twice(talk: Conversation, postbox: Postbox) -> None:
    """R26: kill -9 in the middle of a window, three times over, in real processes."""
    people = _people(talk, 120)
    with inside_vault():
        Person.objects.filter(conversation_id=talk.pk).update(is_waiting=True)
    _begin_window(talk)

    # Each time in the middle of the ten that a runner has claimed.
    for stage in (25, 52, 79):
        postbox.holds_after, running = stage, _start_runner(postbox)
        postbox.wait_for(stage)
        running.send_signal(signal.SIGKILL)
        running.wait()
    postbox.holds_after, running = None, _start_runner(postbox)
    _wait_until_none_waits(talk)
    running.send_signal(signal.SIGTERM)
    running.wait()

    got = Counter(address for address in postbox.recipients() if address in people)
    assert max(got.values()) == 1
    with inside_vault():
        ours = Dispatch.objects.filter(mailing__conversation_id=talk.pk)
        unknown = ours.filter(state=DispatchState.CLAIMED).count()
        sent = ours.filter(state=DispatchState.SENT).count()
    assert sent + unknown == 120
    assert 0 < unknown <= 30
    assert sent <= len(got) <= sent + unknown


def _start_runner(postbox: Postbox) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(postbox.port),
    }
    command = [sys.executable, "-m", "config.manage", "vault-run"]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)


def _wait_until_none_waits(talk: Conversation) -> None:
    for _try in range(600):
        with inside_vault():
            ours = Dispatch.objects.filter(mailing__conversation_id=talk.pk)
            if not ours.filter(state=DispatchState.WAITING).exists():
                return
        time.sleep(0.05)
    raise AssertionError("The runner did not finish in half a minute.")
