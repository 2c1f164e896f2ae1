"""
Two hundred people who sign in one after the other and post through the site, as people do.

Coming one after the other in bursts is the worst case: until the night, order alone tells who
wrote what with whom. The attacks below must find that before the rewrite, and nothing after it.
"""

import random
import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import combinations
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.embedded.binaries import postgres_programs
from config.embedded.folders import run_as
from conversations.models import Comment, Conversation, Idea, Vote
from conversations.services import rewriting
from kernel.tenancy import tenant_context
from privacy import anonymity
from privacy.anonymity import Ticket
from privacy.vault import runner
from privacy.vault.interface import vault
from tenants.models import Organisation
from tests.conftest import database_name
from tests.machinery import admin_url, servers_folder
from tests.making import client_of, make_conversation, make_idea, make_people, sign_in, stream_of

PEOPLE = 200
IDEAS, COMMENTS, VOTES = 4, 3, 5
_SEED = 11


@dataclass
class Planted:
    """What the experimenter knows and the attacker does not: who wrote what."""

    organisation: Organisation
    conversation: Conversation
    roster: dict[str, str] = field(default_factory=dict)  # address -> team
    tickets: dict[str, Ticket] = field(default_factory=dict)
    vault_statements: list[str] = field(default_factory=list)  # asked of the vault while people posted

    def author_of(self, tag: bytes) -> str | None:
        return self._authors().get(tag)

    def _authors(self) -> dict[bytes, str]:
        if not hasattr(self, "_known"):
            self._known = {
                tag: address
                for address, ticket in self.tickets.items()
                for kind in anonymity.Kind
                for tag in anonymity.owner_tags(ticket.secret, kind, count=20)
            }
        return self._known


def plant(organisation: Organisation) -> Planted:
    """Everybody signs in, posts, comments and votes: at the site, each in one go."""
    with tenant_context(organisation.tenant):
        conversation = make_conversation()
        stream = stream_of(conversation).pk
        seeds = [make_idea(conversation, person, _text()) for person in make_people(conversation, 12)]
    planted = Planted(organisation, conversation)
    planted.roster = {f"{uuid4().hex}@people.example": f"team-{n % 10}" for n in range(PEOPLE)}
    roster = "\n".join(["email,team", *(f"{address},{team}" for address, team in planted.roster.items())])
    with tenant_context(organisation.tenant):
        vault().enrol(conversation=conversation.pk, roster=roster.encode(), areas=["everybody"])
        runner.run_waiting()
    chance = random.Random(_SEED)
    for address in chance.sample(sorted(planted.roster), PEOPLE):
        _take_part(planted, address, stream, seeds, chance)
    return planted


def sleep_a_night(planted: Planted) -> None:
    with tenant_context(planted.organisation.tenant):
        rewriting.rewrite_conversation(
            conversation=planted.conversation, at=timezone.now() + timedelta(days=1)
        )
        rewriting.compact()


def _take_part(
    planted: Planted, address: str, stream: UUID, seeds: list[UUID], chance: random.Random
) -> None:
    slug = planted.conversation.slug
    browser = client_of(planted.organisation)
    sign_in(browser, planted.conversation, address)
    with CaptureQueriesContext(connections["vault"]) as asked:
        for _idea in range(IDEAS):
            browser.post(f"/{slug}/stream/{stream}/write/", {"text": _text(), "form": str(uuid4())})
        for idea in chance.sample(seeds, COMMENTS):
            browser.post(f"/{slug}/idea/{idea}/comment/", {"text": _text(), "form": str(uuid4())})
        for idea in chance.sample(seeds, VOTES):
            browser.post(f"/{slug}/idea/{idea}/vote/", {"value": chance.choice(["1", "-1"])})
    planted.vault_statements += [query["sql"] for query in asked]
    planted.tickets[address] = _ticket_of(browser, planted)


def _ticket_of(browser: object, planted: Planted) -> Ticket:
    """What only the browser could know: opened here to know the truth against which attacks are held."""
    from conversations.auth import _read_session

    cookies = browser.cookies  # type: ignore[attr-defined]
    seat = next(value.value for name, value in cookies.items() if name.startswith("seat"))
    with tenant_context(planted.organisation.tenant):
        session = _read_session(seat, planted.conversation)
    assert session is not None
    return session.ticket


