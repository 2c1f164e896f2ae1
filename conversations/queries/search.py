"""Ideas that hold the words somebody looks for, in the person's own area."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from markupsafe import Markup, escape

from conversations.models import Conversation, State
from conversations.queries import ideas
from conversations.queries.ideas import PAGE, IdeaCard, Sort
from kernel.database import row, rows
from kernel.text import one_line
from privacy.anonymity import Ticket

MOST_CHARACTERS = 200
# Results are counted up to here: counting all of them would cost more than finding a page of them.
MOST_COUNTED = 100
# Up to so many are all looked up before a page is cut out of them.
_FEW = 500
# Where a match begins and ends, on the way from the database. No text holds them: what is typed loses its
# control characters, and the statement takes them out of everything else.
_BEGIN, _END = "\x01", "\x02"


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody looks for. `is_cut` when it was longer than 200 characters."""

    words: str
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Found:
    """
    One page of results; `texts` are the ideas' texts as HTML with the matches in <mark>, in the same order.

    `count` goes up to MOST_COUNTED. `has_words` is False where there is nothing to look for, such as "the".
    """

    ideas: list[IdeaCard]
    texts: list[Markup]
    after: str | None
    count: int
    has_words: bool


def asked(typed: str) -> Asked:
    """What was typed into the search field, on one line and not too long."""
    # Cut twice: making a text plain takes time that grows with it.
    words = one_line(typed[: 10 * MOST_CHARACTERS])
    is_cut = len(words) > MOST_CHARACTERS or len(typed) > 10 * MOST_CHARACTERS
    if len(words) > MOST_CHARACTERS:
        # Half a word would be looked for as a word.
        words = words[: MOST_CHARACTERS + 1].rpartition(" ")[0] or words[:MOST_CHARACTERS]
    return Asked(words=words, is_cut=is_cut)


def ideas_with(
    conversation: Conversation,
    words: str,
    *,
    stream: UUID | None,
    sort: Sort,
    after: str | None,
    by: Ticket,
    known: int,
) -> Found:
    """
    Twenty ideas that hold the words, of one stream or of all. Words are those of a search engine: "a phrase",
    or, -without. Raises NotFound for a malformed key.
    """
    before, order, key = ideas.keyset(sort, after)
    within = "" if stream is None else "AND i.stream_id = %s"
    where = [words, by.area, conversation.id, *([] if stream is None else [stream])]
    read = rows(_AMONG_FEW.format(within=within, before=before, order=order), [*where, words, *key])
    count = int(read[0][0]) if read else 0
    if count > _FEW:
        streams, which = ("s.conversation_id", conversation.id) if stream is None else ("s.id", stream)
        statement = _AMONG_MANY.format(streams=streams, before=before, order=order)
        read = rows(statement, [words, count, by.area, conversation.id, words, *key, which])
    if not read:
        count, has_words = _without_a_page(within, where, words)
        return Found(ideas=[], texts=[], after=None, count=count, has_words=has_words)
    shown = ideas.with_own([ideas.card_and_ties(line[1:-1]) for line in read[:PAGE]], by, known)
    return Found(
        ideas=shown,
        texts=[_marked(str(line[-1])) for line in read[:PAGE]],
        after=ideas.next_key(sort, shown) if len(read) > PAGE else None,
        count=min(count, MOST_COUNTED),
        has_words=True,
    )


def _without_a_page(within: str, where: list[Any], words: str) -> tuple[int, bool]:
    """How many ideas there are, and whether anything is looked for, where a page of them is empty."""
    count, has_words = row(_COUNT.format(within=within), [*where, words]) or (0, False)
    return int(count), bool(has_words)


def _marked(headline: str) -> Markup:
    """People's text, escaped piece by piece, with our marks between the pieces."""
    first, *others = headline.split(_BEGIN)
    html = escape(first)
    for other in others:
        match, _end, rest = other.partition(_END)
        html += Markup("<mark>%s</mark>%s") % (match, rest)
    return html


_MATCHES = f"""
    FROM conversations_ideawords w JOIN conversations_idea i ON i.id = w.idea_id
    WHERE w.vector @@ websearch_to_tsquery('english', %s)
      AND i.area_id = (SELECT id FROM conversations_area WHERE code = %s AND conversation_id = %s)
      AND i.state = '{State.SHOWN}' {{within}}
"""

_COUNT = f"""
    SELECT (SELECT count(*) FROM (SELECT {_MATCHES} LIMIT {MOST_COUNTED}) found),
           numnode(websearch_to_tsquery('english', %s)) > 0
"""

# The text is marked after the page has been cut out, because marking is the dearest part.
_HEADLINE = """
    ts_headline('english', translate(i.text, chr(1) || chr(2), ''), websearch_to_tsquery('english', %s),
        'HighlightAll=true, StartSel="' || chr(1) || '", StopSel="' || chr(2) || '"')
"""
_LINES = f"ORDER BY {{order}} LIMIT {PAGE + 1}"

# All that hold the words, by the index of words, and a page of them.
_AMONG_FEW = f"""
    WITH found AS MATERIALIZED (SELECT i.id {_MATCHES} LIMIT {_FEW + 1})
    SELECT i.found, {ideas.CARD_AND_TIES}, {{headline}}
    FROM (
        SELECT i.*, (SELECT count(*) FROM found) AS found FROM found JOIN conversations_idea i USING (id)
        WHERE true {{before}} {_LINES}
    ) i
    ORDER BY {{order}}
""".replace("{headline}", _HEADLINE)

# Words that many hold are met soon in the order of the page, question by question. The words stand in a
# subquery of their own, so that nothing but that order is left to go by.
_AMONG_MANY = f"""
    SELECT i.found, {ideas.CARD_AND_TIES}, {{headline}}
    FROM (
        SELECT i.* FROM conversations_stream s CROSS JOIN LATERAL (
            SELECT i.*, %s::int AS found FROM conversations_idea i
            WHERE i.stream_id = s.id
              AND i.area_id = (SELECT id FROM conversations_area WHERE code = %s AND conversation_id = %s)
              AND i.state = '{State.SHOWN}'
              AND (SELECT w.vector @@ websearch_to_tsquery('english', %s)
                   FROM conversations_ideawords w WHERE w.idea_id = i.id)
              {{before}} {_LINES}
        ) i
        WHERE {{streams}} = %s {_LINES}
    ) i
    ORDER BY {{order}}
""".replace("{headline}", _HEADLINE)
