"""The audiences of a project, each with a discussion of its own."""

import re
import unicodedata
from uuid import UUID

from django.db import IntegrityError, transaction

from conversations.models import Area
from conversations.queries.conversations import forget_conversations
from conversations.services.preparing.fixed import draft_for
from conversations.services.preparing.order import moved
from kernel.errors import DomainError
from kernel.text import one_line
from privacy.vault.interface import vault
from tenants.permissions import Staff

LONGEST_NAME = 120
_NOT_PLAIN = re.compile(r"[^a-z0-9]+")


class AreaNameMissing(DomainError):
    code = "area_name_missing"
    status = 422
    message = "Give the area a name with letters in it, in up to 120 characters."


class AreaTaken(DomainError):
    code = "area_taken"
    message = "There is an area of this name already. Choose another name."


class AreaHasPeople(DomainError):
    code = "area_has_people"
    message = "There are people of the roster in this area. Import a roster without it first, or leave it."


class LastArea(DomainError):
    code = "last_area"
    message = "A project has at least one area. Add another one first."


def add_area(*, by: Staff, conversation: UUID, name: str) -> Area:
    """The roster's column "area" names it by its code. Raises RoleMissing, FixedSinceScheduled, AreaNameMissing, AreaTaken."""
    name, code = _checked(name)
    try:
        with transaction.atomic():
            draft_for(by, conversation)
            position = Area.objects.filter(conversation=conversation).count()
            made = Area.objects.create(conversation_id=conversation, code=code, name=name, position=position)
    except IntegrityError as clash:
        raise AreaTaken from clash
    forget_conversations()
    return made


def rename_area(*, by: Staff, conversation: UUID, area: UUID, name: str) -> None:
    """Its code, which rosters name, stays. Raises RoleMissing, FixedSinceScheduled, AreaNameMissing."""
    name, _code = _checked(name)
    with transaction.atomic():
        draft_for(by, conversation)
        Area.objects.filter(conversation=conversation, pk=area).update(name=name)
    forget_conversations()


def move_area(*, by: Staff, conversation: UUID, area: UUID, up: bool) -> None:
    """Raises RoleMissing, FixedSinceScheduled, NotFound."""
    with transaction.atomic():
        draft_for(by, conversation)
        moved(Area.objects.filter(conversation=conversation), area, up=up)
    forget_conversations()


def remove_area(*, by: Staff, conversation: UUID, area: UUID) -> None:
    """Raises RoleMissing, FixedSinceScheduled, LastArea, AreaHasPeople."""
    people = vault().readiness(conversation=conversation).areas
    with transaction.atomic():
        draft_for(by, conversation)
        here = Area.objects.filter(conversation=conversation)
        kept = here.filter(pk=area).first()
        if kept is None:
            return
        if here.count() == 1:
            raise LastArea
        if kept.code in people:
            raise AreaHasPeople
        kept.delete()
    forget_conversations()


def code_from(words: str, *, longest: int) -> str:
    """Words as a plain code: small letters, digits and hyphens. Empty where nothing of them is left."""
    letters = unicodedata.normalize("NFKD", words.lower()).encode("ascii", "ignore").decode()
    return _NOT_PLAIN.sub("-", letters).strip("-")[:longest].rstrip("-")


def _checked(name: str) -> tuple[str, str]:
    name = one_line(name)
    code = code_from(name, longest=40)
    if not code or len(name) > LONGEST_NAME:
        raise AreaNameMissing
    return name, code
