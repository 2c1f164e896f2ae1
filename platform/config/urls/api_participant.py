"""The interface for participants' programs, on every organisation's host."""

from django.urls import include, path

from tenants.views.guide import guide
from web.api.schema import schema

urlpatterns = [
    path("api/v1/", guide, {"urlconf": __name__, "side": "participant"}, name="guide"),
    path("api/v1/", include("conversations.urls.api_site")),
    path("api/v1/schema/", schema, {"urlconf": __name__}),
]
