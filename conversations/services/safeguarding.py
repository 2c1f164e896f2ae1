"""
Safeguarding: somebody seems to be in danger. Who is on duty is called, support is offered to
whoever wrote it without asking who that is, and what we decide is kept.

The order is fixed: nobody is identified for their wellbeing to whom support was not offered first.
"""

from datetime import datetime

import structlog
from django.conf import settings
from django.db import transaction
from django.urls import reverse

from conversations.models import Conversation, Decision, MessageKind, PageCode, Post, Safeguarding
from conversations.models.care import MOST_CHARACTERS_OF_DECISION, CaseState
from conversations.models.thread import MOST_CHARACTERS_OF_MESSAGE
from conversations.queries import care, pages
from conversations.queries.signposts import signposts_in
from conversations.services import writing
from conversations.services.naming import nameless
from conversations.services.texts import checked_text
from kernel.addresses import on_console
from kernel.database import change
from kernel.errors import DomainError
from kernel.tasks import after_commit
from kernel.tenancy import current_tenant
from privacy.anonymity import Kind
from privacy.oversight.services import duty
from tenants.models import Role
from tenants.permissions import Staff, require_role

log = structlog.get_logger("conversations.safeguarding")

_SUPPORT_OFFERED = "Support was offered to whoever wrote this."


class NoCase(DomainError):
    code = "no_case"
    status = 404
    message = "There is no safeguarding case for this post. Open one first."


class CaseClosed(DomainError):
    code = "case_closed"
    message = "This case is closed. Open it again before anything is added."


class NotOfferedYet(DomainError):
    code = "not_offered_yet"
    message = "Support was not offered yet. Offer it first: most people can be helped without being known."


class NotForWellbeing(DomainError):
    code = "not_for_wellbeing"
    message = (
        "This conversation promises that nobody is identified for their wellbeing, so the case cannot be"
        " escalated to that. Offer support, and use the emergency services for what you know."
    )


def raise_worry(conversation: Conversation, post: Post, *, at: datetime) -> None:
    """
    Somebody is worried: open the contribution's case, and call who is on duty once this is committed.

    In the caller's transaction, before anything else it writes. A case that is open already was called
    about; a closed one opens again.
    """
    today = at.astimezone(conversation.zone).date()
    case = Safeguarding(opened_on=today)
    if change(_OPEN[post.kind], [case.pk, today, post.id]):
        after_commit("conversations.alert_duty", kind=post.kind.value, post=str(post.id))


def open_case(*, conversation: Conversation, post: Post, text: str, by: Staff, at: datetime) -> None:
    """A facilitator is worried. Raises RoleMissing, NotFound, TextMissing, TextTooLong, NamesSomebody."""
    require_role(by, Role.FACILITATOR)
    said = nameless(text, most=MOST_CHARACTERS_OF_DECISION)
    care.sheet(conversation, post.kind, post.id)
    with transaction.atomic():
        raise_worry(conversation, post, at=at)
        _decide(conversation, _held(post), said, by, at)


def alert_duty(*, post: Post) -> None:
    """Call who is on duty about a contribution's case, once. Raises NobodyCalled; then it is tried again."""
    with transaction.atomic():
        case = (
            Safeguarding.objects.select_for_update(skip_locked=True)
            .filter(is_alerted=False, **post.about)
            .first()
        )
        if case is not None:
            duty.call(_address(post))
            Safeguarding.objects.filter(pk=case.pk).update(is_alerted=True)


def alert_all() -> None:
    """Whatever nobody could be called about so far."""
    waiting = Safeguarding.objects.filter(is_alerted=False).values_list("idea", "comment")
    for idea, comment in list(waiting):
        try:
            alert_duty(post=Post(Kind.IDEA, idea) if idea else Post(Kind.COMMENT, comment))
        except duty.NobodyCalled:
            log.critical("alert_postponed")


def support_message(words: str, *, organisation: str) -> str:
    """The organisation's signposts, and then our own words. Raises TextMissing, TextTooLong."""
    said = checked_text(words, most=MOST_CHARACTERS_OF_MESSAGE)
    return f"{signposts(organisation=organisation)}\n\n{said}"


def signposts(*, organisation: str) -> str:
    """Where help is found, from the organisation's support page."""
    page = pages.page_text(PageCode.SUPPORT, language=settings.LANGUAGE_CODE)
    return signposts_in(page.text, organisation=organisation)


