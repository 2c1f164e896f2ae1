"""Ideas that hold the words somebody looks for, in the person's own area."""

from dataclasses import dataclass
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
    count, has_words = row(_COUNT.format(within=within), [*where, MOST_COUNTED, words]) or (0, False)
    if not count:
        return Found(ideas=[], texts=[], after=None, count=0, has_words=bool(has_words))
    statement = _SEARCH.format(within=within, before=before, order=order)
    read = rows(statement, [words, *where, *key, PAGE + 1])
    shown = ideas.with_own([ideas.card_and_ties(line[:-1]) for line in read[:PAGE]], by, known)
    return Found(
        ideas=shown,
        texts=[_marked(str(line[-1])) for line in read[:PAGE]],
        after=ideas.next_key(sort, shown) if len(read) > PAGE else None,
        count=count,
        has_words=True,
    )


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
    SELECT (SELECT count(*) FROM (SELECT {_MATCHES} LIMIT %s) found),
           numnode(websearch_to_tsquery('english', %s)) > 0
"""

# The text is marked after the page has been cut out, because marking is the dearest part.
_SEARCH = f"""
    SELECT {ideas.CARD_AND_TIES},
        ts_headline('english', translate(i.text, chr(1) || chr(2), ''), websearch_to_tsquery('english', %s),
            'HighlightAll=true, StartSel="' || chr(1) || '", StopSel="' || chr(2) || '"')
    FROM (SELECT i.* {_MATCHES} {{before}} ORDER BY {{order}} LIMIT %s) i
    ORDER BY {{order}}
"""
