"""
Identification, the last resort: asked for with a ground, approved by another, shown once, told and counted.

The vault keeps the grant and trusts nobody; the control plane keeps the record; here the two meet
the contribution. Which contribution a record is about is known here alone, and only while it goes on.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from conversations.models import Conversation, MessageKind, OpenIdentification, Post
from conversations.models.care import CaseState
from conversations.queries import care
from conversations.queries.conversations import forget_conversations
from conversations.services import writing
from conversations.services.naming import nameless
from kernel.errors import DomainError
from privacy.oversight import queries as oversight
from privacy.oversight.models import (
    MOST_CHARACTERS_OF_EXPLANATION,
    Identification,
    IdentificationState,
    Telling,
)
from privacy.oversight.services import identifications
from privacy.oversight.services.identifications import AlreadyDecided, Request
from privacy.vault.interface import vault
from privacy.vault.refusals import GrantSpent, NobodyThere, NotGranted, NotWarned, OwnRequest, RouteRefused
from privacy.vault.shapes import Ground, Identified
from tenants.models import Role
from tenants.permissions import Staff, require_role

# What the person reads in their inbox.
_GROUNDS: dict[Ground, str | Promise] = {
    Ground.WARNINGS: _("The reason: repeated warnings were ignored."),
    Ground.ABUSE: _("The reason: this post is personally abusive."),
    Ground.CRIME: _("The reason: this post may be a crime."),
    Ground.WELLBEING: _("The reason: a life seemed to be in danger."),
}


class GroundMissing(DomainError):
    code = "ground_missing"
    status = 422
    message = "Choose one of the grounds. There is no other reason to identify anybody."


class TellingMissing(DomainError):
    code = "telling_missing"
    status = 422
    message = "Choose whether the person is told, or which risk forbids it."


class NotEscalated(DomainError):
    code = "not_escalated"
    message = (
        "For somebody's wellbeing nobody is identified unless the conversation's text allows it, support was"
        " offered, and the safeguarding case was escalated."
    )


class AskedAlready(DomainError):
    code = "asked_already"
    message = "An identification is going on for this post already. Look at the list."


@dataclass(frozen=True, slots=True)
class Form:
    """What somebody filled in to ask."""

    ground: str
    telling: str
    explanation: str


def ask(*, conversation: Conversation, post: Post, form: Form, by: Staff, at: datetime) -> UUID:
    """
    Ask for the identification of whoever wrote one contribution; returns the record's number.

    Raises RoleMissing, NotFound, NobodyToReach, GroundMissing, TellingMissing, TextMissing, TextTooLong,
    NamesSomebody, NotEscalated, AskedAlready, and what the vault refuses with (NoOfficer).
    """
    require_role(by, Role.FACILITATOR, Role.PRIVACY_OFFICER)
    written = writing.require_author(care.sheet(conversation, post.kind, post.id))
    request = _checked(conversation, post, form)
    grant = vault().ask_identification(
        conversation=conversation.pk, about=written, ground=request.ground, by=by.id
    )
    try:
        with transaction.atomic():
            number = identifications.enter(
                conversation=conversation.pk, grant=grant, request=request, by=by.id, at=at
            )
            OpenIdentification.objects.create(id=number, **post.about)
    except IntegrityError as reason:
        raise AskedAlready from reason
    return number


def decide(
    *, conversation: Conversation, identification: UUID, is_approved: bool, by: Staff, at: datetime
) -> None:
    """
    A privacy officer other than who asked lets them look once, or does not.

    Raises RoleMissing, NotFound, OwnRequest, AlreadyDecided, RequestDecided.
    """
    require_role(by, Role.PRIVACY_OFFICER)
    found = oversight.identification(identification, conversation=conversation.pk)
    if found.asked_by == by.id:
        raise OwnRequest
    if found.state != IdentificationState.ASKED:
        raise AlreadyDecided
    asked = {"conversation": conversation.pk, "grant": found.grant, "by": by.id}
    if is_approved:
        vault().approve_identification(**asked)
    else:
        vault().refuse_identification(**asked)
    with transaction.atomic():
        if not is_approved:
            _close(found.pk)
        identifications.decide(identification=found, is_approved=is_approved, by=by.id, at=at)


def see(*, conversation: Conversation, post: Post, by: Staff, at: datetime) -> Identified:
    """
    Whoever wrote it, once, for whoever asked. The participants' count goes up, and the person is told.

    Raises RoleMissing, NotFound, NotGranted, GrantSpent, NobodyThere, NotWarned, NoOfficer, OfficersNotReached.
    """
    require_role(by, Role.FACILITATOR, Role.PRIVACY_OFFICER)
    written = writing.require_author(care.sheet(conversation, post.kind, post.id))
    found = _going_on(conversation, post)
    if found is None or found.asked_by != by.id or found.state != IdentificationState.APPROVED:
        raise NotGranted
    identifications.open_now(identification=found, by=by.id)
    try:
        identified = vault().identify(
            conversation=conversation.pk, about=written, grant=found.grant, by=by.id
        )
    except (NotWarned, NobodyThere, RouteRefused):
        _conclude(conversation, post, found, by, at, was_shown=False)
        raise
    except GrantSpent:
        # A crash came between the answer and its record, or another window was quicker.
        _conclude(conversation, post, found, by, at, was_shown=True)
        raise
    _conclude(conversation, post, found, by, at, was_shown=True)
    return identified


def end_expired(*, at: datetime) -> None:
    """What was approved and not seen within a day is over."""
    with transaction.atomic():
        for identification in identifications.expire(at=at):
            _close(identification)


def _checked(conversation: Conversation, post: Post, form: Form) -> Request:
    if form.ground not in list(Ground):
        raise GroundMissing
    if form.telling not in Telling.values:
        raise TellingMissing
    ground = Ground(form.ground)
    if ground is Ground.WELLBEING and not may_identify_for_wellbeing(conversation, post):
        raise NotEscalated
    return Request(
        kind=post.kind,
        contribution=post.id,
        ground=ground,
        explanation=nameless(form.explanation, most=MOST_CHARACTERS_OF_EXPLANATION),
        telling=Telling(form.telling),
    )


def may_identify_for_wellbeing(conversation: Conversation, post: Post) -> bool:
    case = care.case_on(post)
    return conversation.identifies_for_wellbeing and case is not None and case.state == CaseState.ESCALATED


def _going_on(conversation: Conversation, post: Post) -> Identification | None:
    number = care.open_identification_on(post)
    return None if number is None else oversight.identification(number, conversation=conversation.pk)


def _conclude(
    conversation: Conversation, post: Post, found: Identification, by: Staff, at: datetime, *, was_shown: bool
) -> None:
    """Record it, count it and tell the person: all of it or nothing, and once."""
    with transaction.atomic():
        _close(found.pk)
        is_first = identifications.conclude(identification=found, was_shown=was_shown, by=by.id, at=at)
        if not (is_first and was_shown):
            return
        if found.is_to_be_told:
            with translation.override(settings.LANGUAGE_CODE):
                reason = str(_GROUNDS[Ground(found.ground)])
            writing.say(conversation, post, MessageKind.KNOWN, reason, at=at)
        Conversation.objects.filter(pk=conversation.pk).update(identified_times=F("identified_times") + 1)
    forget_conversations()


def _close(identification: UUID) -> None:
    OpenIdentification.objects.filter(pk=identification).delete()
