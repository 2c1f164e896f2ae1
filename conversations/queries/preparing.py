"""Projects as staff prepare them: everything with its form, drafts included."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from conversations.models import Area, Bucket, Conversation, Dimension, Stream
from kernel.errors import NotFound
from tenants.models import Phase


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a conversation stands, with its dates in its own time zone."""

    phase: Phase
    opens: datetime | None
    closes: datetime | None
    completes: datetime | None
    gone_by: datetime | None

    @property
    def is_fixed(self) -> bool:
        return self.phase is not Phase.DRAFT


def standing_of(conversation: Conversation, *, at: datetime) -> Standing:
    """For a draft the dates are those that are planned."""
    is_draft = conversation.opens_at is None
    opens = conversation.planned_opens_at if is_draft else conversation.opens_at
    closes = conversation.planned_closes_at if is_draft else conversation.closes_at
    zone = conversation.zone
    return Standing(
        phase=_phase(conversation, at),
        opens=opens and opens.astimezone(zone),
        closes=closes and closes.astimezone(zone),
        completes=conversation.completes_at and conversation.completes_at.astimezone(zone),
        gone_by=conversation.gone_by and conversation.gone_by.astimezone(zone),
    )


def projects() -> list[Conversation]:
    return list(Conversation.objects.order_by("name"))


def project_named(typed: str) -> Conversation:
    """One of the organisation's projects by the id that a form sent. Raises NotFound."""
    try:
        found = Conversation.objects.filter(pk=UUID(typed)).first()
    except ValueError:
        found = None
    if found is None:
        raise NotFound
    return found


def project_called(slug: str) -> Conversation:
    """For client users: also a draft, and never remembered. Raises NotFound."""
    found = Conversation.objects.filter(slug=slug).first()
    if found is None:
        raise NotFound
    return found


def streams(conversation: Conversation) -> list[Stream]:
    return list(Stream.objects.filter(conversation=conversation).order_by("position", "pk"))


def areas(conversation: Conversation) -> list[Area]:
    return list(Area.objects.filter(conversation=conversation).order_by("position", "pk"))


@dataclass(frozen=True, slots=True)
class Asked:
    """A question before access with its answers as lines."""

    dimension: Dimension
    answers: str


def asked(conversation: Conversation) -> list[Asked]:
    """Two queries, however many there are."""
    lines: dict[int, list[str]] = {}
    buckets = Bucket.objects.filter(dimension__conversation=conversation).order_by("position", "pk")
    for dimension, label in buckets.values_list("dimension_id", "label"):
        lines.setdefault(dimension, []).append(label)
    found = Dimension.objects.filter(conversation=conversation).order_by("position", "pk")
    return [Asked(one, "\n".join(lines.get(one.pk, []))) for one in found]


def _phase(conversation: Conversation, at: datetime) -> Phase:
    if conversation.opens_at is None:
        return Phase.DRAFT
    if conversation.is_complete(at=at):
        return Phase.COMPLETE
    if not conversation.has_opened(at=at):
        return Phase.SCHEDULED
    return Phase.ANALYSIS if conversation.has_closed(at=at) else Phase.OPEN
