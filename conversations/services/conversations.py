"""Making conversations and setting their dates."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from conversations.models import Area, Comment, Conversation, Idea, Stream, Vote
from conversations.queries.conversations import forget_conversations
from kernel.errors import DomainError
from kernel.text import one_line
from privacy.vault.interface import vault
from tenants.services import projects, sites

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
# What stands at these addresses of a site already.
_RESERVED = {"organisation", "static", "logo", "healthz"}


class AddressNotUsable(DomainError):
    code = "address_not_usable"
    message = _(
        "The last part of a conversation's address has 1 to 40 small letters, digits or hyphens, and no other"
        " conversation of the organisation has it. Choose another."
    )


class DatesInWrongOrder(DomainError):
    code = "dates_in_wrong_order"
    status = 422
    message = _("A conversation has to open before it closes. Change one of the dates.")


@dataclass(frozen=True, slots=True)
class Question:
    """A stream to be: the question and up to two lines of context."""

    question: str
    context: str = ""


def create_conversation(
    *,
    slug: str,
    name: str,
    introduction: str = "",
    notice: str = "",
    questions: Sequence[Question],
    areas: Sequence[tuple[str, str]],
) -> Conversation:
    """A draft with its project, keys, areas (code, name) and streams. Raises AddressNotUsable."""
    require_usable(slug)
    name = one_line(name)
    try:
        with transaction.atomic():
            project = projects.create_project(name=name)
            public_key = vault().prepare(
                conversation=project, name=name, site=f"{sites.own_address()}{slug}/"
            )
            conversation = Conversation.objects.create(
                id=project,
                slug=slug,
                name=name,
                introduction=introduction,
                notice=notice,
                public_key=public_key,
            )
            Area.objects.bulk_create(
                Area(conversation=conversation, code=code, name=label, position=n)
                for n, (code, label) in enumerate(areas)
            )
            Stream.objects.bulk_create(
                Stream(conversation=conversation, question=q.question, context=q.context, position=n)
                for n, q in enumerate(questions)
            )
    except IntegrityError as clash:
        raise AddressNotUsable from clash
    return conversation


def require_usable(slug: str) -> None:
    """Raises AddressNotUsable."""
    if not _SLUG.fullmatch(slug) or slug in _RESERVED:
        raise AddressNotUsable


def schedule_conversation(*, conversation: UUID, opens_at: datetime, closes_at: datetime) -> None:
    """
    Set the dates between which participants write; the project follows. Raises DatesInWrongOrder, AlreadyComplete.

    Asks nobody whether it is ready: imports and demonstrations come this way. Staff go through
    `lifecycle`, which looks at the checklist first.
    """
    if opens_at >= closes_at:
        raise DatesInWrongOrder
    with transaction.atomic():
        Conversation.objects.filter(pk=conversation).update(opens_at=opens_at, closes_at=closes_at)
        days = Conversation.objects.values_list("days_of_analysis", flat=True).get(pk=conversation)
        projects.schedule_project(
            conversation,
            opens_at=opens_at,
            closes_at=closes_at,
            completes_at=closes_at + timedelta(days=days),
        )
    forget_conversations()


def discard_draft(*, slug: str) -> None:
    """Remove a conversation that never had dates, with its project and its people."""
    draft = Conversation.objects.filter(slug=slug, opens_at=None).first()
    if draft is None:
        return
    project = draft.pk
    vault().purge(conversation=project)
    with transaction.atomic():
        for model in (Vote, Comment):
            model.objects.filter(idea__stream__conversation=draft).delete()
        Idea.objects.filter(stream__conversation=draft).delete()
        draft.delete()
        projects.discard_project(project)
