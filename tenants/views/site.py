from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tenants.branding.palette import palette
from tenants.branding.queries import branding
from tenants.branding.queries import logo as logo_of


def theme(request: HttpRequest) -> HttpResponse:
    """The organisation's colours as CSS properties; the only stylesheet that differs between sites."""
    colours = palette(branding().brand_colour)
    response = render(
        request, "tenants/theme.css", {"colours": colours}, content_type="text/css; charset=utf-8"
    )
    response["Cache-Control"] = "public, max-age=300"
    return response


def logo(request: HttpRequest, digest: str) -> HttpResponse:  # noqa: ARG001  (Django's signature)
    """The organisation's logo. Its name changes with the picture, so whoever has it need never ask again."""
    response = HttpResponse(logo_of(digest), content_type="image/png")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
