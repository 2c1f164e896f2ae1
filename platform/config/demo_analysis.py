"""
A whole analysis in a few calls, from the first code to the published report: through the services, as analysts do it.

Themes are given by words in a text instead of by somebody who reads. That is enough for a demonstration and for
a trial on a real export, and for nothing else.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from conversations.models import Conversation
from kernel.database import rows
from privacy.vault import runner
from reporting.coding.models import Code
from reporting.coding.queries import codes_of
from reporting.coding.queries.posts import POSTS
from reporting.coding.queries.settled import disputed, readers_of
from reporting.coding.services import frames, given, settling
from reporting.coding.services.frames import Wording
from reporting.coding.services.given import Given, Passage
from reporting.documents import queries as documents
from reporting.documents.models import Report, Section, Version
from reporting.documents.services import freezing, publishing, quoting, writing
from reporting.figures.models import Release
from reporting.figures.services import releasing
from reporting.findings.models import OpinionRun
from reporting.findings.queries import posts_of, themes_of
from reporting.findings.services import opinions
from tenants.permissions import Staff

_AT_ONCE = 500
_LONGEST_QUOTE = 300
# A table that shows less than this says nothing to a reader.
_FEWEST_SHOWN = 3
_POSTS = f"SELECT p.id, p.version, p.text FROM ({POSTS}) p ORDER BY p.id"  # noqa: S608  (a statement of ours in one of ours)
_SENTENCE = re.compile(r"[^.!?]+[.!?]*\s*")


@dataclass(frozen=True, slots=True)
class Rule:
    """A theme and the beginnings of words it is recognised by, divided by `|`; none for one that only holds others."""

    name: str
    definition: str
    words: str = ""
    above: str = ""

    def found_in(self, text: str) -> re.Match[str] | None:
        return re.search(rf"\b(?:{self.words})", text, re.IGNORECASE) if self.words else None


@dataclass(frozen=True, slots=True)
class Post:
    id: UUID
    version: int
    text: str


def make_frame(
    conversation: Conversation, book: Sequence[Rule], *, first: int, by: Staff, at: datetime
) -> dict[str, Code]:
    """A frame in two published versions: the first so many themes, then all. Returns its codes by name."""
    codes: dict[str, Code] = {}
    for version, rules in (("First reading", book[:first]), ("All themes", book[first:])):
        for rule in rules:
            above = codes[rule.above].pk if rule.above else None
            words = Wording(rule.name, rule.definition)
            codes[rule.name] = frames.add_code(
                conversation=conversation, parent=above, wording=words, by=by, at=at
            )
        frames.publish_version(conversation=conversation, note=version, by=by, at=at)
    return codes


def posts_to_code(conversation: Conversation) -> list[Post]:
    return [Post(*line) for line in rows(_POSTS, [conversation.pk] * 2)]


def code_all(
    conversation: Conversation,
    book: Sequence[Rule],
    codes: Mapping[str, Code],
    posts: Iterable[Post],
    *,
    by: tuple[Staff, Staff],
    at: datetime,
) -> None:
    """The first analyst reads everything; the second every third contribution, and sees one theme in each."""
    for n, post in enumerate(posts):
        themes = [(codes[rule.name].pk, match) for rule in book if (match := rule.found_in(post.text))]
        whole = frozenset(code for code, _match in themes)
        passages = frozenset(_passage(post.text, *themes[-1]) if len(themes) > 1 and n % 4 == 0 else ())
        kept = Given(whole - {one.code for one in passages}, passages)
        _give(conversation, post, kept, by[0], at)
        if n % 3 == 0:
            _give(conversation, post, Given(frozenset(code for code, _match in themes[:1])), by[1], at)


def settle_all(conversation: Conversation, *, first: Staff, by: Staff, at: datetime) -> int:
    """Where two differ, what the first one saw holds. Returns how often."""
    readers, settled = readers_of(conversation), 0
    while left := disputed(conversation, after=None, most=_AT_ONCE):
        for post, _kind in left:
            codes = readers[post].get(first.id, frozenset())
            settling.settle(conversation=conversation, post=post, codes=codes, by=by, at=at)
            settled += 1
    return settled


def release_figures(conversation: Conversation, *, by: Staff, at: datetime) -> Release:
    """Figures about groups, asked for and worked out by the vault's runner here and now."""
    found = releasing.ask_for_figures(conversation=conversation, by=by, at=at)
    releasing.hand_over(release=found)
    runner.run_waiting()
    found.refresh_from_db()
    releasing.follow(release=found)
    found.refresh_from_db()
    return found


