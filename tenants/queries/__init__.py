"""Reads of the control plane. Every function here steps to the control plane by itself."""

from dataclasses import dataclass

from django.db.models import QuerySet

from kernel.remembered import Remembered
from kernel.tenancy import Tenant, control_plane
from tenants.models import Domain, Organisation, OrganisationState


@dataclass(frozen=True, slots=True)
class Site:
    """What a host name leads to."""

    tenant: Tenant
    name: str
    is_serving: bool


_sites: Remembered[str, Site | None] = Remembered(seconds=30, most=10_000)


def site_at(host: str) -> Site | None:
    """
    The organisation's site at a host name without port; None for a host nobody has.

    Remembered for 30 seconds in the process, so a change of domains takes that long to show.
    """
    return _sites.get(host, lambda: _find_site(host))


def forget_sites() -> None:
    _sites.forget()


def _find_site(host: str) -> Site | None:
    with control_plane():
        domain = Domain.objects.select_related("tenant").filter(domain=host).first()
    if domain is None or domain.tenant.state == OrganisationState.DELETING:
        return None
    organisation = domain.tenant
    return Site(tenant=organisation.tenant, name=organisation.name, is_serving=organisation.is_serving)


class Organisations:
    """The kernel's directory of tenants: those that are being served."""

    def serving(self) -> list[Tenant]:
        with control_plane():
            return [organisation.tenant for organisation in _serving().order_by("schema_name")]

    def by_schema(self, schema_name: str) -> Tenant | None:
        with control_plane():
            organisation = _serving().filter(schema_name=schema_name).first()
        return organisation.tenant if organisation else None


def _serving() -> QuerySet[Organisation]:
    return Organisation.objects.filter(state=OrganisationState.SERVING, migration_problem="")


def organisations() -> list[Organisation]:
    with control_plane():
        return list(Organisation.objects.order_by("slug"))


def organisation(slug: str) -> Organisation | None:
    with control_plane():
        return Organisation.objects.filter(slug=slug).first()


def primary_host(tenant: Tenant) -> str:
    with control_plane():
        return str(Domain.objects.get(tenant_id=tenant.organisation, is_primary=True).domain)
