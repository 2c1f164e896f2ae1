"""What a facilitator decides: whether they may, by which rule, and what they add for the author."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID, uuid4

from conversations.models import ActKind, Conversation, Rule
from conversations.models.act import MOST_CHARACTERS_OF_NOTE
from kernel.errors import DomainError
from kernel.text import plain
from tenants.models import Role
from tenants.permissions import Staff, require_role

_BREAKS_A_RULE = (Rule.PERSON, Rule.ABUSE, Rule.CRIME, Rule.SAFETY)
# Which rules an act can rest on. What somebody thinks is none of them.
RULES: dict[ActKind, tuple[Rule, ...]] = {
    ActKind.EDIT: (*_BREAKS_A_RULE, Rule.CLARITY),
    ActKind.MASK: _BREAKS_A_RULE,
    ActKind.HIDE: (*_BREAKS_A_RULE, Rule.REPEATED),
    ActKind.REMOVE: (*_BREAKS_A_RULE, Rule.REPEATED),
    ActKind.RESTORE: (Rule.REVIEW,),
    ActKind.MOVE: (Rule.TOPIC,),
    ActKind.SPLIT: (Rule.SEVERAL,),
    ActKind.MERGE: (Rule.SAME,),
    ActKind.UNDO: (Rule.REVIEW,),
}


class RuleMissing(DomainError):
    code = "rule_missing"
    status = 422
    message = "Choose the rule that this rests on. An opinion is none."


class NoteTooLong(DomainError):
    code = "note_too_long"
    status = 422
    message = "Your words to the author have more than 1,000 characters. Shorten them."


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision that its maker may make, on a day and no closer. Its act will have its id."""

    kind: ActKind
    conversation: Conversation
    by: UUID
    rule: str
    note: str
    day: date
    id: UUID = field(default_factory=uuid4)


def decided(
    kind: ActKind, *, conversation: Conversation, by: Staff, rule: str, note: str, at: datetime
) -> Decision:
    """Raises RoleMissing, RuleMissing, NoteTooLong."""
    require_role(by, Role.FACILITATOR)
    if rule not in RULES[kind]:
        raise RuleMissing
    note = plain(note)
    if len(note) > MOST_CHARACTERS_OF_NOTE:
        raise NoteTooLong
    day = at.astimezone(conversation.zone).date()
    return Decision(kind=kind, conversation=conversation, by=by.id, rule=rule, note=note, day=day)
