from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tenants.branding.palette import palette
from tenants.branding.queries import branding


def theme(request: HttpRequest) -> HttpResponse:
    """The organisation's colours as CSS properties; the only stylesheet that differs between sites."""
    colours = palette(branding().brand_colour)
    response = render(request, "tenants/theme.css", {"colours": colours}, content_type="text/css")
    response["Cache-Control"] = "public, max-age=300"
    return response
