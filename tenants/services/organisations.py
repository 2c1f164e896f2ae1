"""Organisations: what they are made of, and the states they go through until they are gone."""

import re
from datetime import date

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from kernel import audit
from kernel.errors import DomainError
from kernel.storage import forget_files
from kernel.tenancy import control_plane, owner_in, tenant_context
from kernel.text import one_line
from tenants import registry
from tenants.branding.models import Branding
from tenants.branding.palette import readable_brand
from tenants.models import (
    Completion,
    Domain,
    DomainState,
    Organisation,
    OrganisationState,
    Project,
    ProjectState,
    Role,
)
from tenants.permissions import Staff, require_role
from tenants.queries import forget_sites
from tenants.services.schemas import create_schema, drop_schema, random_schema_name

LONGEST_NAME = 120
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
# Names of our own hosts, and names that would look like them.
_RESERVED = {"www", "console", "api", "mail", "static", "admin", "public", "status"}


class SlugNotUsable(DomainError):
    code = "slug_not_usable"
    status = 422
    message = _(
        "An organisation's short name has 1 to 40 small letters, digits or hyphens, starts and ends with a"
        " letter or digit, and is none of our own names. Choose another."
    )


class SlugTaken(DomainError):
    code = "slug_taken"
    message = _("Another organisation has this short name or domain. Choose another.")


class NameMissing(DomainError):
    code = "name_missing"
    status = 422
    message = "Give the name that participants know the organisation by, in up to 120 characters."


class ProjectsRunning(DomainError):
    code = "projects_running"
    message = "A project of this organisation is scheduled, open or not complete yet. Archive it when all are complete."


class NotInThisState(DomainError):
    code = "not_in_this_state"
    message = "The organisation is not in a state in which this can be done. Reload the page to see where it stands."


class NamesDiffer(DomainError):
    code = "names_differ"
    status = 422
    message = (
        "The short name typed is not the one of this organisation, so nothing was deleted. Type it exactly."
    )


def require_usable(slug: str) -> None:
    """Raises SlugNotUsable."""
    if not _SLUG.fullmatch(slug) or slug in _RESERVED or slug.startswith("pg-"):
        raise SlugNotUsable


def require_free(slug: str) -> None:
    """Raises SlugNotUsable, SlugTaken. Only the database's own constraint is sure; this is said in advance."""
    require_usable(slug)
    with control_plane():
        host = own_host(slug)
        taken = Organisation.objects.filter(slug=slug).exists() or Domain.objects.filter(domain=host).exists()
    if taken:
        raise SlugTaken


def own_host(slug: str) -> str:
    """The host under our base domain that an organisation has from its first second."""
    return f"{slug}.{settings.BASE_DOMAIN.split(':')[0]}"


def readable_name(name: str) -> str:
    """Raises NameMissing."""
    name = one_line(name)
    if not 0 < len(name) <= LONGEST_NAME:
        raise NameMissing
    return name


def create_organisation(*, name: str, slug: str, domain: str, brand_colour: str, on: date) -> Organisation:
    """
    Everything an organisation needs, in one transaction: row, domain, schema, role, branding.

    Raises SlugNotUsable, SlugTaken, ColourNotUsable.
    """
    require_usable(slug)
    organisation = Organisation(schema_name=random_schema_name(), slug=slug, name=name, created_on=on)
    try:
        with control_plane(), owner_in("public"), transaction.atomic(using="owner"):
            build_organisation(organisation, domain=domain, brand_colour=readable_brand(brand_colour))
    except IntegrityError as clash:
        raise SlugTaken from clash
    forget_sites()
    return organisation


def build_organisation(organisation: Organisation, *, domain: str, brand_colour: str) -> None:
    """The same inside the owner's open transaction, where whoever calls may write more."""
    organisation.migrated_to = create_schema(organisation.schema_name)
    # In bulk, because the library's own saves look at another connection than the one that writes.
    Organisation.objects.using("owner").bulk_create([organisation])
    host = Domain(domain=domain, tenant=organisation, is_primary=True, state=DomainState.VERIFIED)
    host.is_ours = domain == own_host(organisation.slug)
    Domain.objects.using("owner").bulk_create([host])
    with owner_in(organisation.schema_name):
        Branding.objects.using("owner").create(brand_colour=brand_colour)


