"""Publishing a report: a version is written down at once, its files are made in the background, none is lost."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kernel import audit
from kernel.errors import DomainError
from kernel.tasks import after_commit
from kernel.tenancy import current_tenant
from kernel.text import one_line
from reporting.documents import formats, permissions, queries
from reporting.documents.measures import canonical, digest_of, digest_of_bytes
from reporting.documents.models import Document, Edition, Format, Report, Version, VersionState
from reporting.documents.services import editions
from reporting.documents.services.filing import keep_file, remove_file
from tenants.models import Role
from tenants.permissions import Staff, require_role

_LONGEST_REASON = 300


class BeingMade(DomainError):
    code = "being_made"
    message = "A version of this report is being made. Wait until it is there, or withhold it."


class ReasonMissing(DomainError):
    code = "reason_missing"
    status = 422
    message = "Write why this version is withheld, in up to 300 characters. It stays in the history."


class NotToWithhold(DomainError):
    code = "not_to_withhold"
    message = "This version is not published any more, so there is nothing to withhold."


@transaction.atomic
def publish_report(*, report: Report, organisation: str, by: Staff, at: datetime) -> Version:
    """
    A new version: everything it says is fixed now. Its files follow; once all are there it takes the
    place of the version before.

    Raises RoleMissing, NotToPublishYet, NotToPublishAnyMore, BeingMade, NothingFrozen, NothingToSay,
    QuoteNotThere, and whatever the vault refuses.
    """
    require_role(by, Role.ANALYST)
    permissions.require_may_publish(report.conversation, at=at)
    held = (
        Report.objects.select_for_update(of=("self",))
        .select_related("snapshot", "conversation")
        .get(pk=report.pk)
    )
    if held.versions.filter(state=VersionState.MAKING).exists():
        raise BeingMade
    number = queries.next_number(held)
    on = at.astimezone(held.conversation.zone).date()
    said = editions.edition_of(held, organisation=organisation, number=number, on=on, is_final=True)
    assert held.snapshot is not None  # noqa: S101  (the edition was made from it)
    content = canonical(said)
    edition, _is_new = Edition.objects.get_or_create(
        digest=digest_of(content), defaults={"content": content, "conversation": held.conversation}
    )
    version = Version.objects.create(
        report=held, number=number, snapshot=held.snapshot, edition=edition, published_on=on, by=by.id
    )
    after_commit("documents.make", version=str(version.pk))
    return version


def make_version(*, version: UUID) -> None:
    """
    Write what is missing of a version, a format at a time, and publish it once all are there.

    Run twice, or killed and run again, it comes to the same files.
    """
    while _make_next(version):
        pass


@transaction.atomic
def _make_next(version: UUID) -> bool:
    """Whether there may be more to do. Whoever finds the version held by another leaves it to them."""
    held = (
        Version.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("report__conversation", "snapshot", "edition")
        .filter(pk=version, state=VersionState.MAKING)
        .first()
    )
    if held is None:
        return False
    made = set(held.documents.values_list("format", flat=True))
    missing = [one for one in Format if one not in made]
    if not missing:
        _publish(held)
        return False
    content = formats.written(editions.paper_of(held), missing[0])
    document = Document(version=held, format=missing[0], digest=digest_of_bytes(content), size=len(content))
    keep_file(document, content)
    document.save(force_insert=True)
    return True


def _publish(version: Version) -> None:
    Version.objects.filter(report=version.report_id, state=VersionState.PUBLISHED).update(
        state=VersionState.REPLACED
    )
    Version.objects.filter(pk=version.pk).update(state=VersionState.PUBLISHED)
    _record("report published", version, version.by)


@transaction.atomic
def withhold_version(*, version: Version, reason: str, by: Staff) -> None:
    """
    Nobody at the organisation finds it any more; its files stay in the history.

    Raises RoleMissing, ReasonMissing, NotToWithhold.
    """
    require_role(by, Role.ANALYST)
    reason = one_line(reason)
    if not 0 < len(reason) <= _LONGEST_REASON:
        raise ReasonMissing
    standing = [VersionState.MAKING, VersionState.PUBLISHED]
    held = Version.objects.select_for_update().filter(pk=version.pk, state__in=standing).first()
    if held is None:
        raise NotToWithhold
    Version.objects.filter(pk=held.pk).update(state=VersionState.WITHHELD, reason=reason)
    _record("report withheld", held, by.id)


def _record(what: str, version: Version, by: UUID | None) -> None:
    audit.record(
        what,
        by=by,
        organisation=current_tenant().organisation,
        about={
            "project": str(version.report.conversation_id),
            "report": str(version.report_id),
            "version": version.number,
            "snapshot": version.snapshot_id,
            "edition": version.edition_id,
        },
    )


@transaction.atomic
def take_back(*, version: UUID, reason: str) -> None:
    """A version that holds words which may not stand there any more: files and words go, its digests stay."""
    held = Version.objects.select_for_update(of=("self",)).select_related("report").get(pk=version)
    for document in held.documents.all():
        remove_file(document)
        document.delete()
    Edition.objects.filter(pk=held.edition_id).update(content="")
    Version.objects.filter(pk=held.pk).update(state=VersionState.WITHHELD, reason=reason)
    _record("report taken back", held, None)


def go_on() -> None:
    """What a lost message or a killed worker left behind."""
    for version in queries.unfinished():
        make_version(version=version)
