from django.urls import path

from tenants.views.site import theme

urlpatterns = [path("theme.css", theme, name="theme")]
