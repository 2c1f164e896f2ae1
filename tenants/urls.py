from django.urls import path

from tenants.views import theme

urlpatterns = [path("theme.css", theme, name="theme")]