def rename_organisation(*, by: Staff, organisation: Organisation, name: str) -> None:
    """The name in the band, in pages and mails. Its address stays. Raises RoleMissing, NameMissing."""
    require_role(by, Role.OPERATOR)
    name = readable_name(name)
    with control_plane(), transaction.atomic():
        if Organisation.objects.filter(pk=organisation.pk).exclude(name=name).update(name=name):
            audit.record("organisation renamed", by=by.id, organisation=organisation.pk)
    organisation.name = name
    forget_sites()


# States ---------------------------------------------------------------------------------


def suspend_organisation(*, by: Staff | None, organisation: Organisation) -> None:
    """
    Its site answers "paused" and its tasks rest, within half a minute, until it is resumed.

    Raises RoleMissing, NotInThisState.
    """
    _change(by, organisation, {OrganisationState.SERVING}, OrganisationState.SUSPENDED)


def resume_organisation(*, by: Staff | None, organisation: Organisation) -> None:
    """Back to serving, from suspended or archived. Raises RoleMissing, NotInThisState."""
    since = {OrganisationState.SUSPENDED, OrganisationState.ARCHIVED}
    _change(by, organisation, since, OrganisationState.SERVING)


def archive_organisation(*, by: Staff | None, organisation: Organisation) -> None:
    """
    Paused for participants for good; the console still reads what is there, and deadlines still run.

    Raises RoleMissing, NotInThisState, ProjectsRunning.
    """
    with control_plane():
        if Project.objects.filter(organisation=organisation, state=ProjectState.SCHEDULED).exists():
            raise ProjectsRunning
    since = {OrganisationState.SERVING, OrganisationState.SUSPENDED}
    _change(by, organisation, since, OrganisationState.ARCHIVED)


def close_for_good(*, by: Staff | None, organisation: Organisation) -> None:
    """The first step of deleting: from here on nothing leads back. Raises RoleMissing."""
    since = set(OrganisationState)
    _change(by, organisation, since, OrganisationState.DELETING)


def _change(
    by: Staff | None, organisation: Organisation, since: set[OrganisationState], state: OrganisationState
) -> None:
    if by is not None:
        require_role(by, Role.OPERATOR)
    with control_plane(), transaction.atomic():
        found = Organisation.objects.filter(pk=organisation.pk, state__in=since)
        if not found.update(state=state):
            raise NotInThisState
        audit.record(f"organisation {state}", by=by.id if by else None, organisation=organisation.pk)
    organisation.state = state
    forget_sites()


# The end --------------------------------------------------------------------------------


def delete_organisation(organisation: Organisation, *, by: Staff | None = None) -> None:
    """
    Remove an organisation with everything in its schema and everything packages hold elsewhere.

    The state is written first and is the way back in: called again after a crash, it goes on.
    """
    close_for_good(by=by, organisation=organisation)
    forget_elsewhere(organisation)
    with owner_in("public"), transaction.atomic(using="owner"):
        remove_organisation(organisation)
    forget_sites()


def forget_elsewhere(organisation: Organisation) -> None:
    """What is not in its schema: people and keys in the vault, files in the store. May be run again."""
    for forget in registry.at_deletion():
        forget(organisation.tenant)
    with tenant_context(organisation.tenant):
        forget_files()


def remove_organisation(organisation: Organisation) -> None:
    """Schema, role and rows, inside the owner's open transaction. May be run again."""
    drop_schema(organisation.schema_name)
    projects = Project.objects.using("owner").filter(organisation=organisation)
    Completion.objects.using("owner").filter(project__in=projects).delete()
    Organisation.objects.using("owner").filter(pk=organisation.pk).delete()
