"""
The organisation's own texts of its pages, as staff write them at the console and client users at their site.

Rules and privacy are what participants rely on, and facilitators hold to: client users read them only. Where
another page says what a conversation promises, that passage stays, whoever writes the words around it.
"""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conversations.models import PageCode
from conversations.queries import pages as page_queries
from conversations.services import pages
from kernel import audit
from kernel.errors import DomainError
from kernel.tenancy import current_tenant
from tenants.models import Role
from tenants.permissions import ClientUser, Staff, require_role_or_client

_KEPT_BY_US = frozenset({PageCode.RULES, PageCode.PRIVACY})


class PageKeptByUs(DomainError):
    code = "page_kept_by_us"
    status = 403
    message = _(
        "Clever Together keeps this page, because participants rely on it. Write to us if it should change."
    )


class PassageMissing(DomainError):
    code = "passage_missing"
    status = 422
    message = _("%(passage)s is missing: there the page says what is promised to participants. Put it back.")


def is_theirs(code: PageCode) -> bool:
    """Whether client users write this page themselves."""
    return code not in _KEPT_BY_US


def keep_draft(*, by: Staff | ClientUser, code: PageCode, language: str, text: str) -> None:
    """Seen in its preview only. Raises RoleMissing, PageKeptByUs, PassageMissing and what draft_page raises."""
    _require_may_write(by, code)
    _require_passages(by, code, language, text)
    pages.draft_page(code=code, language=language, text=text)


def publish(*, by: Staff | ClientUser, code: PageCode, language: str, text: str) -> None:
    """Let everybody read this text. Raises what keep_draft raises."""
    _require_may_write(by, code)
    _require_passages(by, code, language, text)
    with transaction.atomic():
        pages.draft_page(code=code, language=language, text=text)
        pages.publish_page(code=code, language=language)
        _note("page published", by, code, language)


def drop_draft(*, by: Staff | ClientUser, code: PageCode, language: str) -> None:
    """What is published stays. Raises RoleMissing, PageKeptByUs."""
    _require_may_write(by, code)
    pages.drop_draft(code=code, language=language)


def reset(*, by: Staff | ClientUser, code: PageCode, language: str) -> None:
    """Back to the text we ship. Raises RoleMissing, PageKeptByUs."""
    _require_may_write(by, code)
    with transaction.atomic():
        pages.reset_page(code=code, language=language)
        _note("page reset", by, code, language)


def passages_of(code: PageCode, language: str) -> list[str]:
    """The promises that a page holds now, or held when it was shipped, as they stand between braces."""
    texts = (
        page_queries.page_text(code, language=language),
        page_queries.shipped_text(code, language=language),
    )
    found = {name for text in texts for name in page_queries.PLACEHOLDER.findall(text.text)}
    return [name for name in page_queries.PASSAGES if name in found]


def _require_may_write(by: Staff | ClientUser, code: PageCode) -> None:
    """Raises RoleMissing, PageKeptByUs."""
    require_role_or_client(by, Role.OPERATOR, Role.FACILITATOR)
    if isinstance(by, ClientUser) and not is_theirs(code):
        raise PageKeptByUs


def _require_passages(by: Staff | ClientUser, code: PageCode, language: str, text: str) -> None:
    """Raises PassageMissing."""
    if isinstance(by, ClientUser):
        there = set(page_queries.PLACEHOLDER.findall(text))
        for name in passages_of(code, language):
            if name not in there:
                raise PassageMissing(passage=f"{{{name}}}")


def _note(what: str, by: Staff | ClientUser, code: PageCode, language: str) -> None:
    about: dict[str, str | int] = {"page": code.value, "language": language}
    audit.record(what, by=by.id, organisation=current_tenant().organisation, about=about)
