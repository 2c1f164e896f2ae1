"""The tables of security are whole, and everything they name is there."""

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_FOLDER = ROOT / "deploy" / "security"
_STATES = {"proven", "deviated", "open"}
# What the threat model asks for: level 2, and these of level 3.
_WANTED = """
1.2.1-1.2.5 1.2.10 1.3.1 1.3.4 1.3.6 1.3.7 1.3.11 1.3.12 1.5.1 1.5.2 2.2.1-2.2.3 2.3.1-2.3.5 2.4.1
3.3.1-3.3.4 3.4.1-3.4.6 3.5.1 3.5.3 3.5.4 3.5.8 3.6.1 3.7.2 4.1.1 4.1.3 4.2.1
5.1.1 5.2.1-5.2.3 5.2.6 5.3.1-5.3.3 5.4.1-5.4.3
6.1.3 6.3.1-6.3.4 6.3.6 6.3.8 6.4.1 6.4.6 6.5.1-6.5.5 6.6.2 6.6.3
7.2.1-7.2.4 7.3.1 7.3.2 7.4.1 7.4.2 7.4.5 7.5.3 8.1.1 8.1.2 8.2.1-8.2.3 8.3.2 8.4.1 9.1.1 9.2.1-9.2.3
11.1.1 11.1.2 11.2.1-11.2.4 11.3.1-11.3.4 11.4.1 11.5.1 12.1.1 12.2.1 12.3.1 12.3.2
13.2.1-13.2.5 13.3.1 13.3.2 13.3.4 13.4.1-13.4.5 14.1.1 14.1.2 14.2.1-14.2.4 14.2.7 14.2.8 14.3.1-14.3.3
15.1.1 15.1.2 15.2.1 15.3.1-15.3.4 15.4.2 16.1.1 16.2.1 16.2.3 16.2.5 16.3.1-16.3.3 16.4.1-16.4.3 16.5.1-16.5.3
"""


def _wanted() -> list[str]:
    found = []
    for asked in _WANTED.split():
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


def counts() -> Counter[str]:
    return Counter(state for _number, _asks, state, _shown in _rows("asvs.md", 4))


def test_every_requirement_has_one_row() -> None:
    numbers = [number for number, *_rest in _rows("asvs.md", 4)]

    assert Counter(numbers) == Counter(_wanted())
    assert numbers == sorted(numbers, key=lambda number: [int(part) for part in number.split(".")])


def test_every_row_says_how_it_stands_and_names_what_shows_it(capsys: pytest.CaptureFixture[str]) -> None:
    """Proven needs a test or a file; a deviation leads to its decision; what could be proven is not left open."""
    tests = _tests()
    for number, asks, state, shown in _rows("asvs.md", 4):
        named = _named(shown)
        assert state in _STATES, number
        assert asks, number
        assert named, number
        if state == "open":
            assert not all(_is_there(name, tests) for name in named), f"{number} is proven by now"
            continue
        assert [name for name in named if not _is_there(name, tests)] == [], number
        if state == "deviated":
            assert any(name.startswith("platform/decisions/") for name in named), number
    with capsys.disabled():
        print(
            f"\nASVS: {', '.join(f'{count} {state}' for state, count in sorted(counts().items()))}", end=" "
        )


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


def test_every_deviation_stands_in_the_decision() -> None:
    decision = next((ROOT / "platform" / "decisions").glob("041-*.md")).read_text()

    for number, _asks, state, _shown in _rows("asvs.md", 4):
        if state == "deviated":
            assert number in decision, number


def test_what_security_md_names_is_there() -> None:
    text = (ROOT / "SECURITY.md").read_text()

    for name in re.findall(r"\]\((?!http)([^)]+)\)", text):
        assert (ROOT / name).exists(), name
