"""The organisation's own texts of its pages, as staff write them at the console."""

from django.db import transaction

from conversations.models import PageCode
from conversations.services import pages
from kernel import audit
from kernel.tenancy import current_tenant
from tenants.models import Role
from tenants.permissions import Staff, require_role


def keep_draft(*, by: Staff, code: PageCode, language: str, text: str) -> None:
    """Nobody but staff sees it. Raises RoleMissing and what draft_page raises."""
    require_role(by, Role.OPERATOR, Role.FACILITATOR)
    pages.draft_page(code=code, language=language, text=text)


def publish(*, by: Staff, code: PageCode, language: str, text: str) -> None:
    """Let everybody read this text. Raises RoleMissing and what draft_page raises."""
    require_role(by, Role.OPERATOR, Role.FACILITATOR)
    with transaction.atomic():
        pages.draft_page(code=code, language=language, text=text)
        pages.publish_page(code=code, language=language)
        _note("page published", by, code, language)


def drop_draft(*, by: Staff, code: PageCode, language: str) -> None:
    """What is published stays. Raises RoleMissing."""
    require_role(by, Role.OPERATOR, Role.FACILITATOR)
    pages.drop_draft(code=code, language=language)


def reset(*, by: Staff, code: PageCode, language: str) -> None:
    """Back to the text we ship. Raises RoleMissing."""
    require_role(by, Role.OPERATOR, Role.FACILITATOR)
    with transaction.atomic():
        pages.reset_page(code=code, language=language)
        _note("page reset", by, code, language)


def _note(what: str, by: Staff, code: PageCode, language: str) -> None:
    about: dict[str, str | int] = {"page": code.value, "language": language}
    audit.record(what, by=by.id, organisation=current_tenant().organisation, about=about)
