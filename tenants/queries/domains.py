"""Host names of organisations, and which of them may have a certificate."""

from dataclasses import dataclass
from uuid import UUID

import idna
from django.conf import settings

from kernel.tenancy import control_plane
from tenants.models import Domain, DomainState, OrganisationState

_ANSWERING = [OrganisationState.SERVING, OrganisationState.SUSPENDED, OrganisationState.ARCHIVED]


@dataclass(frozen=True, slots=True)
class HostLine:
    """A host name as people read it, beside the form in which it travels."""

    domain: Domain
    shown: str

    @property
    def is_written_otherwise(self) -> bool:
        return bool(self.shown != self.domain.domain)


def domains_of(organisation: UUID) -> list[HostLine]:
    """The main one first."""
    with control_plane():
        found = list(
            Domain.objects.filter(tenant_id=organisation).order_by("-is_primary", "-is_ours", "domain")
        )
    return [HostLine(domain=one, shown=_shown(one.domain)) for one in found]


def may_have_certificate(host: str) -> bool:
    """Whether anybody of ours answers at a host: our own names, and verified ones of organisations."""
    host = host.lower().rstrip(".")
    if host in {settings.BASE_DOMAIN.split(":")[0], settings.CONSOLE_HOST}:
        return True
    with control_plane():
        answering = Domain.objects.filter(state=DomainState.VERIFIED, tenant__state__in=_ANSWERING)
        return bool(answering.filter(domain=host).exists())


def _shown(host: str) -> str:
    try:
        return str(idna.decode(host))
    except (idna.IDNAError, UnicodeError):
        return host
