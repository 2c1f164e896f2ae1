"""The Jinja2 environment of all pages: components are macros, a page is a composition of them."""

import json
import secrets
from collections.abc import Callable
from functools import cache, cached_property, lru_cache, partial
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.template.backends.utils import csrf_input
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import NoReverseMatch, get_resolver, get_urlconf
from django.utils import translation
from jinja2 import Environment, StrictUndefined, Template
from jinja2.environment import TemplateModule
from jinja2.runtime import Context
from markupsafe import Markup

from kernel import languages
from kernel.addresses import on_base_host
from web import dates

# Stand for the address of the page in what is kept; the second where it is a part of another address.
BACK = Markup("the-way-back-") + secrets.token_hex(8)
QUOTED_BACK = Markup("the-quoted-way-back-") + secrets.token_hex(8)


class _OneSetOfGlobals(Template):
    """All templates share the globals of the environment, so an import need not look for any that differ."""

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:  # noqa: ARG002  (Jinja2's own)
        return super()._get_default_module()


def environment(**options: Any) -> Environment:  # noqa: ANN401  (Django passes Jinja2's own options)
    options |= {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True, "autoescape": True}
    made = Environment(**options)  # noqa: S701  (autoescape is on, one line above)
    made.template_class = _OneSetOfGlobals
    made.globals.update(_=_translated, gettext=_translated, ngettext=_translated_number)
    made.globals.update(language=_language, language_switch=_switch, about_links=_about_links)
    made.globals.update(static=cache(static), url=_url, is_demo=settings.DEMO, demo_address=on_base_host)
    made.filters.update(
        day=dates.day,
        full_day=dates.full_day,
        moment=dates.moment,
        number=languages.number,
        paragraphs=_paragraphs,
        percent=_percent,
    )
    made.filters["as_json"] = _as_json
    return made


class FormToken:
    """The hidden field every form needs, made once for a page however many forms it has."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    def __html__(self) -> str:
        return self._field

    @cached_property
    def _field(self) -> str:
        return str(csrf_input(self._request))


def page_context(request: HttpRequest) -> dict[str, object]:
    """
    What every page has besides its own. Language and site are asked for once here: a page holds
    dozens of sentences and addresses, and asking costs more than finding them.
    """
    return {
        "csrf_input": FormToken(request),
        "_": _in_language(languages.current()),
        "url": _on_site(get_urlconf()),
        "is_console": getattr(request, "urlconf", None) == settings.CONSOLE_URLCONF,
        "messages": partial(messages.get_messages, request),
    }


def _translated(message: str, **values: object) -> Markup:
    """What `_()` in a template gives: a sentence of ours, with values escaped into it."""
    return _in_language(languages.current())(message, **values)


@cache
def _in_language(language: str) -> Callable[..., Markup]:
    def say(message: str, **values: object) -> Markup:
        return _sentence(language, message) % values if values else _finished(language, message)

    return say


def _translated_number(one: str, many: str, number: int, **values: object) -> Markup:
    return Markup(translation.ngettext(one, many, number)) % values  # noqa: S704  (a sentence of ours)


@lru_cache(maxsize=5_000)
def _sentence(language: str, message: str) -> Markup:
    with translation.override(language):
        return Markup(translation.gettext(message))  # noqa: S704  (a sentence of ours)


@lru_cache(maxsize=5_000)
def _finished(language: str, message: str) -> Markup:
    return _sentence(language, message) % {}


def _url(name: str, *args: object) -> str:
    """`reverse` for patterns of slugs and ids: a page holds dozens of addresses."""
    return _on_site(get_urlconf())(name, *args)


@cache
def _on_site(urlconf: str | None) -> Callable[..., str]:
    def address(name: str, *args: object) -> str:
        return _address(urlconf, name, args)

    return address


@lru_cache(maxsize=20_000)
def _address(urlconf: str | None, name: str, args: tuple[object, ...]) -> str:
    pattern, names = _pattern(urlconf, name, len(args))
    return pattern % dict(zip(names, args, strict=True))


@cache
def _pattern(urlconf: str | None, name: str, count: int) -> tuple[str, list[str]]:
    """An address with placeholders, such as `/%(slug)s/idea/%(idea)s/`."""
    for possibilities, *_rest in get_resolver(urlconf).reverse_dict.getlist(name):
        for pattern, names in possibilities:
            if len(names) == count:
                return f"/{pattern}", names
    raise NoReverseMatch(f"No address is called {name!r} and takes {count} arguments.")


def _language() -> languages.Language:
    return languages.language(languages.current())


def _switch(back: str) -> Markup:
    """The switch of languages, the same on every page but for the way back; nothing where there is one."""
    way = QUOTED_BACK if back == BACK else quote(back)
    return _kept_switch(languages.current(), tuple(settings.LANGUAGES)).replace(BACK, way)


@lru_cache(maxsize=100)
def _kept_switch(current: str, offered: tuple[tuple[str, str], ...]) -> Markup:
    if len(offered) == 1:
        return Markup("")
    context = {"languages": languages.offered(), "current": current, "back": BACK}
    return Markup(render_to_string("web/_languages.html", context))  # noqa: S704  (our own escaped template)


def _about_links(slug: str, path: str, url: Callable[..., str]) -> Markup:
    """The links at the foot of a conversation's pages: the same for everybody, but for the page one is on."""
    path = path if "/about/" in path else ""
    urlconf = get_urlconf()
    if url is _on_site(urlconf):
        return _kept_links(languages.current(), urlconf, slug, path)
    return _links(slug, path, url)  # a preview, whose addresses lead elsewhere


@lru_cache(maxsize=2_000)
def _kept_links(_language: str, urlconf: str | None, slug: str, path: str) -> Markup:
    return _links(slug, path, _on_site(urlconf))


def _links(slug: str, path: str, url: Callable[..., str]) -> Markup:
    context = {"slug": slug, "path": path, "url": url}
    return Markup(render_to_string("web/_about_links.html", context))  # noqa: S704  (likewise)


def _as_json(value: object) -> str:
    """For an attribute that a script reads. Mappings that are no dict become one."""
    return json.dumps(value, default=dict)


def _paragraphs(text: str) -> list[list[str]]:
    """A typed text as paragraphs of lines; the template escapes each line."""
    return [paragraph.split("\n") for paragraph in text.split("\n\n")]


def _percent(part: int, whole: int) -> int:
    return round(100 * part / whole) if whole else 0
