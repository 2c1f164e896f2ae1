"""
Bringing a roster in, step by step: sealed and kept, looked at by the vault, corrected, taken in.

The web tier sees the file for as long as the request lasts. What people are called and where they
belong is read by the vault alone; what comes back are rows, columns, reasons and names of groups.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from conversations.models import Bucket, Conversation, Dimension, RosterUpload
from conversations.queries import rosters as roster_queries
from conversations.queries.conversations import forget_conversations
from conversations.queries.rosters import Step
from kernel import audit
from kernel.errors import DomainError
from kernel.tables.sandbox import MOST_BYTES
from kernel.tenancy import current_tenant
from privacy import anonymity
from privacy.vault.interface import vault
from privacy.vault.shapes import Meaning, Merge, Population, Preview, Reading
from tenants.models import Role
from tenants.permissions import ClientUser, Staff, require_role, require_role_or_client

PREPARES_ROSTERS = (Role.OPERATOR, Role.SUPPORT)
_FILES_ARE_KEPT = timedelta(days=1)
_LONGEST_NAME = 120


class FileMissing(DomainError):
    code = "file_missing"
    status = 422
    message = _("No file arrived. Choose a workbook (.xlsx) or a CSV file of up to 10 MB.")


class ImportUnderWay(DomainError):
    code = "import_under_way"
    message = _("People are being taken in from a roster at the moment. Wait until that is done.")


class ImportGone(DomainError):
    code = "import_gone"
    message = _(
        "This roster is no longer here: it was taken in, discarded, or older than a day. Upload it again."
    )


class NotReady(DomainError):
    code = "roster_not_ready"
    message = _(
        "Something in this roster has to be put right before anybody is taken in. The page says what."
    )


class GroupsNotChosen(DomainError):
    code = "groups_not_chosen"
    status = 422
    message = _("Tick the groups to merge, and write what they are called together (up to 120 characters).")


class ColumnsNotKnown(DomainError):
    code = "columns_not_known"
    status = 422
    message = _("Choose for each column what it holds. This page may be older than the file: reload it.")


class RosterTooLate(DomainError):
    code = "roster_too_late"
    message = _("This conversation has closed, so nobody can be added to it any more.")


def upload_roster(
    *, conversation: Conversation, content: bytes, by: Staff | ClientUser, at: datetime
) -> None:
    """
    Keep a roster sealed and have the vault look at it, in place of one that was not taken in yet.

    Raises FileMissing, ImportUnderWay, RosterTooLate.
    """
    _require_may_bring(by, conversation, at)
    if not content or len(content) > MOST_BYTES:
        raise FileMissing
    _require_nothing_under_way(conversation)
    sealed = anonymity.sealed_file(bytes(conversation.public_key), content)
    name = default_storage.save(f"rosters/{conversation.pk}/{uuid4()}", ContentFile(sealed))
    before = roster_queries.upload_of(conversation)
    job = vault().examine(
        conversation=conversation.pk, roster=sealed, areas=roster_queries.areas_of(conversation)
    )
    with transaction.atomic():
        RosterUpload.objects.filter(conversation=conversation).delete()
        RosterUpload.objects.create(conversation=conversation, file=name, job=job, by=by.id, uploaded_at=at)
        audit.record(
            "roster uploaded",
            by=by.id,
            organisation=current_tenant().organisation,
            about=_about(conversation, by),
        )
    if before is not None:
        _remove_file(before)


def choose_columns(
    *, conversation: Conversation, columns: Sequence[str], areas: Mapping[str, str], by: Staff | ClientUser
) -> None:
    """
    Say what each column holds and which area is meant by which name; the vault looks again.

    Raises ColumnsNotKnown, ImportGone, ImportUnderWay.
    """
    require_role_or_client(by, *PREPARES_ROSTERS)
    preview = _preview(conversation)
    if len(columns) != len(preview.columns) or not set(columns) <= set(Meaning):
        raise ColumnsNotKnown
    known = roster_queries.areas_of(conversation)
    chosen = {said: area for said, area in areas.items() if area in known}
    reading = replace(preview.reading, columns=[Meaning(column) for column in columns], areas=chosen)
    _examine(conversation, reading)


def merge_groups(
    *, conversation: Conversation, dimension: str, buckets: Sequence[str], into: str, by: Staff | ClientUser
) -> None:
    """
    Make one group of several. Without a name they are not kept: nobody is in them any more.

    Raises GroupsNotChosen, ImportGone, ImportUnderWay.
    """
    require_role_or_client(by, *PREPARES_ROSTERS)
    preview = _preview(conversation)
    known = {bucket.code for seen in preview.dimensions if seen.code == dimension for bucket in seen.buckets}
    if not buckets or not set(buckets) <= known or len(into) > _LONGEST_NAME:
        raise GroupsNotChosen
    merge = Merge(dimension=dimension, buckets=list(buckets), into=into)
    _examine(conversation, replace(preview.reading, merges=[*preview.reading.merges, merge]))


def unmerge_groups(*, conversation: Conversation, dimension: str, by: Staff | ClientUser) -> None:
    """The groups of a dimension as the file has them. Raises ImportGone, ImportUnderWay."""
    require_role_or_client(by, *PREPARES_ROSTERS)
    preview = _preview(conversation)
    kept = [merge for merge in preview.reading.merges if merge.dimension != dimension]
    _examine(conversation, replace(preview.reading, merges=kept))


def take_in(*, conversation: Conversation, by: Staff | ClientUser, at: datetime) -> None:
    """Have everybody taken in, as the preview shows. Raises NotReady, ImportGone, ImportUnderWay, RosterTooLate."""
    _require_may_bring(by, conversation, at)
    preview = _preview(conversation)
    if not roster_queries.import_of(conversation).is_ready:
        raise NotReady
    with transaction.atomic():
        upload = _locked(conversation)
        upload.job = vault().enrol(
            conversation=conversation.pk,
            roster=_sealed(upload),
            areas=list(roster_queries.areas_of(conversation)),
            reading=preview.reading,
            is_sealed=True,
        )
        upload.is_confirmed = True
        upload.save(update_fields=["job", "is_confirmed"])
        about = {**_about(conversation, by), "rows": preview.rows}
        audit.record("roster taken in", by=by.id, organisation=current_tenant().organisation, about=about)


def discard_roster(*, conversation: Conversation, by: Staff | ClientUser) -> None:
    """Forget a roster that was not taken in. Raises ImportUnderWay."""
    require_role_or_client(by, *PREPARES_ROSTERS)
    _require_nothing_under_way(conversation)
    upload = roster_queries.upload_of(conversation)
    if upload is not None:
        RosterUpload.objects.filter(pk=upload.pk).delete()
        _remove_file(upload)


def resend_invitation(*, conversation: Conversation, by: Staff) -> int:
    """
    The invitation to those added since, and to those whom it failed to reach or perhaps did not reach.

    Returns how many. Raises NotInvitedYet.
    """
    require_role(by, *PREPARES_ROSTERS)
    count = vault().resend(conversation=conversation.pk)
    with transaction.atomic():
        about = {**_about(conversation, by), "letters": count}
        audit.record(
            "invitation sent again", by=by.id, organisation=current_tenant().organisation, about=about
        )
    return count


def finish_import(*, conversation: Conversation) -> None:
    """After the vault has taken everybody in: the groups become known here, and the file goes. May run again."""
    upload = roster_queries.upload_of(conversation)
    if upload is None or upload.is_done or not upload.is_confirmed:
        return
    if roster_queries.import_of(conversation).step is not Step.DONE:
        return
    define_groups(conversation=conversation, population=vault().population(conversation=conversation.pk))
    _remove_file(upload)
    RosterUpload.objects.filter(pk=upload.pk).update(is_done=True, file="")


def finish_imports(*, at: datetime) -> None:
    """Whatever nobody looked at: what is taken in is finished, and files of yesterday go."""
    for upload in list(_running().select_related("conversation")):
        finish_import(conversation=upload.conversation)
    for upload in list(_running().filter(uploaded_at__lt=at - _FILES_ARE_KEPT)):
        if roster_queries.import_of(upload.conversation).is_under_way:
            continue
        RosterUpload.objects.filter(pk=upload.pk).delete()
        _remove_file(upload)


def _running() -> QuerySet[RosterUpload]:
    """Of complete projects the deletion takes file and row."""
    return RosterUpload.objects.filter(conversation__completed_at=None)


def define_groups(*, conversation: Conversation, population: Population) -> None:
    """What the roster tells apart, by name: for the survey and for tables. A question of the survey stays one."""
    with transaction.atomic():
        for place, grouping in enumerate(population.dimensions):
            dimension, _is_new = Dimension.objects.get_or_create(
                conversation=conversation,
                code=grouping.code,
                defaults={"question": grouping.name, "position": place, "is_asked": False},
            )
            if not dimension.is_asked:
                codes = [group.code for group in grouping.groups]
                dimension.buckets.exclude(code__in=codes).delete()
            Bucket.objects.bulk_create(
                [
                    Bucket(dimension=dimension, code=group.code, label=group.label, position=n)
                    for n, group in enumerate(grouping.groups)
                ],
                ignore_conflicts=True,
            )
    forget_conversations()


def _examine(conversation: Conversation, reading: Reading) -> None:
    with transaction.atomic():
        upload = _locked(conversation)
        upload.job = vault().examine(
            conversation=conversation.pk,
            roster=_sealed(upload),
            areas=roster_queries.areas_of(conversation),
            reading=reading,
        )
        upload.save(update_fields=["job"])


def _preview(conversation: Conversation) -> Preview:
    """What was found in the file that waits. Raises ImportGone, ImportUnderWay."""
    if roster_queries.upload_of(conversation) is None:
        raise ImportGone
    found = roster_queries.import_of(conversation)
    if found.is_under_way:
        raise ImportUnderWay
    if found.preview is None:
        raise ImportGone
    return found.preview


def _require_nothing_under_way(conversation: Conversation) -> None:
    if roster_queries.upload_of(conversation) is None:
        return
    if roster_queries.import_of(conversation).step is Step.TAKING_IN:
        raise ImportUnderWay


def _locked(conversation: Conversation) -> RosterUpload:
    """The upload, held by this transaction alone. Raises ImportGone, ImportUnderWay."""
    upload = RosterUpload.objects.select_for_update().filter(conversation=conversation).first()
    if upload is None or not upload.file:
        raise ImportGone
    if upload.is_confirmed:
        raise ImportUnderWay
    return upload


def _sealed(upload: RosterUpload) -> bytes:
    """Raises ImportGone where the file store has it no more."""
    try:
        with default_storage.open(upload.file) as file:
            return bytes(file.read())
    except FileNotFoundError as gone:
        raise ImportGone from gone


def _remove_file(upload: RosterUpload) -> None:
    if upload.file:
        default_storage.delete(upload.file)


def _about(conversation: Conversation, by: Staff | ClientUser) -> dict[str, str | int]:
    side = {"side": "organisation"} if isinstance(by, ClientUser) else {}
    return {"project": str(conversation.pk), **side}


def _require_may_bring(by: Staff | ClientUser, conversation: Conversation, at: datetime) -> None:
    """Raises RoleMissing, and RosterTooLate on the organisation's side."""
    require_role_or_client(by, *PREPARES_ROSTERS)
    if isinstance(by, ClientUser) and conversation.has_closed(at=at):
        raise RosterTooLate