def offer_support(
    *, conversation: Conversation, post: Post, organisation: str, text: str, by: Staff, at: datetime
) -> None:
    """
    Write to the author, signposts first; the mail that something waits leaves at once.

    Raises RoleMissing, NotFound, NobodyToReach, NoCase, CaseClosed, TextMissing, TextTooLong, EnoughMessages.
    """
    require_role(by, Role.FACILITATOR)
    writing.require_author(care.sheet(conversation, post.kind, post.id))
    message = support_message(text, organisation=organisation)
    with transaction.atomic():
        case = _held(post)
        _decide(conversation, case, _SUPPORT_OFFERED, by, at)
        if case.state == CaseState.OPEN:
            Safeguarding.objects.filter(pk=case.pk).update(state=CaseState.OFFERED)
        writing.say(conversation, post, MessageKind.OFFER, message, at=at, urgent=True)


def note_decision(*, conversation: Conversation, post: Post, text: str, by: Staff, at: datetime) -> None:
    """Raises RoleMissing, NotFound, NoCase, CaseClosed, TextMissing, TextTooLong, NamesSomebody."""
    _move(conversation, post, text, by, at, to=None)


def escalate(*, conversation: Conversation, post: Post, text: str, by: Staff, at: datetime) -> None:
    """
    Nothing else helps: identification for wellbeing may be asked for from now on.

    Raises NotOfferedYet, NotForWellbeing, and what `note_decision` raises.
    """
    if not conversation.identifies_for_wellbeing:
        raise NotForWellbeing
    _move(conversation, post, text, by, at, to=CaseState.ESCALATED)


def close_case(*, conversation: Conversation, post: Post, text: str, by: Staff, at: datetime) -> None:
    """Raises what `note_decision` raises."""
    _move(conversation, post, text, by, at, to=CaseState.CLOSED)


def _move(
    conversation: Conversation, post: Post, text: str, by: Staff, at: datetime, *, to: CaseState | None
) -> None:
    require_role(by, Role.FACILITATOR)
    said = nameless(text, most=MOST_CHARACTERS_OF_DECISION)
    care.sheet(conversation, post.kind, post.id)
    with transaction.atomic():
        case = _held(post)
        if to is CaseState.ESCALATED and case.state == CaseState.OPEN:
            raise NotOfferedYet
        _decide(conversation, case, said, by, at)
        if to is not None:
            Safeguarding.objects.filter(pk=case.pk).update(state=to)


def _held(post: Post) -> Safeguarding:
    """The contribution's case, which nobody else changes meanwhile. Raises NoCase, CaseClosed."""
    case = Safeguarding.objects.select_for_update().filter(**post.about).first()
    if case is None:
        raise NoCase
    if case.state == CaseState.CLOSED:
        raise CaseClosed
    return case


def _decide(conversation: Conversation, case: Safeguarding, text: str, by: Staff, at: datetime) -> None:
    day = at.astimezone(conversation.zone).date()
    place = Decision.objects.filter(case=case).count()
    Decision.objects.create(case=case, position=place, by=by.id, day=day, text=text)


def _address(post: Post) -> str:
    """Where somebody on duty sees what it is about, once they have signed in."""
    conversation = post.model.objects.filter(pk=post.id).values_list(_CONVERSATION[post.kind], flat=True)[0]
    path = reverse(
        "safeguarding",
        urlconf=settings.CONSOLE_URLCONF,
        args=[current_tenant().organisation, conversation, post.kind.value, post.id],
    )
    return on_console(path)


_CONVERSATION = {Kind.IDEA: "stream__conversation", Kind.COMMENT: "idea__stream__conversation"}


def _statement(table: str, column: str) -> str:
    return f"""
        INSERT INTO conversations_safeguarding ({column}, id, state, opened_on, is_alerted)
        SELECT found.id, %s, '{CaseState.OPEN}', %s, false FROM {table} found WHERE found.id = %s
        ON CONFLICT ({column}) DO UPDATE SET state = '{CaseState.OPEN}', is_alerted = false
        WHERE conversations_safeguarding.state = '{CaseState.CLOSED}'
    """


_OPEN = {
    Kind.IDEA: _statement("conversations_idea", "idea_id"),
    Kind.COMMENT: _statement("conversations_comment", "comment_id"),
}
