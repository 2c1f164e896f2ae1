"""The interface of the console."""

from django.urls import include, path

from tenants.views.guide import guide
from web.api.schema import schema

urlpatterns = [
    path("api/v1/", guide, {"urlconf": __name__, "side": "staff"}, name="guide"),
    path("api/v1/", include("tenants.urls.api_console")),
    path("api/v1/", include("conversations.urls.api_console")),
    path("api/v1/", include("privacy.requests.urls.api_console")),
    path("api/v1/", include("reporting.coding.urls.api_console")),
    path("api/v1/schema/", schema, {"urlconf": __name__}),
]
