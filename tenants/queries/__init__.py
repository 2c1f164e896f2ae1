"""Reads of the control plane. Every function here steps to the control plane by itself."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from kernel.remembered import Remembered
from kernel.tenancy import Tenant, control_plane
from tenants.models import Domain, DomainState, Organisation, OrganisationState


@dataclass(frozen=True, slots=True)
class Site:
    """What a host name leads to. `leads_on` is the main host where this one is only a way to it."""

    tenant: Tenant
    name: str
    is_serving: bool
    leads_on: str = ""
    # The digest of its logo, which the middleware adds; empty where there is none.
    logo: str = ""


# A host that nobody has may be somebody's in a second: an organisation answers as soon as it is made.
SECONDS_REMEMBERED = 30
_sites: Remembered[str, Site | None] = Remembered(seconds=SECONDS_REMEMBERED, most=10_000, seconds_of_none=1)
_ABSENT = {OrganisationState.CREATING, OrganisationState.DELETING}


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
        verified = Domain.objects.select_related("tenant").filter(state=DomainState.VERIFIED)
        domain = verified.filter(domain=host).first()
        if domain is None or domain.tenant.state in _ABSENT:
            return None
        organisation: Organisation = domain.tenant
        main = organisation.domains.filter(is_primary=True).first() if domain.leads_on else None
    return Site(
        tenant=organisation.tenant,
        name=organisation.name,
        is_serving=organisation.is_serving,
        leads_on=str(main.domain) if main else "",
    )


class Organisations:
    """The kernel's directory of tenants: those that are being served, or are paused for a while or for good."""

    def serving(self, *, or_paused: bool = False) -> list[Tenant]:
        with control_plane():
            return [organisation.tenant for organisation in _whole(or_paused).order_by("schema_name")]

    def by_schema(self, schema_name: str, *, or_paused: bool = False) -> Tenant | None:
        with control_plane():
            organisation = _whole(or_paused).filter(schema_name=schema_name).first()
        return organisation.tenant if organisation else None


def _whole(or_paused: bool) -> QuerySet[Organisation]:
    paused = [OrganisationState.SUSPENDED, OrganisationState.ARCHIVED] if or_paused else []
    return Organisation.objects.filter(
        state__in=[OrganisationState.SERVING, *paused], migration_problem="", restoring_since=None
    )


def organisations() -> list[Organisation]:
    with control_plane():
        return list(Organisation.objects.order_by("slug"))


def organisation(slug: str) -> Organisation | None:
    with control_plane():
        return Organisation.objects.filter(slug=slug).first()


def organisation_by_id(found: UUID) -> Organisation | None:
    """In whatever state it is, but gone."""
    with control_plane():
        return Organisation.objects.filter(pk=found).first()


def primary_host(tenant: Tenant) -> str:
    with control_plane():
        return str(Domain.objects.get(tenant_id=tenant.organisation, is_primary=True).domain)
