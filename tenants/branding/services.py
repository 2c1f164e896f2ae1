from tenants.branding.models import Branding
from tenants.branding.palette import Palette, palette
from tenants.branding.queries import forget_branding


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
