"""Answering those who ask for help, and closing what is settled. All of it happens in the vault."""

from uuid import UUID

from privacy.vault.interface import vault
from tenants.models import Role
from tenants.permissions import Staff, require_role


def answer(*, case: UUID, subject: str, text: str, by: Staff) -> None:
    """Raises RoleMissing, UnknownCase, NoAddress, AnswerRefused."""
    require_role(by, Role.SUPPORT)
    vault().answer_support(case=case, subject=subject, text=text)


def close(*, case: UUID, by: Staff) -> None:
    """Raises RoleMissing, UnknownCase."""
    require_role(by, Role.SUPPORT)
    vault().close_support(case=case)
