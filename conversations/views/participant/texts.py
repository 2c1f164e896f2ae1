"""Filling the placeholders of a page from its conversation. Values are shown literally, whatever they hold."""

from collections.abc import Callable
from datetime import datetime

from django.conf.locale import LANG_INFO
from django.urls import reverse
from django.utils import timezone, translation

from conversations.models import Conversation, PageCode
from conversations.queries import conversations, pages
from conversations.queries.pages import PageText
from kernel import languages
from kernel.addresses import on_base_host
from web.dates import full_day, moment
from web.markdown import literally

# Pages of the conversation that texts lead to, by the names of their addresses.
_PLACES = ("home", "sign_in", "mine", "inbox", "paper_form", "my_data", "help", "stop")


Way = Callable[..., str]


def way_on_site(name: str, *args: object) -> str:
    """The address of a page of the site the text is read on."""
    return reverse(name, args=args)


def filled(page: PageText, *, conversation: Conversation, organisation: str, way: Way = way_on_site) -> str:
    """The Markdown of a page for one conversation, in the page's own language; `way` finds its addresses."""
    with translation.override(page.language):
        words = words_for(conversation, organisation, way)
        passages = passages_for(conversation, page.language)
        fill = _filler(words)
        whole = _filler({**words, **{name: fill(text) for name, text in passages.items()}})
        return whole(page.text)


def _filler(words: dict[str, str]) -> Callable[[str], str]:
    """Replaces what is known; anything else between braces stays as it is."""
    return lambda text: pages.PLACEHOLDER.sub(lambda found: words.get(found[1], found[0]), text)


def words_for(conversation: Conversation, organisation: str, way: Way = way_on_site) -> dict[str, str]:
    """For each value and address, what stands in its place."""
    gone_by = conversation.gone_by
    assert gone_by is not None  # noqa: S101  (only conversations with dates have pages)
    values = {
        "organisation": organisation,
        "conversation": conversation.name,
        "opens": _moment(conversation, conversation.opens_at),
        "closes": _moment(conversation, conversation.closes_at),
        "days": str(conversations.days(conversation, at=timezone.now()).of),
        "days_of_analysis": str(conversation.days_of_analysis),
        "identified_times": languages.number(conversation.identified_times),
        "gone_by": full_day(gone_by.astimezone(conversation.zone).date()),
        "languages": ", ".join(LANG_INFO[code]["name_local"] for code in pages.shipped_languages()),
    }
    return {name: literally(value) for name, value in values.items()} | _addresses(conversation.slug, way)


def _addresses(slug: str, way: Way) -> dict[str, str]:
    named = {name: way(name, slug) for name in _PLACES}
    about = {code.value: way("about", slug, code) for code in PageCode}
    elsewhere = {name: on_base_host(path) for name, path in pages.ELSEWHERE.items()}
    return {**named, **about, **elsewhere}


def passages_for(conversation: Conversation, language: str) -> dict[str, str]:
    """The words for the choices that this conversation made."""
    times = conversation.identified_times
    chosen = {
        "areas": "areas" if conversations.has_several_areas(conversation) else "areas-one",
        "identified": "identified-never" if not times else "identified-once" if times == 1 else "identified",
        "told": "told" if conversation.client_is_told else "told-not",
        "themes": "themes" if conversation.client_sees_themes else "themes-not",
        "wellbeing": "wellbeing" if conversation.identifies_for_wellbeing else "wellbeing-not",
    }
    return {name: pages.passage(choice, language=language) for name, choice in chosen.items()}


def _moment(conversation: Conversation, at: datetime | None) -> str:
    assert at is not None  # noqa: S101  (only conversations with dates have pages)
    return moment(at.astimezone(conversation.zone))
