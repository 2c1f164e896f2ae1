"""The locks of coding: whoever changes the frame waits for whoever codes by it, and the other way round."""

from datetime import date, datetime

from conversations.models import Conversation
from kernel.database import row
from kernel.errors import DomainError
from reporting.coding.models import Change, ChangeKind, Code, CodeState, Frame
from tenants.permissions import Staff


class CodeGone(DomainError):
    code = "code_gone"
    message = "This code is in the frame no more. Look at the frame as it is now, then go on."


def hold_frame(conversation: Conversation) -> Frame:
    """The frame, held until the transaction ends; a new one where nobody began yet."""
    Frame.objects.get_or_create(conversation=conversation)
    return Frame.objects.select_for_update().get(pk=conversation.pk)


def share_frame(conversation: Conversation) -> None:
    """Keeps the frame as it is until the transaction ends, beside others who do the same."""
    Frame.objects.get_or_create(conversation=conversation)
    row("SELECT version FROM coding_frame WHERE conversation_id = %s FOR SHARE", [conversation.pk])


def today(conversation: Conversation, at: datetime) -> date:
    return at.astimezone(conversation.zone).date()


def note_change(
    frame: Frame,
    kind: ChangeKind,
    code: Code | None,
    *,
    by: Staff,
    day: date,
    before: str = "",
    after: str = "",
    repointed: int = 0,
) -> None:
    """Add a step to the history of a frame that is held."""
    last = Change.objects.filter(frame=frame).order_by("-number").values_list("number", flat=True).first()
    Change.objects.create(
        frame=frame,
        number=(last or 0) + 1,
        version=frame.version,
        kind=kind,
        code=code,
        before=before[:2000],
        after=after[:2000],
        repointed=repointed,
        by=by.id,
        day=day,
    )


def require_active(*codes: Code) -> None:
    """Raises CodeGone."""
    if any(code.state != CodeState.ACTIVE for code in codes):
        raise CodeGone
