from collections.abc import Callable
from dataclasses import replace

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from kernel import tenancy
from kernel.addresses import on_host
from kernel.errors import NotFound, Unavailable
from tenants.branding.queries import branding
from tenants.queries import Site, site_at
from web.errors import refusal_page


class SitePaused(Unavailable):
    """The organisation was suspended, or its schema waits for a migration."""

    code = "site_paused"
    message = _("This site is paused at the moment. Nothing in it is lost. Please come back later.")


class OrganisationMiddleware:
    """
    Finds the organisation by the host, enters it, and afterwards verifies where the database stands.

    An unknown host is nobody's: there is no default organisation.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            host = host_of(request)
        except DisallowedHost:
            return refusal_page(request, NotFound())
        if host == settings.BASE_DOMAIN.split(":")[0]:
            request.urlconf = settings.BASE_URLCONF
            return self.get_response(request)
        if host == settings.CONSOLE_HOST:
            return self._on_console(request)
        return self._at_site(request, host)

    def _at_site(self, request: HttpRequest, host: str) -> HttpResponse:
        try:
            site = site_at(host)
        except DatabaseError:
            return refusal_page(request, Unavailable())
        if site is None:
            return refusal_page(request, NotFound())
        if site.leads_on and request.method in {"GET", "HEAD"}:
            return HttpResponseRedirect(on_host(site.leads_on) + request.get_full_path()[1:])
        if not site.is_serving:
            return refusal_page(request, SitePaused())
        return self._inside(request, site)

    def _on_console(self, request: HttpRequest) -> HttpResponse:
        """The control plane's own site. It speaks English (decision 016)."""
        request.urlconf = settings.CONSOLE_URLCONF
        tenancy.enter_control_plane()
        try:
            with translation.override("en"):
                response = self.get_response(request)
        finally:
            tenancy.leave()
        response.headers["Content-Language"] = "en"
        return response

    def _inside(self, request: HttpRequest, site: Site) -> HttpResponse:
        tenancy.enter(site.tenant)
        try:
            try:
                request.organisation = replace(site, logo=branding().logo)  # type: ignore[attr-defined]  # read by pages
            except DatabaseError:
                return refusal_page(request, Unavailable())
            return self.get_response(request)
        finally:
            tenancy.leave()


def host_of(request: HttpRequest) -> str:
    """The host without port, in lower case, without a trailing dot. Forwarded hosts are never believed."""
    return request.get_host().rsplit(":", 1)[0].lower().removesuffix(".")
