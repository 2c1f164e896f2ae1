"""Creating, suspending and deleting organisations."""

import re
from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from kernel.errors import DomainError
from kernel.tenancy import control_plane, owner_in
from tenants import registry
from tenants.branding.models import Branding
from tenants.branding.palette import readable_brand
from tenants.models import Domain, Organisation, OrganisationState
from tenants.queries import forget_sites
from tenants.services.schemas import create_schema, drop_schema, random_schema_name

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
# Names of our own hosts, and names that would look like them.
_RESERVED = {"www", "console", "api", "mail", "static", "admin", "public", "status"}


class SlugNotUsable(DomainError):
    code = "slug_not_usable"
    message = _(
        "An organisation's short name has 1 to 40 small letters, digits or hyphens, starts and ends with a"
        " letter or digit, and is none of our own names. Choose another."
    )


class SlugTaken(DomainError):
    code = "slug_taken"
    message = _("Another organisation has this short name or domain. Choose another.")


def create_organisation(*, name: str, slug: str, domain: str, brand_colour: str, on: date) -> Organisation:
    """
    Everything an organisation needs, in one transaction: row, domain, schema, role, branding.

    Raises SlugNotUsable, SlugTaken, ColourNotUsable.
    """
    if not _SLUG.fullmatch(slug) or slug in _RESERVED or slug.startswith("pg-"):
        raise SlugNotUsable
    colour = readable_brand(brand_colour)
    organisation = Organisation(schema_name=random_schema_name(), slug=slug, name=name, created_on=on)
    try:
        with control_plane(), owner_in("public"), transaction.atomic(using="owner"):
            organisation.migrated_to = create_schema(organisation.schema_name)
            organisation.save(using="owner")
            Domain(domain=domain, tenant=organisation, is_primary=True).save(using="owner")
            with owner_in(organisation.schema_name):
                Branding.objects.using("owner").create(brand_colour=colour)
    except IntegrityError as clash:
        raise SlugTaken from clash
    forget_sites()
    return organisation


def suspend_organisation(organisation: Organisation) -> None:
    """Its site answers "paused" and its tasks rest, within half a minute, until it is resumed."""
    _set_state(organisation, OrganisationState.SUSPENDED)


def resume_organisation(organisation: Organisation) -> None:
    _set_state(organisation, OrganisationState.SERVING)


def delete_organisation(organisation: Organisation) -> None:
    """
    Remove an organisation with everything in its schema and everything packages hold elsewhere.

    The state is written first and is the way back in: called again after a crash, it goes on.
    """
    _set_state(organisation, OrganisationState.DELETING)
    for forget in registry.at_deletion():
        forget(organisation.tenant)
    with control_plane(), owner_in("public"), transaction.atomic(using="owner"):
        drop_schema(organisation.schema_name)
        Organisation.objects.using("owner").filter(pk=organisation.pk).delete()
    forget_sites()


def _set_state(organisation: Organisation, state: OrganisationState) -> None:
    organisation.state = state
    with control_plane():
        Organisation.objects.filter(pk=organisation.pk).update(state=state)
    forget_sites()
