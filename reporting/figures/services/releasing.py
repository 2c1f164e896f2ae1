"""One release of the whole menu, on an analyst's word; participation by itself, every day."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from conversations.models import Conversation, Dimension, Emptying
from kernel import audit
from kernel.errors import DomainError, Unavailable
from kernel.tasks import after_commit
from kernel.tenancy import current_tenant
from privacy.vault import groups
from privacy.vault.groups import Labels, Named, TablesReport, Theme
from privacy.vault.interface import vault
from privacy.vault.refusals import (
    AlreadyReleased,
    SnapshotGone,
    TooFewPeople,
    UnknownConversation,
    UnknownJob,
)
from reporting.coding.queries import frame_of
from reporting.figures.models import Release, ReleaseState, Scale, Table
from reporting.figures.permissions import require_may_ask
from reporting.figures.services.freezing import codes_above, freeze_today
from tenants.permissions import Staff

_LONGEST_TITLE = 300


class ReleasedAlready(DomainError):
    code = "figures_released_already"
    message = "Figures about groups are released once. They are here already, or on their way."


def ask_for_figures(*, conversation: Conversation, by: Staff, at: datetime) -> Release:
    """
    Ask for the whole menu. It comes once: what is coded later is not in it.

    Raises NotClosedYet, CompleteAlready, ReleasedAlready.
    """
    require_may_ask(by, conversation, at=at)
    try:
        with transaction.atomic():
            release = _begin(conversation, Scale.MENU, by=by.id, at=at)
            audit.record(
                "group figures asked for",
                by=by.id,
                organisation=current_tenant().organisation,
                about={"project": str(conversation.pk)},
            )
            after_commit("figures.release", release=str(release.pk))
    except IntegrityError as there:
        raise ReleasedAlready from there
    return release


def ask_daily(*, at: datetime) -> None:
    """Participation of every open conversation that is large enough, once on each of its days."""
    for conversation in Conversation.objects.filter(completed_at=None, emptying=Emptying.NO):
        if not conversation.is_open(at=at) or _has_daily(conversation, at=at):
            continue
        # A refusal is a day without figures; the vault alone knows whether there are enough people.
        try:
            with transaction.atomic():
                release = _begin(conversation, Scale.DAILY, by=None, at=at)
        except IntegrityError:
            continue
        hand_over(release=release)


def hand_over(*, release: Release) -> None:
    """Freeze what there is and ask the vault's runner. May run again for the same release."""
    release.refresh_from_db()
    if release.state != ReleaseState.FREEZING:
        return
    conversation = release.conversation
    try:
        snapshot = freeze_today(conversation=conversation)
        job = vault().tabulate(
            conversation=conversation.pk,
            snapshot=snapshot.id,
            scale=groups.Scale(release.scale),
            day=release.day,
            labels=labels_of(conversation),
        )
    except TooFewPeople:
        Release.objects.filter(pk=release.pk).delete()
        return
    except (AlreadyReleased, UnknownConversation):
        _change(release, ReleaseState.FAILED)
        return
    except (SnapshotGone, Unavailable):
        return  # the next round tries again
    Release.objects.filter(pk=release.pk, state=ReleaseState.FREEZING).update(
        state=ReleaseState.RUNNING, job=job
    )


def hand_over_one(*, release: UUID) -> None:
    """The same by its number, for the task; nothing where it is gone."""
    found = Release.objects.select_related("conversation").filter(pk=release).first()
    if found is not None:
        hand_over(release=found)


def follow_one(*, conversation: Conversation) -> None:
    """What the page asks when somebody looks: no waiting for the next round."""
    for release in Release.objects.filter(conversation=conversation, state=ReleaseState.RUNNING):
        follow(release=release)


def follow(*, release: Release) -> None:
    """Take over how far the vault is and, once it is done, its tables. May run again."""
    if release.state != ReleaseState.RUNNING or release.job is None:
        return
    try:
        report = vault().tables(conversation=release.conversation_id, job=release.job)
    except (UnknownJob, UnknownConversation):
        _change(release, ReleaseState.FAILED)
        return
    except Unavailable:
        return
    if report.state == "failed" or (report.state == "done" and report.tables is None):
        _change(release, ReleaseState.FAILED)
    elif report.state == "done":
        _keep(release, report)
    else:
        Release.objects.filter(pk=release.pk).update(progress=report.progress)


def follow_all() -> None:
    """Whatever is on its way: handed over where that was interrupted, taken over where it is done."""
    on_the_way = Release.objects.filter(state__in=[ReleaseState.FREEZING, ReleaseState.RUNNING])
    for release in on_the_way.select_related("conversation"):
        if release.state == ReleaseState.FREEZING:
            hand_over(release=release)
        else:
            follow(release=release)


def labels_of(conversation: Conversation) -> Labels:
    """How everything is called. The vault decides which rows and columns there are."""
    above = codes_above(conversation)
    dimensions = list(Dimension.objects.filter(conversation=conversation).order_by("position", "code"))
    return Labels(
        areas=[Named(area.code, area.name) for area in conversation.areas.order_by("position", "code")],
        dimensions=[Named(dimension.code, dimension.question) for dimension in dimensions],
        groups={
            dimension.code: [
                Named(bucket.code, bucket.label) for bucket in dimension.buckets.order_by("position", "code")
            ]
            for dimension in dimensions
        },
        streams=[
            Named(str(stream.pk), stream.question)
            for stream in conversation.streams.order_by("position", "pk")
        ],
        themes=[
            Theme(line.id, " / ".join(line.path), str(above.get(line.id, "")))
            for line in frame_of(conversation)
        ],
    )


def _begin(conversation: Conversation, scale: Scale, *, by: UUID | None, at: datetime) -> Release:
    day = at.astimezone(conversation.zone).date()
    return Release.objects.create(conversation=conversation, scale=scale, day=day, by=by)


def _has_daily(conversation: Conversation, *, at: datetime) -> bool:
    """Also one that was refused: whether there are enough people is asked once a day."""
    day = at.astimezone(conversation.zone).date()
    return Release.objects.filter(conversation=conversation, scale=Scale.DAILY, day=day).exists()


def _keep(release: Release, report: TablesReport) -> None:
    with transaction.atomic():
        held = Release.objects.select_for_update().get(pk=release.pk)
        if held.state != ReleaseState.RUNNING:
            return
        Table.objects.bulk_create(
            [
                Table(
                    release=held,
                    code=table.code,
                    title=table.title[:_LONGEST_TITLE],
                    place=place,
                    rows=table.rows,
                    columns=table.columns,
                    cells=[[[cell.shown, cell.percent] for cell in row] for row in table.cells],
                )
                for place, table in enumerate(report.tables or [])
            ]
        )
        held.state, held.progress, held.digest = ReleaseState.DONE, 100, report.digest
        held.save(update_fields=["state", "progress", "digest"])


def _change(release: Release, state: ReleaseState) -> None:
    Release.objects.filter(pk=release.pk).update(state=state)
