from django.urls import path

from tenants.views.site import logo, theme

urlpatterns = [
    path("theme.css", theme, name="theme"),
    path("logo/<slug:digest>.png", logo, name="logo"),
]
