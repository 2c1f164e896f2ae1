"""The interface for client users' programs, on every organisation's host."""

from django.urls import include, path

from web.api.schema import schema

urlpatterns = [
    path("api/v1/organisation/", include("tenants.urls.api_site")),
    path("api/v1/organisation/", include("conversations.urls.api_client")),
    path("api/v1/organisation/", include("reporting.portal.api.urls")),
    path("api/v1/organisation/schema/", schema, {"urlconf": __name__}),
]
