"""The locks of coding: whoever changes the frame waits for whoever codes by it, and the other way round."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from conversations.models import Conversation
from kernel.database import row
from kernel.errors import DomainError
from reporting.coding.models import Change, ChangeKind, Code, CodeState, Frame
from reporting.coding.models.frame import MOST_CHARACTERS_OF_CHANGE
from reporting.coding.permissions import require_may_code
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


@dataclass(frozen=True, slots=True)
class Working:
    """The frame while one analyst changes it."""

    frame: Frame
    by: Staff
    day: date

    def note(
        self, kind: ChangeKind, code: Code | None, before: str = "", after: str = "", n: int = 0
    ) -> None:
        """Add a step to the history; `n` codes given were pointed elsewhere."""
        last = Change.objects.filter(frame=self.frame).order_by("-number").first()
        Change.objects.create(
            frame=self.frame,
            number=last.number + 1 if last else 1,
            version=self.frame.version,
            kind=kind,
            code=code,
            before=before[:MOST_CHARACTERS_OF_CHANGE],
            after=after[:MOST_CHARACTERS_OF_CHANGE],
            repointed=n,
            by=self.by.id,
            day=self.day,
        )


@contextmanager
def changing(conversation: Conversation, by: Staff, at: datetime) -> Iterator[Working]:
    """A transaction in which one analyst changes the frame. Raises RoleMissing, CodingIsOver."""
    require_may_code(by, conversation, at=at)
    with transaction.atomic():
        yield Working(hold_frame(conversation), by, today(conversation, at))


def require_active(*codes: Code) -> None:
    """Raises CodeGone."""
    if any(code.state != CodeState.ACTIVE for code in codes):
        raise CodeGone
