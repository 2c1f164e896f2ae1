"""
The runner's work for tables about groups: open the snapshot, join, decide, and keep finished tables alone.

Who did what exists in this process's memory while the job runs. What is left of it are figures, and in the
ledger of releases the counts of the groups that stand in tables.
"""

from collections.abc import Callable

import msgspec
from django.db import transaction
from django.utils import timezone

from privacy.disclosure import menu
from privacy.disclosure.attacker import Undecided
from privacy.disclosure.deciding import Decision, decide
from privacy.disclosure.problem import Before, Problem
from privacy.disclosure.rules import Figure, Rules
from privacy.vault import frozen, ledger
from privacy.vault.counting import Tally, count
from privacy.vault.groups import FinishedCell, FinishedTable, Labels, Scale, TablesAsked
from privacy.vault.ledger import Claim
from privacy.vault.models import Conversation, Release
from privacy.vault.opened import Opened, opened
from privacy.vault.refusals import SnapshotGone
from privacy.vault.releases import PastRelease, Released, releases_of, remember_release
from privacy.vault.shapes import Report, Trouble

RULES = Rules()
# All programs of a release together. What is not decided by then is not published.
SECONDS_TO_DECIDE = 900.0
_OPENED = 60
_DECIDED = 98
_TITLES = {
    "participation": "People who took part",
    "areas": "People who took part, by area",
    "streams": "People who wrote, by question",
    "themes": "People who wrote, by theme",
    "reactions": "People who voted",
}
_EVERYBODY = "Everybody"
_COLUMNS = {menu.TOOK_PART: "Took part", menu.LIKED: "Liked something", menu.DISLIKED: "Disliked something"}


def tabulate(claim: Claim, meanwhile: Callable[[], object]) -> None:
    """Release what may be released. A doubt of any kind leaves nothing but a failed job."""
    keys = opened(claim.caller, claim.conversation)
    asked = msgspec.msgpack.decode(
        keys.unseal("job", "input", claim.id, claim.sealed_input or b""), type=TablesAsked
    )
    try:
        past = releases_of(keys)
        tally = count(keys, asked, past, _teller(claim, meanwhile, frozen.parts_of(keys, asked.snapshot)))
        problem = menu.problem_of(
            tally.counted,
            with_all=asked.scale is Scale.MENU,
            before=before(past),
            removable=tally.removable if past else None,
        )
        decision = decide(problem, RULES, seconds=SECONDS_TO_DECIDE, meanwhile=_decider(claim, meanwhile))
    except (Undecided, SnapshotGone) as doubt:
        _fail(claim, type(doubt).__name__)
        return
    _release(claim, keys, asked, tally, problem, decision)


def before(past: list[PastRelease]) -> dict[str, Before]:
    """What earlier releases said of taking part, group by group."""
    found: dict[str, Before] = {}
    for release in past:
        for cell in release.cells:
            if cell.measure == menu.TOOK_PART:
                found[cell.group] = _with(found.get(cell.group), cell)
    return found


def _with(so_far: Before | None, cell: Released) -> Before:
    last = so_far or Before(figure=None, low=0, high=0, since=0, shift=None, least=cell.count)
    if cell.figure is None:
        return Before(last.figure, last.low, last.high, last.since, last.shift, min(last.least, cell.count))
    here = cell.low - cell.since, cell.high - cell.since
    shift = here if last.shift is None else (max(here[0], last.shift[0]), min(here[1], last.shift[1]))
    # A count that was never withheld needs no protection in the past.
    return Before(cell.figure, cell.low, cell.high, cell.since, shift, max(last.least, cell.count))


