"""Pictures that come with a form."""

from django.http import HttpRequest

from tenants.branding.logos import MOST_BYTES, Logo, LogoTooHeavy, read_logo


def logo_from(request: HttpRequest) -> Logo | None:
    """The uploaded logo, written anew; None where none was chosen. Raises LogoRefused."""
    upload = request.FILES.get("logo")
    if upload is None:
        return None
    if (upload.size or 0) > MOST_BYTES:
        raise LogoTooHeavy
    return read_logo(upload.read())
