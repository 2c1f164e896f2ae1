"""People of the organisation with an account at its own site. Asked inside the organisation."""

from uuid import UUID

from accounts.models import Account, Kind
from kernel.errors import NotFound


def client_users() -> list[Account]:
    return list(Account.objects.filter(kind=Kind.CLIENT).order_by("email"))


def client_user(account: UUID) -> Account:
    """Raises NotFound."""
    found = Account.objects.filter(pk=account, kind=Kind.CLIENT).first()
    if found is None:
        raise NotFound
    return found
