"""The interface for client users' programs, on every organisation's host."""

from django.urls import include, path

from tenants.views.guide import guide
from web.api.schema import schema

urlpatterns = [
    path("api/v1/organisation/", guide, {"urlconf": __name__, "side": "client"}, name="guide_for_clients"),
    path("api/v1/organisation/", include("tenants.urls.api_site")),
    path("api/v1/organisation/", include("conversations.urls.api_client")),
    path("api/v1/organisation/", include("reporting.portal.api.urls")),
    path("api/v1/organisation/schema/", schema, {"urlconf": __name__}),
]
