"""The shipped pages in every language that is offered: complete, with the same choices, and said to be in it."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from conversations.models import Conversation, PageCode
from conversations.queries import pages
from kernel.tenancy import tenant_context
from tenants.models import Organisation
from tests.making import change, client_of

pytestmark = pytest.mark.usefixtures("_shipped_texts")

FOLDER = Path(pages.__file__).resolve().parents[1] / "texts"
TRANSLATED = [code for code, _name in settings.LANGUAGES if code != pages.BASE_LANGUAGE]
_LINK = re.compile(r"\]\(([^)]+)\)")


def _texts(language: str) -> dict[str, str]:
    folder = FOLDER / language
    return {str(path.relative_to(folder)): path.read_text("utf-8") for path in folder.rglob("*.md")}


def _page(browser: Client, conversation: Conversation, code: str) -> str:
    response = browser.get(f"/{conversation.slug}/about/{code}/")
    assert response.status_code == 200
    return response.content.decode()


def _placeholders(text: str) -> Counter[str]:
    return Counter(re.findall(r"\{([a-z_]+)\}", text))


def _headings(text: str) -> Sequence[str]:
    return re.findall(r"^(#+) \S", text, re.MULTILINE)


def _items(text: str) -> Sequence[str]:
    return re.findall(r"^(-|\d+\.) \S", text, re.MULTILINE)


# What is shipped -------------------------------------------------------------------------


def test_every_offered_language_has_its_pages() -> None:
    """R17: English first, in the list that readers see too."""
    assert pages.shipped_languages() == [pages.BASE_LANGUAGE, *sorted(TRANSLATED)]


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_page_and_passage_is_there(language: str) -> None:
    """R17: none is missing, left over, empty, or only copied."""
    english, translated = _texts(pages.BASE_LANGUAGE), _texts(language)

    assert translated.keys() == english.keys()
    for name, text in translated.items():
        assert text.strip(), name
        assert text != english[name], name


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("of", [_placeholders, _headings, _items])
def test_a_translation_is_built_like_the_english(language: str, of: Callable[[str], object]) -> None:
    """R17: as often the same placeholders, the same outline, and no item of a list left out."""
    english, translated = _texts(pages.BASE_LANGUAGE), _texts(language)

    differing = [name for name, text in english.items() if of(text) != of(translated[name])]

    assert differing == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_telephone_number_is_in_the_translation(language: str) -> None:
    """R17: a language may have lines of its own besides."""
    english, translated = _texts(pages.BASE_LANGUAGE), _texts(language)

    for name, text in english.items():
        numbers = {address for address in _LINK.findall(text) if address.startswith("tel:")}
        assert numbers <= set(_LINK.findall(translated[name])), name


@pytest.mark.parametrize("language", [pages.BASE_LANGUAGE, *TRANSLATED])
def test_a_number_is_dialled_as_it_is_shown(language: str) -> None:
    for name, text in _texts(language).items():
        for words, number in re.findall(r"\[([^\]]+)\]\(tel:(\d+)\)", text):
            assert re.sub(r"\D", "", words) == number, name


# What is served --------------------------------------------------------------------------


@pytest.mark.parametrize("code", PageCode.values)
def test_who_chose_welsh_reads_welsh(acme: Organisation, talk: Conversation, code: str) -> None:
    """R17: with the language on the page and on its text, and no placeholder left."""
    browser = client_of(acme)
    english = _page(browser, talk, code)

    browser.get(f"/_language/cy/?back=/{talk.slug}/about/{code}/")
    page = _page(browser, talk, code)

    assert '<html lang="cy" dir="ltr">' in page
    assert '<div class="prose" lang="cy" dir="auto">' in page
    assert '<div class="prose" lang="en" dir="auto">' in english
    assert page.count("<h1") == 1
    assert not re.search(r"\{[a-z_]+\}", page)
    assert re.findall(r"<h[2-6]", page) == re.findall(r"<h[2-6]", english)


@pytest.mark.parametrize(
    ("choices", "phrases"),
    [
        ({}, ["ni ddywedir wrth", "ni chaiff neb ei adnabod", "yn yr un lle", "wedi digwydd o gwbl"]),
        (
            {"client_is_told": True, "identifies_for_wellbeing": True, "identified_times": 2},
            ["gellir dweud wrth", "bod bywyd mewn perygl", "hyd yma: 2."],
        ),
        ({"identified_times": 1}, ["wedi digwydd unwaith"]),
    ],
)
def test_welsh_says_what_this_conversation_chose(
    acme: Organisation, talk: Conversation, choices: dict[str, int], phrases: list[str]
) -> None:
    """R13, R17."""
    with tenant_context(acme.tenant):
        change(talk, **choices)
    browser = client_of(acme)
    browser.get("/_language/cy/")

    page = _page(browser, talk, "privacy")

    for phrase in phrases:
        assert phrase in page, phrase


def test_help_in_welsh_is_named(acme: Organisation, talk: Conversation) -> None:
    """R17: the lines that answer in Welsh."""
    browser = client_of(acme)
    browser.get("/_language/cy/")

    page = _page(browser, talk, "support")

    assert "GIG 111 Cymru" in page
    assert 'href="tel:08081640123"' in page
