"""Staff on the console: with the roles and assignments they have at this moment, and no others."""

from typing import ClassVar
from uuid import UUID

from django.core.cache import cache
from rest_framework.request import Request

from kernel import audit
from kernel.errors import NotFound
from kernel.tenancy import tenant_context
from tenants.api.accounts import AccountEndpoint
from tenants.models import Organisation, Role
from tenants.permissions import RoleMissing, Staff
from tenants.queries import staff as staff_queries

_SESSION = 12 * 60 * 60


class StaffEndpoint(AccountEndpoint):
    """For staff who have one of the roles of the method anywhere; for all staff where none is named."""

    staff: Staff
    roles: ClassVar[dict[str, tuple[Role, ...]]] = {}

    def enter(self, request: Request) -> None:
        self.staff = staff_queries.at_work(self.account)
        self.require_roles(request)

    def require_roles(self, request: Request) -> None:
        """Raises RoleMissing."""
        roles = self.roles.get((request.method or "").lower(), ())
        if roles and self.staff.roles.isdisjoint(roles):
            raise RoleMissing


class OrganisationEndpoint(StaffEndpoint):
    """The address names an organisation, and the method runs inside it. To the others it does not exist."""

    client: Organisation

    def enter(self, request: Request) -> None:
        organisation: UUID = self.kwargs.pop("organisation")
        client, self.staff = staff_queries.at_work_in(organisation, self.account)
        if not self.staff.roles:
            raise NotFound
        self.client = client
        self.require_roles(request)
        self._note_entry()
        self.places.enter_context(tenant_context(client.tenant))

    def _note_entry(self) -> None:
        """Once for each token within the time of a session: that somebody looked into an organisation."""
        if cache.add(f"entered:{self.token.pk}:{self.client.pk}", 1, timeout=_SESSION):
            audit.record(
                "organisation entered",
                by=self.staff.id,
                organisation=self.client.pk,
                about={"token": str(self.token.pk)},
            )
