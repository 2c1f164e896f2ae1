"""
The pages about a conversation: what the organisation wrote itself, else what is shipped in `texts/`.

Both are Markdown with placeholders such as `{closes}`. Passages that depend on a conversation's choices
are placeholders too; their words are files of their own, one for each choice.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.core import signing
from django.utils.translation import gettext_lazy as _

from conversations.models import Page, PageCode
from kernel.errors import NotFound
from kernel.remembered import Remembered
from kernel.tenancy import current_tenant

# The language everything is shipped in, and the last resort.
BASE_LANGUAGE = "en"
# What a text may hold between braces; `conversations/views/participant/texts.py` knows the words for each.
VALUES = (
    *("organisation", "conversation", "opens", "closes", "days", "days_of_analysis", "gone_by"),
    *("identified_times", "languages"),
)
ADDRESSES = ("home", "sign_in", "mine", "inbox", "my_data", "help", "stop", "paper_form", *PageCode.values)
# Pages of the base host, which belongs to no organisation.
ELSEWHERE = {"requests": "/requests/", "what_exists": "/what-exists/"}
PASSAGES = ("areas", "identified", "told", "themes", "wellbeing")
# How a placeholder stands in a text.
PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
PLACEHOLDERS = frozenset([*VALUES, *ADDRESSES, *ELSEWHERE, *PASSAGES])

_TEXTS = Path(__file__).resolve().parents[1] / "texts"
_PREVIEW_SECONDS = 60 * 60


class PreviewOver(NotFound):
    code = "preview_over"
    message = _("This preview is over, or its address is not complete. Make a new preview.")


@dataclass(frozen=True, slots=True)
class PageText:
    """Markdown with its placeholders. `is_own` is false for what is shipped."""

    text: str
    language: str
    is_own: bool


_texts: Remembered[tuple[str, str, str], PageText] = Remembered(seconds=5, most=5_000)


def page_code(code: str) -> PageCode:
    """Raises NotFound for a page there is not."""
    try:
        return PageCode(code)
    except ValueError as reason:
        raise NotFound from reason


def page_text(code: PageCode, *, language: str) -> PageText:
    """
    The organisation's own text in this language or else in English, before any shipped one: its own
    words and ours would promise different things. Remembered for 5 seconds in the process.
    """
    key = (current_tenant().schema_name, code.value, language)
    return _texts.get(key, lambda: _find(code, language))


def forget_pages() -> None:
    _texts.forget()


def draft_text(code: PageCode, *, language: str) -> PageText:
    """What waits to be published. Raises NotFound when nothing does."""
    draft = Page.objects.filter(code=code, language=language).values_list("draft", flat=True).first()
    if not draft:
        raise NotFound
    return PageText(draft, language, is_own=True)


@dataclass(frozen=True, slots=True)
class Standing:
    """A page in one language as whoever writes it needs it. `published` is what participants read now."""

    code: PageCode
    language: str
    published: str
    is_own: bool
    draft: str


def standing_of(code: PageCode, language: str) -> Standing:
    """Never remembered."""
    kept = Page.objects.filter(code=code, language=language).first()
    return _standing(code, language, kept)


def standings(in_languages: Sequence[str]) -> list[tuple[PageCode, list[Standing]]]:
    """Every page in these languages: one query."""
    kept = {(page.code, page.language): page for page in Page.objects.all()}
    return [
        (code, [_standing(code, language, kept.get((code.value, language))) for language in in_languages])
        for code in PageCode
    ]


def _standing(code: PageCode, language: str, kept: Page | None) -> Standing:
    own, draft = (kept.text, kept.draft) if kept else ("", "")
    published = own or shipped_text(code, language=language).text
    return Standing(code=code, language=language, published=published, is_own=bool(own), draft=draft)


# What is shipped -------------------------------------------------------------------------


def shipped_languages() -> list[str]:
    """Languages whose pages are shipped, English first."""
    found = sorted(folder.name for folder in _TEXTS.iterdir() if (folder / "rules.md").is_file())
    return sorted(found, key=lambda language: language != BASE_LANGUAGE)


def shipped_text(code: PageCode, *, language: str) -> PageText:
    for candidate in _languages(language):
        text = _shipped(candidate, f"{code}.md")
        if text is not None:
            return PageText(text, candidate, is_own=False)
    raise NotFound  # never reached: everything is there in English, and a test says so


def passage(name: str, *, language: str) -> str:
    """The words for one choice of a conversation, such as `told` or `told-not`, else in English."""
    found = (_shipped(candidate, f"passages/{name}.md") for candidate in _languages(language))
    return next(text for text in found if text is not None).strip()


@cache
def _shipped(language: str, name: str) -> str | None:
    path = _TEXTS / language / name
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _languages(language: str) -> list[str]:
    """From the most exact to English: `cy-gb`, `cy`, `en`."""
    return list(dict.fromkeys([language, language.partition("-")[0], BASE_LANGUAGE]))


def _find(code: PageCode, language: str) -> PageText:
    wanted = _languages(language)
    own = dict(
        Page.objects.filter(code=code, language__in=wanted).exclude(text="").values_list("language", "text")
    )
    for candidate in wanted:
        if candidate in own:
            return PageText(own[candidate], candidate, is_own=True)
    return shipped_text(code, language=language)


# Previews --------------------------------------------------------------------------------


def preview_token(code: PageCode, *, language: str) -> str:
    """Shows one draft of the current organisation for an hour, to whoever has it."""
    return _signer().sign(f"{code}.{language}")


def previewed_text(token: str, *, code: PageCode) -> PageText:
    """Raises PreviewOver for a token that is old, of another organisation or of another page."""
    try:
        signed_code, language = _signer().unsign(token, max_age=_PREVIEW_SECONDS).split(".")
    except (signing.BadSignature, ValueError) as reason:
        raise PreviewOver from reason
    if signed_code != code.value:
        raise PreviewOver
    try:
        return draft_text(code, language=language)
    except NotFound as published:
        raise PreviewOver from published


def _signer() -> signing.TimestampSigner:
    """Each organisation's own: the signature of one says nothing to another."""
    return signing.TimestampSigner(salt=f"conversations.page-preview.{current_tenant().schema_name}")