def find_groups(conversation: Conversation, *, by: Staff, at: datetime) -> OpinionRun:
    """Opinion groups, the same way."""
    run = opinions.ask_for_groups(conversation=conversation, by=by, at=at)
    opinions.go_on(run=run, at=at)
    runner.run_waiting()
    run.refresh_from_db()
    opinions.go_on(run=run, at=at)
    run.refresh_from_db()
    return run


def write_report(
    conversation: Conversation,
    *,
    title: str,
    texts: Mapping[str, str],
    dimension: str,
    by: Staff,
    at: datetime,
    language: str = "en",
) -> Report:
    """What the snapshot offers, in the sections it belongs to, and the most liked idea of each theme as a quote."""
    freezing.freeze_analysis(conversation=conversation, by=by, at=at)
    report = writing.start_report(conversation=conversation, title=title, language=language, by=by, at=at)
    offered = {
        kind: [key for key, _words in found] for kind, found in documents.offered_by(report.snapshot).items()
    }
    tables = {
        table["id"]: table["code"]
        for table in documents.content_of(report.snapshot)["tables"]
        if sum(cell["shown"] is not None for row in table["cells"] for cell in row) >= _FEWEST_SHOWN
    }
    for section in Section.objects.select_related("report__conversation").filter(report=report):
        chosen = _chosen(section.kind, offered, tables)
        words = writing.Words(section.heading, texts.get(section.kind, ""), is_included=True, chosen=chosen)
        writing.change_section(section=section, words=words, seen=section.version, by=by)
        if section.kind == "themes":
            _quote(conversation, section, dimension, by)
    return report


def publish(report: Report, *, organisation: str, by: Staff, at: datetime) -> Version:
    """A version, with all its files."""
    version = publishing.publish_report(report=report, organisation=organisation, by=by, at=at)
    publishing.make_version(version=version.pk)
    version.refresh_from_db()
    return version


def _give(conversation: Conversation, post: Post, kept: Given, by: Staff, at: datetime) -> None:
    given.code_post(conversation=conversation, post=post.id, seen=post.version, given=kept, by=by, at=at)


def _passage(text: str, code: UUID, match: re.Match[str]) -> list[Passage]:
    """The sentence in which the word stands, unless it is all there is."""
    for sentence in _SENTENCE.finditer(text):
        end = sentence.start() + len(sentence[0].rstrip())
        if sentence.start() <= match.start() < end and end - sentence.start() < len(text):
            return [Passage(code, sentence.start(), end)]
    return []


def _chosen(kind: str, offered: Mapping[str, list[str]], tables: Mapping[str, str]) -> dict[str, list[str]]:
    def charts(*keys: str) -> list[str]:
        return [key for key in offered["charts"] if key in keys]

    def of(*beginnings: str) -> list[str]:
        return [key for key in offered["tables"] if tables.get(key, "").startswith(beginnings)]

    return {
        "part": {"charts": charts("trend"), "tables": of("participation")},
        "themes": {"themes": offered["themes"], "charts": charts("themes-ranked")},
        "strength": {
            "themes": offered["themes"],
            "charts": charts("themes-opinion", "themes-division"),
        },
        "differences": {"tables": of("areas", "streams", "themes", "reactions")},
        "opinions": {"charts": charts("opinion-map")},
    }.get(kind, {})


def _quote(conversation: Conversation, section: Section, dimension: str, by: Staff) -> None:
    """Of each theme the most liked idea, once."""
    held, taken = codes_of(conversation), set[UUID]()
    ideas = sorted((post for post in posts_of(conversation).all if post.likes), key=lambda post: -post.likes)
    texts = {post.id: post.text for post in posts_to_code(conversation)}
    for theme in themes_of(conversation):
        best = next(
            (one.id for one in ideas if theme.code in held.get(one.id, ()) and one.id not in taken), None
        )
        if best is None:
            continue
        taken.add(best)
        text = texts[best] if len(texts[best]) <= _LONGEST_QUOTE else next(_SENTENCE.finditer(texts[best]))[0]
        quoting.add_quote(section=section, contribution=best, text=text, dimension=dimension, by=by)
