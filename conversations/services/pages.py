"""An organisation's own texts: drafted, looked at, published; and back to what is shipped."""

import re

from django.conf import settings
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from conversations.models import Page, PageCode
from conversations.queries import pages
from conversations.queries.conversations import conversation_at
from kernel.errors import DomainError
from tenants.services import sites

MOST_CHARACTERS_OF_PAGE = 40_000
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,6})?")
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class PageEmpty(DomainError):
    code = "page_empty"
    status = 422
    message = _("The page has no text yet. Write something first.")


class PageTooLong(DomainError):
    code = "page_too_long"
    status = 422
    message = _("The page is %(length)s characters long, and %(most)s fit. Shorten it.")


class PlaceholderUnknown(DomainError):
    code = "placeholder_unknown"
    status = 422
    message = _("Nothing can be filled in for %(unknown)s. Between braces there may stand: %(known)s.")


class LanguageUnknown(DomainError):
    code = "language_unknown"
    status = 422
    message = _("A language is written as its short code, such as en or cy.")


class NothingDrafted(DomainError):
    code = "nothing_drafted"
    message = _("There is no draft of this page in this language. Write one first.")


def draft_page(*, code: PageCode, language: str, text: str) -> None:
    """
    Keep a text that nobody sees but in its preview; what is published stays as it is.

    Raises PageEmpty, PageTooLong, PlaceholderUnknown, LanguageUnknown.
    """
    draft = Page(code=code, language=_checked_language(language), draft=_checked(text))
    Page.objects.bulk_create(
        [draft], update_conflicts=True, unique_fields=["code", "language"], update_fields=["draft"]
    )


def publish_page(*, code: PageCode, language: str) -> None:
    """Let everybody read the draft. Raises NothingDrafted."""
    drafted = Page.objects.filter(code=code, language=language).exclude(draft="")
    if not drafted.update(text=F("draft"), draft=""):
        raise NothingDrafted
    pages.forget_pages()


def drop_draft(*, code: PageCode, language: str) -> None:
    """Take a draft back; what is published stays."""
    Page.objects.filter(code=code, language=language).update(draft="")
    Page.objects.filter(code=code, language=language, text="", draft="").delete()


def reset_page(*, code: PageCode, language: str) -> None:
    """Back to the shipped text; the organisation's own, and its draft, are gone."""
    Page.objects.filter(code=code, language=language).delete()
    pages.forget_pages()


def preview_page(*, code: PageCode, language: str, slug: str) -> str:
    """
    An address that shows the draft as participants of a conversation will see it, for an hour.

    Raises NotFound for a conversation without dates, NothingDrafted.
    """
    conversation = conversation_at(slug)
    if not Page.objects.filter(code=code, language=language).exclude(draft="").exists():
        raise NothingDrafted
    path = reverse("about", args=[conversation.slug, code], urlconf=settings.ROOT_URLCONF)
    token = pages.preview_token(code, language=language)
    return f"{sites.own_address().rstrip('/')}{path}?preview={token}"


def require_pages() -> None:
    """That each page can be read in each language we offer, in an organisation that has just been made."""
    for code in PageCode:
        for language, _name in settings.LANGUAGES:
            pages.page_text(code, language=language)


def _checked(text: str) -> str:
    text = _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if not text:
        raise PageEmpty
    if len(text) > MOST_CHARACTERS_OF_PAGE:
        raise PageTooLong(length=len(text), most=MOST_CHARACTERS_OF_PAGE)
    unknown = sorted(set(pages.PLACEHOLDER.findall(text)) - pages.PLACEHOLDERS)
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in sorted(pages.PLACEHOLDERS))
        raise PlaceholderUnknown(unknown=f"{{{unknown[0]}}}", known=known)
    return text


def _checked_language(language: str) -> str:
    if not _LANGUAGE.fullmatch(language):
        raise LanguageUnknown
    return language