def _text() -> str:
    """All texts are of one length and say nothing: style is another matter (L20)."""
    return uuid4().hex


# What a thief has -----------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """A row of a dump with what the server's page says of it."""

    author: str
    group: object  # only rows of one day, area and kind are compared
    values: dict[str, bytes]
    numbers: dict[str, int]


def rows_with_headers(planted: Planted, table: str, tag: str, columns: Sequence[str]) -> list[Row]:
    """Rows in heap order with xmin, ctid and every column: what a stolen base backup shows."""
    schema = planted.organisation.schema_name
    with psycopg.connect(admin_url("conversation", database_name())) as thief:
        found = thief.execute(
            f"SELECT xmin::text::bigint, ctid::text, {tag}, {', '.join(columns)} FROM {schema}.{table} ORDER BY ctid"
        ).fetchall()
    rows = []
    for place, (xmin, _ctid, owner, *values) in enumerate(found):
        author = planted.author_of(bytes(owner))
        if author is None:
            continue
        named = dict(zip(columns, values, strict=True))
        numbers = {name: value for name, value in named.items() if isinstance(value, int)}
        blobs = {name: value.bytes if isinstance(value, UUID) else value for name, value in named.items()}
        rows.append(
            Row(
                author=author,
                group=(table, named.get("day")),
                values={name: value for name, value in blobs.items() if isinstance(value, bytes)}
                | {tag: bytes(owner)},
                numbers={"place": place, "xmin": xmin, **numbers},
            )
        )
    return rows


def dump(planted: Planted) -> str:
    """pg_dump of the tenant's schema, as a thief would make it."""
    return _pg_dump(admin_url("conversation", database_name()), "--schema", planted.organisation.schema_name)


def _pg_dump(url: str, *arguments: str) -> str:
    programs = postgres_programs(servers_folder())
    command: list[str | Path] = [programs / "pg_dump", url, "--data-only", *arguments]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, cwd="/", **run_as())
    return str(printed.stdout)


# The attacks ----------------------------------------------------------------------------


def link_attacks(rows: Sequence[Row]) -> dict[str, float]:
    """For every clue, how well it tells pairs of one author from pairs of two: AUC, 0.5 is chance."""
    pairs = [(one, other) for one, other in combinations(rows, 2) if one.group == other.group]
    clues: dict[str, Callable[[Row, Row], float]] = {
        **{f"near in {name}": _near(name) for name in rows[0].numbers},
        **{f"same {name}": _same(name) for name in rows[0].numbers},
        **{f"alike in {name}": _alike(name) for name in rows[0].values},
    }
    truth = [one.author == other.author for one, other in pairs]
    return {clue: auc([measure(*pair) for pair in pairs], truth) for clue, measure in clues.items()}


def _near(name: str) -> Callable[[Row, Row], float]:
    return lambda one, other: -abs(one.numbers[name] - other.numbers[name])


def _same(name: str) -> Callable[[Row, Row], float]:
    return lambda one, other: float(one.numbers[name] == other.numbers[name])


def _alike(name: str) -> Callable[[Row, Row], float]:
    """How many bytes stand at the same place: any value derived from the author would show."""
    return lambda one, other: float(
        sum(a == b for a, b in zip(one.values[name], other.values[name], strict=False))
    )


def auc(scores: Sequence[float], truth: Sequence[bool]) -> float:
    """Area under the ROC curve by ranks (Mann and Whitney 1947); ties count half."""
    order = sorted(range(len(scores)), key=scores.__getitem__)
    ranks = [0.0] * len(scores)
    start = 0
    while start < len(order):
        end = start
        while end < len(order) and scores[order[end]] == scores[order[start]]:
            end += 1
        for place in range(start, end):
            ranks[order[place]] = (start + end + 1) / 2
        start = end
    positive = sum(truth)
    total = sum(rank for rank, hit in zip(ranks, truth, strict=True) if hit)
    return (total - positive * (positive + 1) / 2) / (positive * (len(truth) - positive))


def words_of(values: Iterable[str]) -> set[str]:
    return {part for value in values for part in value.replace("@", " ").split()}


__all__ = ["Comment", "Idea", "Vote"]
