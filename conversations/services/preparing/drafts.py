"""A project's beginning: made or copied, named, and with the choices that participants can read."""

from dataclasses import asdict, dataclass
from uuid import UUID
from zoneinfo import available_timezones

from django.db import IntegrityError, transaction

from conversations.models import Area, Bucket, Conversation, Dimension, Stream
from conversations.queries.conversations import forget_conversations
from conversations.services import conversations
from conversations.services.conversations import AddressNotUsable
from conversations.services.preparing.fixed import FixedSinceScheduled, draft_for, running_for
from kernel import audit
from kernel.errors import DomainError
from kernel.tenancy import current_tenant
from kernel.text import one_line, plain
from privacy.vault.interface import vault
from privacy.vault.refusals import UnknownTimeZone
from tenants.models import Role
from tenants.permissions import Staff, require_role
from tenants.services import projects, sites

LONGEST_NAME = 160
LONGEST_TEXT = 2000
_WHOLE = 100


class ProjectNameMissing(DomainError):
    code = "project_name_missing"
    status = 422
    message = "Give the project a name of up to 160 characters. Participants read it on every page."


class WordsTooLong(DomainError):
    code = "words_too_long"
    status = 422
    message = "Introduction and notice have up to 2,000 characters each. Shorten them."


class GoalNotAShare(DomainError):
    code = "goal_not_a_share"
    status = 422
    message = (
        "A goal is a number from 1 to 100: how many in a hundred should take part. Leave it empty for none."
    )


@dataclass(frozen=True, slots=True)
class Choices:
    """What participants can read of a project's choices (R29), and the share that should take part (0: no goal)."""

    client_is_told: bool = False
    client_sees_themes: bool = False
    identifies_for_wellbeing: bool = False
    goal_percent: int = 0


@dataclass(frozen=True, slots=True)
class Description:
    """What a project is called and says of itself."""

    name: str
    slug: str
    introduction: str
    notice: str
    time_zone: str


def create_project(*, by: Staff, name: str, slug: str) -> Conversation:
    """A draft with one area for everybody. Raises RoleMissing, ProjectNameMissing, AddressNotUsable."""
    require_role(by, Role.OPERATOR)
    with transaction.atomic():
        made = conversations.create_conversation(
            slug=slug, name=_name(name), questions=[], areas=[("everybody", "Everybody")]
        )
        note("project created", by, made.pk)
    return made


def copy_project(*, by: Staff, source: UUID, name: str, slug: str) -> Conversation:
    """
    A draft with everything another project of the organisation was prepared with: no people, no posts, no dates.

    Raises RoleMissing, ProjectNameMissing, AddressNotUsable.
    """
    require_role(by, Role.OPERATOR)
    before = Conversation.objects.get(pk=source)
    with transaction.atomic():
        made = conversations.create_conversation(
            slug=slug,
            name=_name(name),
            introduction=before.introduction,
            notice=before.notice,
            questions=[
                conversations.Question(stream.question, stream.context)
                for stream in Stream.objects.filter(conversation=before).order_by("position", "pk")
            ],
            areas=list(
                Area.objects.filter(conversation=before).order_by("position").values_list("code", "name")
            ),
        )
        Conversation.objects.filter(pk=made.pk).update(
            time_zone=before.time_zone,
            days_of_analysis=before.days_of_analysis,
            client_is_told=before.client_is_told,
            client_sees_themes=before.client_sees_themes,
            identifies_for_wellbeing=before.identifies_for_wellbeing,
            goal_percent=before.goal_percent,
        )
        _copy_survey(before, made)
        _tell_vault(made.pk)
        note("project copied", by, made.pk)
    return made


def describe(*, by: Staff, conversation: UUID, words: Description) -> None:
    """
    Name, address, texts and time zone. Address and time zone are fixed once it is scheduled.

    Raises RoleMissing, ProjectNameMissing, WordsTooLong, AddressNotUsable, UnknownTimeZone, FixedSinceScheduled.
    """
    name, introduction, notice = _name(words.name), plain(words.introduction), plain(words.notice)
    if max(len(introduction), len(notice)) > LONGEST_TEXT:
        raise WordsTooLong
    if words.time_zone not in available_timezones():
        raise UnknownTimeZone
    try:
        with transaction.atomic():
            found = running_for(by, conversation, Role.FACILITATOR)
            is_moved = (found.slug, found.time_zone) != (words.slug, words.time_zone)
            if is_moved and found.opens_at is not None:
                raise FixedSinceScheduled
            conversations.require_usable(words.slug)
            Conversation.objects.filter(pk=conversation).update(
                name=name,
                slug=words.slug,
                introduction=introduction,
                notice=notice,
                time_zone=words.time_zone,
            )
            projects.rename_project(conversation, name=name)
            _tell_vault(conversation)
    except IntegrityError as clash:
        raise AddressNotUsable from clash
    forget_conversations()


def choose(*, by: Staff, conversation: UUID, choices: Choices) -> None:
    """Raises RoleMissing, FixedSinceScheduled, GoalNotAShare."""
    if not 0 <= choices.goal_percent <= _WHOLE:
        raise GoalNotAShare
    with transaction.atomic():
        draft_for(by, conversation)
        Conversation.objects.filter(pk=conversation).update(**asdict(choices))
        about = {
            "told": int(choices.client_is_told),
            "themes": int(choices.client_sees_themes),
            "wellbeing": int(choices.identifies_for_wellbeing),
            "goal": choices.goal_percent,
        }
        note("project choices made", by, conversation, **about)


def move_sites() -> None:
    """Tell the vault where each conversation is now: its letters name the address."""
    for conversation in Conversation.objects.values_list("pk", flat=True):
        _tell_vault(conversation)


def note(what: str, by: Staff, conversation: UUID, **about: str | int) -> None:
    """In the audit chain, within the caller's transaction."""
    organisation = current_tenant().organisation
    audit.record(what, by=by.id, organisation=organisation, about={"project": str(conversation), **about})


def _tell_vault(conversation: UUID) -> None:
    kept = Conversation.objects.get(pk=conversation)
    vault().prepare(
        conversation=conversation,
        name=kept.name,
        site=f"{sites.own_address()}{kept.slug}/",
        time_zone=kept.time_zone,
    )


def _copy_survey(before: Conversation, made: Conversation) -> None:
    for dimension in Dimension.objects.filter(conversation=before):
        buckets = list(dimension.buckets.all())
        dimension.pk, dimension.conversation = None, made
        dimension.save(force_insert=True)
        for bucket in buckets:
            bucket.pk, bucket.dimension = None, dimension
        Bucket.objects.bulk_create(buckets)


def _name(name: str) -> str:
    name = one_line(name)
    if not 0 < len(name) <= LONGEST_NAME:
        raise ProjectNameMissing
    return name
