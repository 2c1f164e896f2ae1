"""What was measured, kept as JSON beside the repository's own files, and how far it is from the last time."""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from tests.bench.ground import Result

FOLDER = Path(__file__).resolve().parents[2] / ".bench"
# Differences below this are the machine's mood.
_NOISE = 0.15


def keep(results: list[Result], *, at: datetime, folder: Path = FOLDER) -> Path:
    """Write a run down; returns its file. Files sort by time."""
    folder.mkdir(exist_ok=True)
    file = folder / f"{at:%Y%m%dT%H%M%S}.json"
    file.write_text(json.dumps([asdict(result) for result in results], indent=1))
    return file


def last(folder: Path = FOLDER) -> list[Result]:
    """The newest run that was kept, nothing where there is none."""
    files = sorted(folder.glob("*.json"))
    return [Result(**found) for found in json.loads(files[-1].read_text())] if files else []


def changes(before: list[Result], now: list[Result]) -> list[str]:
    """A line for each ratio that moved by more than noise, or was not there; the ratios are what machines share."""
    known = {(result.goal, result.what): result.ratio for result in before}
    lines = []
    for result in now:
        was = known.pop((result.goal, result.what), None)
        if was is None:
            lines.append(f"{result.goal:<4} {result.what}: new, {result.ratio:.2f}x")
        elif abs(result.ratio - was) > _NOISE * max(abs(was), 0.01):
            lines.append(f"{result.goal:<4} {result.what}: {was:.2f}x -> {result.ratio:.2f}x")
    return [*lines, *(f"{goal:<4} {what}: not measured this time" for goal, what in known)]
