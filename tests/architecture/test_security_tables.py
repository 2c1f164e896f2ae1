"""The tables of security are whole, and everything they name is there."""

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_FOLDER = ROOT / "deploy" / "security"
_STATES = ("proven", "deviated", "not ours", "open")
# The numbers of each level, and those of level 3 that the threat model asks for besides.
_LEVELS = {
    1: """
1.2.1-1.2.5 1.3.1 1.3.2 1.5.1 2.1.1 2.2.1 2.2.2 2.3.1 3.2.1 3.2.2 3.3.1 3.4.1 3.4.2 3.5.1-3.5.3 4.1.1 4.4.1
5.2.1 5.2.2 5.3.1 5.3.2 6.1.1 6.2.1-6.2.8 6.3.1 6.3.2 6.4.1 6.4.2 7.2.1-7.2.4 7.4.1 7.4.2 8.1.1 8.2.1 8.2.2
8.3.1 9.1.1-9.1.3 9.2.1 10.4.1-10.4.5 11.3.1 11.3.2 11.4.1 12.1.1 12.2.1 12.2.2 13.4.1 14.2.1 14.3.1
15.1.1 15.2.1 15.3.1
""",
    2: """
1.1.1 1.1.2 1.2.6-1.2.9 1.3.3-1.3.11 1.4.1-1.4.3 1.5.2 2.1.2 2.1.3 2.2.3 2.3.2-2.3.4 2.4.1 3.3.2-3.3.4
3.4.3-3.4.6 3.5.4 3.5.5 3.7.1 3.7.2 4.1.2 4.1.3 4.2.1 4.3.1 4.3.2 4.4.2-4.4.4 5.1.1 5.2.3 5.4.1-5.4.3
6.1.2 6.1.3 6.2.9-6.2.12 6.3.3 6.3.4 6.4.3 6.4.4 6.5.1-6.5.5 6.6.1-6.6.3 6.8.1-6.8.4 7.1.1-7.1.3 7.3.1 7.3.2
7.4.3-7.4.5 7.5.1 7.5.2 7.6.1 7.6.2 8.1.2 8.2.3 8.4.1 9.2.2-9.2.4 10.1.1 10.1.2 10.2.1 10.2.2 10.3.1-10.3.4
10.4.6-10.4.11 10.5.1-10.5.5 10.6.1 10.6.2 10.7.1-10.7.3 11.1.1 11.1.2 11.2.1-11.2.3 11.3.3 11.4.2-11.4.4
11.5.1 11.6.1 12.1.2 12.1.3 12.3.1-12.3.4 13.1.1 13.2.1-13.2.5 13.3.1 13.3.2 13.4.2-13.4.5 14.1.1 14.1.2
14.2.2-14.2.4 14.3.2 14.3.3 15.1.2 15.1.3 15.2.2 15.2.3 15.3.2-15.3.7 16.1.1 16.2.1-16.2.5 16.3.1-16.3.4
16.4.1-16.4.3 16.5.1-16.5.3 17.1.1 17.2.1-17.2.4 17.3.1 17.3.2
""",
    3: """
1.2.10 1.3.12 2.3.5 3.5.8 3.6.1 5.2.6 5.3.3 6.3.6 6.3.8 6.4.6 7.5.3 8.3.2 11.2.4 11.3.4 13.3.4 14.2.7 14.2.8
15.4.2
""",
}
# How many there are, by the standard's own count of its levels 1 and 2, and by ours of level 3.
_HOW_MANY = {1: 70, 2: 183, 3: 18}


def _wanted(level: int) -> list[str]:
    found = []
    for asked in _LEVELS[level].split():
        first, _dash, last = asked.partition("-")
        section, _dot, number = first.rpartition(".")
        until = int(last.rpartition(".")[2]) if last else int(number)
        found += [f"{section}.{n}" for n in range(int(number), until + 1)]
    return found


