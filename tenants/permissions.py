"""What a role allows. Every service that acts for somebody of Clever Together asks here first."""

from dataclasses import dataclass
from uuid import UUID

from kernel.errors import DomainError
from tenants.models import Role


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody of Clever Together at work, with the roles they have in the organisation at hand."""

    id: UUID
    name: str
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class ClientUser:
    """Somebody of the organisation itself, at its own site with a second factor. Their account exists nowhere else."""

    id: UUID
    name: str


class RoleMissing(DomainError):
    code = "role_missing"
    status = 403
    message = "Your role does not include this. Ask an operator if it should."


def require_role(by: Staff, *roles: Role) -> None:
    """Raises RoleMissing unless somebody has one of the roles."""
    if by.roles.isdisjoint(roles):
        raise RoleMissing


def require_role_or_client(by: Staff | ClientUser, *roles: Role) -> None:
    """For what an organisation may do itself, at its own site. Raises RoleMissing for staff in another role."""
    if isinstance(by, Staff):
        require_role(by, *roles)
