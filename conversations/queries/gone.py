"""What became of an idea that is shown no more, as kindly as can be said."""

from dataclasses import dataclass
from uuid import UUID

from conversations.models import ActKind, Conversation, State
from conversations.queries.ideas import rule_sentence
from kernel.database import rows


@dataclass(frozen=True, slots=True)
class Gone:
    """`leads_to` is the idea that it was merged into. `rule` is why it is hidden or removed."""

    state: str
    leads_to: UUID | None
    rule: str

    @property
    def why(self) -> str:
        return rule_sentence(self.rule)


def gone_idea(conversation: Conversation, idea: UUID, *, area: str) -> Gone | None:
    """
    None for an idea of another area, one that its author took away, and one that never was.

    That a post was split is its author's to know: for others it is merely not shown any more.
    """
    way = rows(_WAY, [idea, area, conversation.pk])
    if not way:
        return None
    last, state, rule = way[-1]
    if state == State.SHOWN:
        return Gone(State.MERGED, last, "") if len(way) > 1 else None
    if state in {State.HIDDEN, State.REMOVED}:
        return Gone(state, None, rule)
    return Gone(State.HIDDEN, None, "") if state == State.SPLIT else None


# From idea to idea, as often as one was merged into the next.
_WAY = f"""
    WITH RECURSIVE way AS (
        SELECT i.id, i.state, i.merged_into_id, 0 AS step
        FROM conversations_idea i JOIN conversations_area a ON a.id = i.area_id
        WHERE i.id = %s AND a.code = %s AND a.conversation_id = %s
        UNION ALL
        SELECT i.id, i.state, i.merged_into_id, way.step + 1
        FROM way JOIN conversations_idea i ON i.id = way.merged_into_id
        WHERE way.state = '{State.MERGED}' AND way.step < 100
    )
    SELECT way.id, way.state, COALESCE((
        SELECT a.rule FROM conversations_touch t JOIN conversations_act a ON a.id = t.act_id
        WHERE t.idea_id = way.id AND a.undone_by_id IS NULL AND a.kind IN ('{ActKind.HIDE}', '{ActKind.REMOVE}')
        ORDER BY t.version DESC LIMIT 1
    ), '')
    FROM way ORDER BY way.step
"""
