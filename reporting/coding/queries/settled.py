"""
Which codes hold: those all readers agree on, those of whoever read it alone, and those that were settled.

Codes that are in the frame no more count for nobody; so retiring one, or merging two, can end a disagreement.
"""

from dataclasses import dataclass
from uuid import UUID

from conversations.models import Conversation
from kernel.database import rows
from kernel.errors import NotFound
from reporting.coding.models import CodeState, GivenCode, Reading, SettledCode, Settlement
from reporting.coding.queries.desk import TextNow, text_now
from reporting.coding.queries.posts import POSTS

# Every contribution that was read, with the codes of each of its readers. Names the conversation twice.
READ = f"""
    SELECT p.id, p.kind, r.by, array_agg(DISTINCT k.id ORDER BY k.id) FILTER (WHERE k.id IS NOT NULL) AS codes
    FROM ({POSTS}) p JOIN coding_reading r ON r.post = p.id
    LEFT JOIN coding_givencode g ON g.reading_id = r.id
    LEFT JOIN coding_code k ON k.id = g.code_id AND k.state = '{CodeState.ACTIVE}'
    GROUP BY p.id, p.kind, r.by
"""
# For each of them the codes that hold; null where they differ and nobody settled it. Names it twice as well.
_HOLDS = f"""
    SELECT d.id, d.kind, s.id IS NOT NULL AS is_settled, d.readers,
           CASE WHEN s.id IS NOT NULL THEN ARRAY(
                    SELECT k.id FROM coding_settledcode c JOIN coding_code k ON k.id = c.code_id
                    WHERE c.settlement_id = s.id AND k.state = '{CodeState.ACTIVE}')
                WHEN d.is_one THEN d.codes END AS codes
    FROM (
        SELECT id, kind, count(*) AS readers,
               min(COALESCE(codes, '{{}}'::uuid[])::text) = max(COALESCE(codes, '{{}}'::uuid[])::text) AS is_one,
               COALESCE(min(codes::text)::uuid[], '{{}}'::uuid[]) AS codes
        FROM ({READ}) per_reader GROUP BY id, kind
    ) d LEFT JOIN coding_settlement s ON s.post = d.id
"""
_CODES = f"SELECT id, codes FROM ({_HOLDS}) held WHERE codes IS NOT NULL"
_OPEN = f"SELECT id, kind FROM ({_HOLDS}) held WHERE codes IS NULL AND id > %s ORDER BY id LIMIT %s"
_COUNTED = f"""
    SELECT count(*) FILTER (WHERE codes IS NULL), count(*) FILTER (WHERE is_settled),
           count(*) FILTER (WHERE readers > 1)
    FROM ({_HOLDS}) held
"""


def codes_of(conversation: Conversation) -> dict[UUID, set[UUID]]:
    """Each shown contribution that was read -> the codes that hold for it, none included; without what is disputed."""
    return {post: set(codes) for post, codes in rows(_CODES, [conversation.pk] * 2)}


def readers_of(conversation: Conversation) -> dict[UUID, dict[UUID, frozenset[UUID]]]:
    """Each contribution that was read -> analyst -> their codes."""
    found: dict[UUID, dict[UUID, frozenset[UUID]]] = {}
    for post, _kind, by, codes in rows(READ, [conversation.pk] * 2):
        found.setdefault(post, {})[by] = frozenset(codes or ())
    return found


def disputed(conversation: Conversation, *, after: UUID | None, most: int) -> list[tuple[UUID, str]]:
    """Contributions whose readers differ, with their kinds, by key."""
    first = after or UUID(int=0)
    return [(post, kind) for post, kind in rows(_OPEN, [conversation.pk, conversation.pk, first, most])]


def disputes(conversation: Conversation) -> tuple[int, int, int]:
    """How many are disputed, how many were settled, how many several analysts read."""
    ((is_open, settled, several),) = rows(_COUNTED, [conversation.pk] * 2)
    return is_open, settled, several


@dataclass(frozen=True, slots=True)
class ReaderLine:
    """What one analyst gave to one contribution: codes of the whole, and codes of passages with their words."""

    by: UUID
    codes: list[UUID]
    passages: list[tuple[UUID, str]]

    def of_codes(self) -> set[UUID]:
        return {*self.codes, *(code for code, _words in self.passages)}


@dataclass(frozen=True, slots=True)
class Review:
    """A contribution that several read, side by side. `settled` is None where nobody settled it."""

    text: TextNow
    readers: list[ReaderLine]
    settled: set[UUID] | None
    settled_by: UUID | None

    @property
    def shared(self) -> set[UUID]:
        return set.intersection(*(reader.of_codes() for reader in self.readers))

    @property
    def named(self) -> set[UUID]:
        return set.union(*(reader.of_codes() for reader in self.readers))

    @property
    def is_disputed(self) -> bool:
        return self.settled is None and self.shared != self.named


def review_of(conversation: Conversation, post: UUID, *, is_blind: bool) -> Review:
    """Raises NotFound where fewer than two have read it, and while coding is blind where nobody disagrees."""
    text = text_now(conversation, post)
    given = GivenCode.objects.filter(reading__post=post, code__state=CodeState.ACTIVE).order_by("start", "pk")
    readers: dict[UUID, ReaderLine] = {
        by: ReaderLine(by, [], [])
        for by in Reading.objects.filter(post=post).order_by("by").values_list("by", flat=True)
    }
    for by, code, start, end in given.values_list("reading__by", "code", "start", "end"):
        if start is None:
            readers[by].codes.append(code)
        else:
            readers[by].passages.append((code, text.text[start:end]))
    settlement = Settlement.objects.filter(post=post).first()
    held = SettledCode.objects.filter(settlement=settlement, code__state=CodeState.ACTIVE)
    settled = None if settlement is None else set(held.values_list("code", flat=True))
    found = Review(text, list(readers.values()), settled, settlement.by if settlement else None)
    if len(readers) < 2 or (is_blind and found.settled is None and not found.is_disputed):
        raise NotFound
    return found


def texts_of(conversation: Conversation, posts: list[UUID]) -> list[tuple[UUID, str, str]]:
    """Id, kind and text of contributions, in the order of their ids."""
    found = rows(_TEXTS, [conversation.pk, conversation.pk, posts])
    return [(post, kind, text) for post, kind, text in found]


_TEXTS = f"SELECT p.id, p.kind, p.text FROM ({POSTS}) p WHERE p.id = ANY(%s) ORDER BY p.id"
