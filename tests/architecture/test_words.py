"""The catalogues are complete, and styles do not know left from right."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from django.conf import settings

from web import words

ROOT = Path(__file__).resolve().parents[2]
STYLES = ROOT / "platform" / "web" / "assets" / "styles"
_PHYSICAL = re.compile(
    r"(?:margin|padding|border)-(?:left|right)|(?:text-align|float|clear):\s*(?:left|right)|^\s*(?:left|right):",
    re.MULTILINE,
)
_FOUR_SIDES = re.compile(r"(?:margin|padding|inset):\s*(\S+) (\S+) (\S+) (\S+);")


@pytest.fixture(scope="module")
def asked() -> Catalog:
    return words.collected()


def test_every_language_that_is_offered_has_a_catalogue() -> None:
    """R17: English is the language of the sentences themselves."""
    assert {"en", *words.codes()} >= {code for code, _name in settings.LANGUAGES}
    assert "cy" in words.codes()


@pytest.mark.parametrize("code", words.codes())
def test_no_sentence_is_missing(code: str, asked: Catalog) -> None:
    """R17: none missing, fuzzy, empty, left over, or with other placeholders. Run `make words`."""
    assert list(words.troubles(words.catalogue(code), asked)) == []


@pytest.mark.parametrize("code", words.codes())
def test_what_is_compiled_is_what_is_written(code: str) -> None:
    """Run `make words` after translating."""
    compiled = (words.FOLDER / code / "LC_MESSAGES" / "django.mo").read_bytes()

    assert compiled == words.compiled(words.catalogue(code))


def test_welsh_is_not_english(asked: Catalog) -> None:
    """R17: a sentence that was only copied is not translated."""
    welsh = words.catalogue("cy")
    copied = [m.id for m in welsh if m.id and isinstance(m.id, str) and m.id == m.string]

    assert set(copied) <= {"%(date)s, %(time)s", "EEEE d MMMM", "EEEE d MMMM y"}


def test_collecting_finds_templates_and_code(asked: Catalog) -> None:
    assert asked.get("Skip to the content") is not None
    assert asked.get("%(num)s vote") is not None
    assert asked.get("EEEE d MMMM", "order of a date") is not None
    assert asked.get("Write something first.") is not None


@pytest.mark.parametrize(
    ("string", "flags", "told"),
    [
        ("", set(), "not translated"),
        ("Helo %(enw)s", set(), "other placeholders"),
        ("Helo", set(), "other placeholders"),
        ("Helo %(name)s", {"fuzzy"}, "fuzzy"),
    ],
)
def test_an_incomplete_catalogue_is_noticed(string: str, flags: set[str], told: str) -> None:
    wanted, found = Catalog(locale="cy"), Catalog(locale="cy")
    wanted.add("Hello %(name)s")
    found.add("Hello %(name)s", string, flags=flags)

    assert list(words.troubles(found, wanted)) == [f"{told}: Hello %(name)s"]


def test_a_missing_form_a_missing_and_a_superfluous_sentence_are_noticed() -> None:
    wanted, found = Catalog(locale="cy"), Catalog(locale="cy")
    wanted.add(("one", "many"))
    wanted.add("new")
    found.add(("one", "many"), ("un", "dau"))
    found.add("old", "hen")

    assert list(words.troubles(found, wanted)) == [
        "not translated: one",
        "missing: new",
        "nobody asks for: old",
    ]


def test_styles_follow_the_direction_of_the_line() -> None:
    """R17: logical properties only, so that one stylesheet serves both directions."""
    for path in STYLES.glob("*.scss"):
        text = path.read_text()
        assert _PHYSICAL.findall(text) == [], path
        assert [sides for sides in _FOUR_SIDES.findall(text) if sides[1] != sides[3]] == [], path
