"""The site of an organisation."""

from django.urls import include, path

handler400 = "web.errors.bad_request"
handler404 = "web.errors.not_found"
handler500 = "web.errors.broken"

urlpatterns = [path("", include("tenants.urls")), path("", include("conversations.urls"))]