def _rows(page: str, cells: int) -> list[list[str]]:
    lines = [line for line in (_FOLDER / page).read_text().splitlines() if re.match(r"\| [A-Z]?\d", line)]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert {len(row) for row in rows} == {cells}
    return rows


def _named(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def _tests() -> set[str]:
    written = (path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    return {name for text in written for name in re.findall(r"^def (test_\w+)", text, re.MULTILINE)}


def _is_there(name: str, tests: set[str]) -> bool:
    return name in tests if name.startswith("test_") else (ROOT / name).is_file()


def _told() -> str:
    """How many rows stand how, as a sentence has it."""
    counted = Counter(state for _number, _asks, state, _shown in _rows("asvs.md", 4))
    return ", ".join(f"{counted[state]} {state}" for state in _STATES)


def test_every_requirement_has_one_row() -> None:
    """All of levels 1 and 2, and what is asked for of level 3: none missing, none twice, none besides."""
    wanted = [number for level in _LEVELS for number in _wanted(level)]
    numbers = [number for number, *_rest in _rows("asvs.md", 4)]

    assert {level: len(_wanted(level)) for level in _LEVELS} == _HOW_MANY
    assert Counter(numbers) == Counter(wanted)
    assert numbers == sorted(numbers, key=lambda number: [int(part) for part in number.split(".")])


def test_every_row_says_how_it_stands_and_names_what_shows_it(capsys: pytest.CaptureFixture[str]) -> None:
    """
    Proven needs tests or files that are there, a deviation its decision; the others need words that say why.

    What names tests that have all come is not left open.
    """
    tests = _tests()
    for number, asks, state, shown in _rows("asvs.md", 4):
        named = _named(shown)
        assert state in _STATES, number
        assert asks, number
        if state == "open":
            assert re.search(r"\w+ \w+", re.sub(r"`[^`]+`", "", shown)), f"{number} says no reason"
            assert not named or not all(_is_there(name, tests) for name in named), (
                f"{number} is proven by now"
            )
            continue
        assert [name for name in named if not _is_there(name, tests)] == [], number
        if state == "not ours":
            assert re.search(r"\w+ \w+", re.sub(r"`[^`]+`", "", shown)), f"{number} says no reason"
        else:
            assert named, number
            assert re.sub(r"`[^`]+`", "", shown).strip(", ") == "", (
                f"{number}: words belong into what it asks"
            )
        if state == "deviated":
            assert any(name.startswith("platform/decisions/") for name in named), number
    with capsys.disabled():
        print(f"\nASVS: {_told()}", end=" ")


def test_the_counts_are_those_of_the_rows_wherever_they_are_quoted() -> None:
    """At the head of the table, in the decision, and in SECURITY.md."""
    decision = next((ROOT / "platform" / "decisions").glob("041-*.md"))

    for page in (_FOLDER / "asvs.md", ROOT / "SECURITY.md", decision):
        assert _told() in page.read_text(), page.name


def test_every_attack_has_one_row_and_its_tests_are_there() -> None:
    rows = _rows("attacks.md", 3)
    tests = _tests()

    wanted = (
        [f"I{n}" for n in range(1, 31)] + [f"L{n}" for n in range(1, 21)] + [f"Z{n}" for n in range(1, 15)]
    )
    assert [attack for attack, *_rest in rows] == wanted
    for attack, _what, shown in rows:
        assert _named(shown), attack
        assert [name for name in _named(shown) if name not in tests] == [], attack


def test_every_deviation_stands_in_the_decision_and_nothing_else_does() -> None:
    decision = next((ROOT / "platform" / "decisions").glob("041-*.md")).read_text()

    for number, _asks, state, _shown in _rows("asvs.md", 4):
        assert bool(re.search(rf"(?<![\d.]){re.escape(number)}(?![\d.]*\d)", decision)) == (
            state == "deviated"
        ), number


def test_what_security_md_names_is_there() -> None:
    text = (ROOT / "SECURITY.md").read_text()

    for name in re.findall(r"\]\((?!http)([^)]+)\)", text):
        assert (ROOT / name).exists(), name
