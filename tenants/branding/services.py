"""How an organisation's site looks: colour, logo and words. Called inside the organisation."""

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from kernel.errors import DomainError
from kernel.text import one_line
from tenants.branding.logos import Logo
from tenants.branding.models import Branding
from tenants.branding.palette import Palette, palette
from tenants.branding.queries import forget_branding, logo_file

LONGEST_WELCOME = 300


class WelcomeTooLong(DomainError):
    code = "welcome_too_long"
    status = 422
    message = _("The sentence on the front page has up to 300 characters. Shorten it.")


def save_branding(*, brand_colour: str) -> Palette:
    """
    Store the colour that was asked for and return what will be shown for it.

    A colour on which nothing could be read is shifted; `Palette.was_shifted` says so, and the
    person choosing sees both. Raises ColourNotUsable.
    """
    derived = palette(brand_colour)
    Branding.objects.update_or_create(pk=1, defaults={"brand_colour": derived.brand})
    forget_branding()
    return derived


def save_welcome(text: str) -> None:
    """The sentence of the front page; empty is ours. Raises WelcomeTooLong."""
    text = one_line(text)
    if len(text) > LONGEST_WELCOME:
        raise WelcomeTooLong
    Branding.objects.filter(pk=1).update(welcome=text)
    forget_branding()


def keep_logo(logo: Logo) -> None:
    """In place of the one before, whose file goes."""
    name = logo_file(logo.digest)
    if not default_storage.exists(name):
        default_storage.save(name, ContentFile(logo.png))
    _point_at(logo.digest)


def remove_logo() -> None:
    """Back to the first letter of the name."""
    _point_at("")


def _point_at(digest: str) -> None:
    with transaction.atomic():
        before = Branding.objects.select_for_update().values_list("logo", flat=True).get(pk=1)
        Branding.objects.filter(pk=1).update(logo=digest)
    if before and before != digest:
        transaction.on_commit(lambda: default_storage.delete(logo_file(before)))
    forget_branding()
