"""Changing how an organisation's site looks: by an operator, or by the organisation itself."""

from dataclasses import dataclass

from django.db import transaction

from kernel import audit
from kernel.tenancy import current_tenant
from tenants.branding import services
from tenants.branding.logos import Logo
from tenants.models import Organisation, Role
from tenants.permissions import ClientUser, Staff, require_role
from tenants.services.organisations import rename_organisation


@dataclass(frozen=True, slots=True)
class Look:
    """Name and words, and the one colour from which the others are made."""

    name: str
    brand_colour: str
    welcome: str


def change_branding(
    *, by: Staff, organisation: Organisation, look: Look, logo: Logo | None, without_logo: bool
) -> None:
    """
    Everything or nothing; a logo that is not given stays. Called inside the organisation.

    Raises RoleMissing, NameMissing, ColourNotUsable, WelcomeTooLong.
    """
    require_role(by, Role.OPERATOR)
    with transaction.atomic():
        _save(look.brand_colour, look.welcome, logo, without_logo=without_logo)
        rename_organisation(by=by, organisation=organisation, name=look.name)
        audit.record("branding changed", by=by.id, organisation=organisation.pk)


def change_own_look(
    *, by: ClientUser, brand_colour: str, welcome: str, logo: Logo | None, without_logo: bool
) -> None:
    """
    What the organisation changes itself, at its own site: everything but its name. Called inside it.

    Raises ColourNotUsable, WelcomeTooLong.
    """
    with transaction.atomic():
        _save(brand_colour, welcome, logo, without_logo=without_logo)
        about: dict[str, str | int] = {"side": "organisation"}
        audit.record("branding changed", by=by.id, organisation=current_tenant().organisation, about=about)


def _save(brand_colour: str, welcome: str, logo: Logo | None, *, without_logo: bool) -> None:
    services.save_branding(brand_colour=brand_colour)
    services.save_welcome(welcome)
    if logo is not None:
        services.keep_logo(logo)
    elif without_logo:
        services.remove_logo()
