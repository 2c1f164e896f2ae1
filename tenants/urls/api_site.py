"""The interface for client users' programs, as far as their account goes."""

from django.urls import path

from tenants.api import accounts

urlpatterns = [path("token/", accounts.OwnToken.as_view())]