def _teller(claim: Claim, meanwhile: Callable[[], object], parts: int) -> Callable[[], object]:
    done = 0

    def tell() -> None:
        nonlocal done
        done += 1
        ledger.note_progress(claim, min(_OPENED, _OPENED * done // max(1, parts)), at=timezone.now())
        meanwhile()

    return tell


def _decider(claim: Claim, meanwhile: Callable[[], object]) -> Callable[[float], object]:
    def tell(share: float) -> None:
        percent = _OPENED + round((_DECIDED - _OPENED) * share)
        ledger.note_progress(claim, percent, at=timezone.now())
        meanwhile()

    return tell


def _fail(claim: Claim, reason: str) -> None:
    """The reason is one of ours and says nothing about anybody."""
    ledger.finish(claim, Report(troubles=[Trouble(0, "", reason)]), has_failed=True)


def _release(
    claim: Claim, keys: Opened, asked: TablesAsked, tally: Tally, problem: Problem, decision: Decision
) -> None:
    figures = menu.figures_of(problem, decision)
    tables = [
        _finished(layout, figures, asked.labels, tally.names)
        for layout in menu.layouts(tally.counted, with_all=asked.scale is Scale.MENU)
    ]
    digest = bytes(frozen.whole(keys, asked.snapshot).digest or b"")
    content = msgspec.msgpack.encode((digest, tables))
    with transaction.atomic(using="vault"):
        Conversation.objects.select_for_update().get(pk=claim.conversation)
        there = Release.objects.filter(conversation=claim.conversation)
        if there.filter(scale=Scale.MENU).exists() or there.filter(scale=asked.scale, day=asked.day).exists():
            _fail(claim, "AlreadyReleased")
            return
        remember_release(keys, PastRelease(asked.day, asked.scale, _remembered(problem, decision)))
        sealed = keys.seal("job", "preview", claim.id, content)
        counts = {"figures": len(figures), "programs": decision.programs}
        ledger.finish(claim, Report(counts=counts), sealed_preview=sealed)


def _remembered(problem: Problem, decision: Decision) -> list[Released]:
    truth, cells = problem.truth(), []
    for measure, group in zip(*problem.menu.nonzero(), strict=True):
        cell = (int(measure), int(group))
        made, count_now = decision.figures.get(cell), int(truth[cell])
        since = problem.before[cell[1]].since if cell in decision.kept else count_now
        cells.append(
            Released(
                measure=problem.measures[measure],
                group=problem.groups[group].name,
                count=count_now,
                since=since,
                figure=None if made is None else made.shown,
                low=0 if made is None else made.low,
                high=0 if made is None else made.high,
            )
        )
    return cells


def _finished(
    layout: menu.Layout,
    figures: dict[tuple[str, str], Figure],
    labels: Labels,
    names: dict[str, str],
) -> FinishedTable:
    kind, _colon, dimension = layout.code.partition(":")
    called = {named.code: named.label for named in labels.dimensions}
    title = _TITLES[kind] + (
        f": {called.get(dimension) or names.get(dimension, dimension)}" if dimension else ""
    )
    return FinishedTable(
        code=layout.code,
        title=title,
        rows=[_label(row, labels, names) for row in layout.rows],
        columns=[_label(column, labels, names) for column in layout.columns],
        cells=[[_cell(figures.get(cell)) for cell in row] for row in layout.cells],
    )


def _cell(figure: Figure | None) -> FinishedCell:
    return FinishedCell(None, None) if figure is None else FinishedCell(figure.shown, figure.percent)


def _label(name: str, labels: Labels, names: dict[str, str]) -> str:
    if name == menu.ALL:
        return _EVERYBODY
    if name in _COLUMNS:
        return _COLUMNS[name]
    kind, _colon, code = name.partition(":")
    if kind == "in":
        dimension, _colon, group = code.partition(":")
        called = {named.code: named.label for named in labels.groups.get(dimension, [])}
        return called.get(group) or names.get(f"{dimension}:{group}", group)
    given = {
        "area": {named.code: named.label for named in labels.areas},
        "stream": {named.code: named.label for named in labels.streams},
        "theme": {str(theme.id): theme.label for theme in labels.themes},
    }
    return given[kind].get(code, code)
