"""The console: Clever Together's own site, on a host of its own. Only staff with a second factor get past its door."""

from django.urls import include, path

handler400 = "web.errors.bad_request"
handler404 = "web.errors.not_found"
handler500 = "web.errors.broken"

urlpatterns = [
    path("", include("accounts.urls")),
    path("", include("config.urls.api_console")),
    path("", include("tenants.urls.console")),
    path("", include("privacy.datamap.urls")),
    path("", include("privacy.deletion.urls.console")),
    path("", include("privacy.requests.urls.console")),
    path("", include("conversations.urls.console")),
    path("", include("reporting.coding.urls.console")),
    path("", include("reporting.figures.urls.console")),
    path("", include("reporting.findings.urls.console")),
    path("", include("reporting.documents.urls.console")),
]
