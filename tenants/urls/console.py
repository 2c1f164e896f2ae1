"""The console, as far as the platform itself and its organisations go."""

from django.urls import path

from tenants.views.console import staff

urlpatterns = [
    path("", staff.home, name="account_home"),
    path("staff/", staff.colleagues, name="colleagues"),
    path("staff/new/", staff.new_colleague, name="new_colleague"),
    path("staff/<uuid:account>/", staff.colleague, name="colleague"),
    path("staff/<uuid:account>/assign/", staff.assign, name="assign"),
    path("staff/<uuid:account>/change/", staff.change, name="change_colleague"),
]
