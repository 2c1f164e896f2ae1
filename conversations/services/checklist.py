"""
What has to be right before a project opens: each line green, amber or red, and what to do next.

Nothing opens while a line is red. Amber is somebody's own decision, and says what it risks.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.conf import settings
from django.db import transaction

from conversations.models import Area, Conversation, Page, PageCode, Stream
from conversations.queries import pages
from conversations.queries.conversations import forget_conversations
from conversations.queries.surveys import survey_of
from conversations.services.preparing.drafts import note
from conversations.services.preparing.fixed import draft_for
from kernel import limits
from kernel.errors import DomainError
from privacy.vault.interface import vault
from privacy.vault.shapes import Readiness
from tenants.models import Role
from tenants.permissions import Staff
from tenants.services.sites import own_address

FEWEST_PEOPLE, FEW_PEOPLE = 11, 50
SMALLEST_AREA, SMALLEST_BUCKET = 50, 11
_DIGITS = 8
_TESTS_PER_HOUR = "10/hour"
_TRIES_PER_HOUR = "30/hour"


class DatesMissing(DomainError):
    code = "dates_missing"
    message = "The invitation names the dates. Set them first."


class SeenCodeRefused(DomainError):
    code = "seen_code_refused"
    status = 422
    message = "That is not the code of the newest test. Look at its first lines, or send another test."


class Tone(StrEnum):
    GREEN = "green"
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing looked at. `place` is the name of the page where it is put right; empty for the checklist itself."""

    title: str
    tone: Tone
    said: str
    todo: str = ""
    place: str = ""


def checklist_of(conversation: Conversation, *, at: datetime) -> list[Line]:
    """Everything, in the order in which a project is prepared."""
    people = vault().readiness(conversation=conversation.pk)
    return [
        _words(conversation),
        _streams(conversation),
        _pages(),
        _dates(conversation, at),
        _survey(conversation),
        _people(people),
        _groups(people),
        _areas(conversation, people),
        _invitation(conversation),
    ]


def is_ready(lines: list[Line]) -> bool:
    return all(line.tone is not Tone.RED for line in lines)


# The lines ------------------------------------------------------------------------------


def _words(conversation: Conversation) -> Line:
    title, place = "Name and introduction", "console_describe"
    if not conversation.introduction:
        said, todo = (
            "There is no introduction.",
            "Say in a few lines what this is about and what becomes of it.",
        )
        return Line(title, Tone.RED, said, todo, place)
    return Line(title, Tone.GREEN, "Both are there.", place=place)


def _streams(conversation: Conversation) -> Line:
    count = Stream.objects.filter(conversation=conversation).count()
    title, place = "Questions", "console_streams"
    if not count:
        return Line(title, Tone.RED, "There is no question yet.", "Add at least one.", place)
    return Line(title, Tone.GREEN, f"{count} {'question' if count == 1 else 'questions'}.", place=place)


def _pages() -> Line:
    title, place = "Texts of the pages", "console_pages"
    rows = list(Page.objects.values_list("code", "language", "text", "draft"))
    if any(draft for *_rest, draft in rows):
        said, todo = "A page has a draft that is not published.", "Publish it or take the draft back."
        return Line(title, Tone.AMBER, said, todo, place)
    if not any(code == PageCode.SUPPORT and text for code, _language, text, _draft in rows):
        said = "The support page is the one we ship: it names no help of this organisation's own."
        todo = "Write in whom people can turn to: wellbeing, speak-up guardian, unions."
        return Line(title, Tone.AMBER, said, todo, place)
    for code in PageCode:
        pages.page_text(code, language=settings.LANGUAGE_CODE)
    return Line(title, Tone.GREEN, "All five are complete and published.", place=place)


def _dates(conversation: Conversation, at: datetime) -> Line:
    title, place = "Dates", "console_dates"
    opens = conversation.opens_at or conversation.planned_opens_at
    closes = conversation.closes_at or conversation.planned_closes_at
    if opens is None or closes is None:
        return Line(title, Tone.RED, "There are no dates yet.", "Choose when it opens and closes.", place)
    if opens >= closes:
        return Line(title, Tone.RED, "It would close before it opens.", "Change one of the dates.", place)
    if conversation.opens_at is None and opens <= at:
        return Line(title, Tone.RED, "The opening is in the past.", "Choose a later one.", place)
    return Line(title, Tone.GREEN, "They are set, and in order.", place=place)


def _survey(conversation: Conversation) -> Line:
    title, place = "Questions before access", "console_survey"
    asked = survey_of(conversation).questions
    if any(len(question.buckets) < 2 for question in asked):
        said, todo = "A question has fewer than two answers.", "Add answers, or remove the question."
        return Line(title, Tone.RED, said, todo, place)
    said = f"{len(asked)} {'question' if len(asked) == 1 else 'questions'}." if asked else "None is asked."
    return Line(title, Tone.GREEN, said, place=place)


