"""Coding one contribution: the codes an analyst gives to it and to passages of it, or none; and taking that back."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from conversations.models import Conversation
from kernel.database import once_more
from kernel.errors import DomainError
from privacy.anonymity import Kind
from reporting.coding.models import Code, CodeState, GivenCode, Reading, Settlement
from reporting.coding.permissions import require_may_code
from reporting.coding.queries.desk import text_now
from reporting.coding.services.holding import CodeGone, share_frame, today
from tenants.permissions import Staff

MOST_GIVEN = 60


class TextChanged(DomainError):
    code = "text_changed"
    message = "This was changed after you opened it, so nothing was saved. Read it again, then code it."


class PassageNotFound(DomainError):
    code = "passage_not_found"
    status = 422
    message = "These words do not stand in the text one after the other. Copy them from it exactly."


class TooManyGiven(DomainError):
    code = "too_many_given"
    status = 422
    message = "Up to 60 codes fit on one contribution, passages included. Leave some out."


class NothingToUndo(DomainError):
    code = "nothing_to_undo"
    message = "There is nothing left to take back here. Change the codes by hand."


@dataclass(frozen=True, slots=True)
class Passage:
    """A code for the characters from start up to, and without, end."""

    code: UUID
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Given:
    """What an analyst gives to one contribution. Nothing at all means: read, no code needed."""

    codes: frozenset[UUID] = frozenset()
    passages: frozenset[Passage] = frozenset()

    def of_codes(self) -> set[UUID]:
        return {*self.codes, *(passage.code for passage in self.passages)}

    def __len__(self) -> int:
        return len(self.codes) + len(self.passages)


def code_post(
    *, conversation: Conversation, post: UUID, seen: int, given: Given, by: Staff, at: datetime
) -> Reading:
    """
    Keep what an analyst gives in place of what they gave before. `seen` is the version they read.

    Raises RoleMissing, CodingIsOver, NotFound, TextChanged, CodeGone, PassageNotFound, TooManyGiven.
    """
    require_may_code(by, conversation, at=at)
    if len(given) > MOST_GIVEN:
        raise TooManyGiven
    day = today(conversation, at)
    # Sent twice at once, the second finds what the first has made.
    return once_more(lambda: _keep(conversation, post, seen, given, by, day))


def _keep(conversation: Conversation, post: UUID, seen: int, given: Given, by: Staff, day: date) -> Reading:
    with transaction.atomic():
        share_frame(conversation)
        text = text_now(conversation, post)
        if text.version != seen:
            raise TextChanged
        _check(conversation, text.text, given)
        reading = Reading.objects.select_for_update().filter(post=post, by=by.id).first()
        is_new = reading is None
        if reading is None:
            about = {"idea_id": post} if text.kind == Kind.IDEA else {"comment_id": post}
            reading = Reading(post=post, by=by.id, **about)
        there = [] if is_new else list(reading.given.all())
        before = _as_kept(reading, there, is_new=is_new)
        reading.before, reading.version, reading.is_due, reading.day = before, seen, False, day
        reading.save(force_insert=is_new)
        _put(reading, there, given, seen)
        _unsettle(reading, before, given.of_codes())
    return reading


def take_back(*, conversation: Conversation, post: UUID, by: Staff, at: datetime) -> None:
    """
    Put back what stood here before the analyst's last change.

    Codes merged since are given as what they became; those that are gone are left out. Raises RoleMissing,
    CodingIsOver, NotFound, NothingToUndo.
    """
    require_may_code(by, conversation, at=at)
    with transaction.atomic():
        share_frame(conversation)
        text_now(conversation, post)
        reading = Reading.objects.select_for_update().filter(post=post, by=by.id).first()
        if reading is None or reading.before is None:
            raise NothingToUndo
        before = reading.before
        _unsettle(reading, _as_kept(reading, list(reading.given.all()), is_new=False), set())
        if before["is_new"]:
            reading.delete()
            return
        reading.given.all().delete()
        now = _as_now(conversation, before["given"])
        GivenCode.objects.bulk_create(
            [
                GivenCode(reading=reading, code_id=code, start=start, end=end, version=version)
                for (code, start, end), version in now.items()
            ]
        )
        reading.version, reading.is_due, reading.before = before["version"], before["is_due"], None
        reading.save()


def passage_of(text: str, words: str, code: UUID) -> Passage:
    """Where the words stand in the text for the first time. Raises PassageNotFound."""
    words = words.strip()
    start = text.find(words) if words else -1
    if start < 0:
        raise PassageNotFound
    return Passage(code, start, start + len(words))


def _check(conversation: Conversation, text: str, given: Given) -> None:
    wanted = given.of_codes()
    known = Code.objects.filter(pk__in=wanted, frame=conversation.pk, state=CodeState.ACTIVE).count()
    if known != len(wanted):
        raise CodeGone
    if any(not 0 <= passage.start < passage.end <= len(text) for passage in given.passages):
        raise PassageNotFound


def _as_kept(reading: Reading, there: list[GivenCode], *, is_new: bool) -> dict[str, Any]:
    return {
        "is_new": is_new,
        "version": reading.version,
        "is_due": reading.is_due,
        "given": [[str(one.code_id), one.start, one.end, one.version] for one in there],
    }


def _put(reading: Reading, there: list[GivenCode], given: Given, version: int) -> None:
    """What stays is kept, and confirmed for this version of the text; the rest goes and comes."""
    wanted = {(code, None, None) for code in given.codes} | {
        (passage.code, passage.start, passage.end) for passage in given.passages
    }
    places = {(one.code_id, one.start, one.end): one.pk for one in there}
    gone = [key for place, key in places.items() if place not in wanted]
    if gone:
        GivenCode.objects.filter(pk__in=gone).delete()
    if there:
        reading.given.update(version=version)
    GivenCode.objects.bulk_create(
        [
            GivenCode(reading=reading, code_id=code, start=start, end=end, version=version)
            for code, start, end in wanted - places.keys()
        ]
    )


def _unsettle(reading: Reading, before: dict[str, Any], codes: Collection[UUID]) -> None:
    """What was settled was settled about other codes than these."""
    if before["is_new"] or {UUID(code) for code, *_place in before["given"]} != set(codes):
        Settlement.objects.filter(post=reading.post).delete()


def _as_now(
    conversation: Conversation, kept: list[list[Any]]
) -> dict[tuple[UUID, int | None, int | None], int]:
    codes = {code.pk: code for code in Code.objects.filter(frame=conversation.pk)}
    found = {}
    for one, start, end, version in kept:
        code = codes.get(UUID(one))
        while code is not None and code.merged_into_id is not None:
            code = codes.get(code.merged_into_id)
        if code is not None and code.state == CodeState.ACTIVE:
            found[code.pk, start, end] = version
    return found
