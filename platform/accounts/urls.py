"""Signing in with an account: the same pages on the console and, for client users, at their organisation."""

from allauth.account import views
from django.urls import include, path

from accounts.views import signed_in_places

urlpatterns = [
    path("sign-in/", views.request_login_code, name="account_login"),
    path("sign-in/", views.request_login_code, name="account_request_login_code"),
    path("sign-in/code/", views.confirm_login_code, name="account_confirm_login_code"),
    path("sign-out/", views.logout, name="account_logout"),
    path("switched-off/", views.account_inactive, name="account_inactive"),
    path("security/", include("allauth.mfa.urls")),
    path("security/places/", signed_in_places, name="usersessions_list"),
]