def _people(people: Readiness) -> Line:
    title, place = "People", "roster"
    if people.reachable < FEWEST_PEOPLE:
        said = "Fewer than 11 people can be reached, so a contribution could be anybody's guess."
        return Line(title, Tone.RED, said, "Import a roster with at least 11 addresses.", place)
    if people.reachable < FEW_PEOPLE:
        said = f"At least {people.reachable} people can be reached. Among fewer than 50, ways of writing give away more."
        return Line(title, Tone.AMBER, said, "Think about whether more people should take part.", place)
    return Line(title, Tone.GREEN, f"At least {people.reachable:,} people can be reached.", place=place)


def _groups(people: Readiness) -> Line:
    title, place = "Groups of the roster", "roster"
    small = [
        name for name, found in people.dimensions.items() if min(found.values(), default=11) < SMALLEST_BUCKET
    ]
    if small:
        said = f"A group of fewer than 11 people is in: {', '.join(small)}."
        return Line(title, Tone.RED, said, "Merge it with another and import the roster again.", place)
    return Line(title, Tone.GREEN, "None has fewer than 11 people.", place=place)


def _areas(conversation: Conversation, people: Readiness) -> Line:
    title, place = "Areas", "console_areas"
    codes = dict(Area.objects.filter(conversation=conversation).values_list("code", "name"))
    if len(codes) == 1:
        return Line(title, Tone.GREEN, "One area for everybody.", place=place)
    small = [name for code, name in codes.items() if 0 <= people.areas.get(code, -1) < SMALLEST_AREA]
    if small:
        said = f"Fewer than 50 people are in: {', '.join(small)}."
        return Line(title, Tone.RED, said, "Merge the area with another and import the roster again.", place)
    empty = [name for code, name in codes.items() if code not in people.areas]
    if empty and people.areas:
        said = f"Nobody on the roster is in: {', '.join(empty)}."
        return Line(title, Tone.RED, said, "Remove the area, or import its people.", place)
    said = "Each has at least 50 people." if people.areas else "People choose theirs when they come in."
    return Line(title, Tone.GREEN, said, place=place)


def _invitation(conversation: Conversation) -> Line:
    title = "Invitation seen"
    if conversation.seen_invitation and conversation.seen_invitation == _digest(conversation):
        return Line(title, Tone.GREEN, "Somebody of us has had it in a mailbox and read it.")
    was_seen = bool(conversation.seen_invitation)
    said = "It has changed since it was seen." if was_seen else "Nobody has seen it in a mailbox yet."
    return Line(title, Tone.RED, said, "Send it to yourself below, and type the code it carries.")


# The test -------------------------------------------------------------------------------


@transaction.atomic
def send_test(*, by: Staff, conversation: UUID, address: str, at: datetime) -> None:
    """
    The invitation's words to a member of staff's own address, with a code in its first lines.

    Raises RoleMissing, DatesMissing, TooMany.
    """
    found = draft_for(by, conversation, Role.FACILITATOR)
    if found.planned_opens_at is None or found.planned_closes_at is None:
        raise DatesMissing
    limits.count(what="test invitation", who=str(by.id), rate=_TESTS_PER_HOUR, today=at.date())
    vault().rehearse(
        conversation=conversation,
        address=address,
        code=_code(found, by),
        opens_at=found.planned_opens_at,
        closes_at=found.planned_closes_at,
    )


@transaction.atomic
def confirm_seen(*, by: Staff, conversation: UUID, code: str, at: datetime) -> None:
    """The code of the test, typed back: somebody has read it. Raises RoleMissing, SeenCodeRefused, TooMany."""
    found = draft_for(by, conversation, Role.FACILITATOR)
    limits.count(what="test invitation seen", who=str(by.id), rate=_TRIES_PER_HOUR, today=at.date())
    typed = "".join(letter for letter in code if letter.isdecimal())
    if not hmac.compare_digest(typed.encode(), _code(found, by).encode()):
        raise SeenCodeRefused
    Conversation.objects.filter(pk=conversation).update(seen_invitation=_digest(found))
    note("invitation seen", by, conversation)
    forget_conversations()


def _digest(conversation: Conversation) -> str:
    """Of everything the invitation says: change any of it, and it has to be seen again."""
    said = (
        conversation.name,
        f"{own_address()}{conversation.slug}/",
        conversation.time_zone,
        conversation.opens_at or conversation.planned_opens_at,
        conversation.closes_at or conversation.planned_closes_at,
    )
    return hashlib.sha256(repr([str(part) for part in said]).encode()).hexdigest()


def _code(conversation: Conversation, by: Staff) -> str:
    """Eight digits for these words and this member of staff; kept nowhere."""
    said = f"{conversation.pk}:{by.id}:{_digest(conversation)}"
    number = int.from_bytes(hmac.digest(f"checklist:{settings.SECRET_KEY}".encode(), said.encode(), "sha256"))
    return f"{number % 10**_DIGITS:0{_DIGITS}}"
