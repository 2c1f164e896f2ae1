"""What facilitators did to contributions, for facilitators. No text that was sealed is here."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from conversations.models import ActKind, Conversation, Post, Rule
from kernel.database import row, rows
from privacy.anonymity import Kind


@dataclass(frozen=True, slots=True)
class ActLine:
    """
    One act in the history of a contribution. `idea` or `comment` is what it was done to: for a source of a
    merge that is the surviving idea, for a part the whole.
    """

    id: UUID
    kind: ActKind
    rule: Rule
    note: str
    by: UUID
    day: date
    idea: UUID | None
    comment: UUID | None
    is_undone: bool
    may_be_undone: bool
    has_original: bool


def acts_on(conversation: Conversation, post: Post) -> list[ActLine]:
    """The history of a contribution, the newest first."""
    column = "idea_id" if post.kind is Kind.IDEA else "comment_id"
    found = rows(_ACTS.format(column=column), [post.id, conversation.pk])
    return [ActLine(act, ActKind(kind), Rule(rule), *rest) for act, kind, rule, *rest in found]


def is_followed(act: UUID) -> bool:
    """Whether something that an act touched was dealt with again since, and that stands."""
    return row(f"SELECT {_IS_FOLLOWED} FROM conversations_act a WHERE a.id = %s", [act]) == (True,)


_IS_FOLLOWED = f"""
    EXISTS (
        SELECT FROM conversations_touch mine
        JOIN conversations_touch later
          ON (later.idea_id = mine.idea_id OR later.comment_id = mine.comment_id) AND later.version > mine.version
        JOIN conversations_act after ON after.id = later.act_id
        WHERE mine.act_id = a.id AND after.undone_by_id IS NULL AND after.kind <> '{ActKind.UNDO}'
    )
"""

_ACTS = f"""
    SELECT a.id, a.kind, a.rule, a.note, a.by, a.day, a.idea_id, a.comment_id, a.undone_by_id IS NOT NULL,
        a.undone_by_id IS NULL AND a.kind <> '{ActKind.UNDO}' AND NOT {_IS_FOLLOWED}, a.sealed IS NOT NULL
    FROM conversations_touch t JOIN conversations_act a ON a.id = t.act_id
    WHERE t.{{column}} = %s AND a.conversation_id = %s
    ORDER BY t.version DESC
"""
