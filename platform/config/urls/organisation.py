"""The site of an organisation."""

from django.urls import include, path

from web import views

handler400 = "web.errors.bad_request"
handler404 = "web.errors.not_found"
handler500 = "web.errors.broken"

urlpatterns = [
    path("_language/<slug:language>/", views.choose_language, name="language"),
    path("organisation/", include("accounts.urls")),
    path("", include("config.urls.api_participant")),
    path("", include("config.urls.api_client")),
    path("organisation/", include("reporting.portal.urls")),
    path("", include("tenants.urls.site")),
    path("", include("conversations.urls.site")),
]
