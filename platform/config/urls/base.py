"""The base host: it exists in a demonstration only, and leads to the demonstration's sites."""

from django.urls import path

from config import demo_views
from web import views

handler400 = "web.errors.bad_request"
handler404 = "web.errors.not_found"
handler500 = "web.errors.broken"

urlpatterns = [
    path("", demo_views.start, name="demo_start"),
    path("outbox/", demo_views.outbox, name="demo_outbox"),
    path("_language/<slug:language>/", views.choose_language, name="language"),
    path("_components/", views.components, name="components"),
]
