"""The console, as far as the platform itself and its organisations go."""

from django.urls import path

from tenants.views import tokens
from tenants.views.console import branding, domains, organisation, organisations, staff, webhooks

_ONE = "organisations/<uuid:organisation>/"
urlpatterns = [
    path("", organisations.listed, name="account_home"),
    path("tokens/", tokens.staff_tokens, name="tokens"),
    path("tokens/new/", tokens.make_for_staff, name="make_token"),
    path("tokens/<uuid:token>/revoke/", tokens.revoke_of_staff, name="revoke_token"),
    path("staff/", staff.colleagues, name="colleagues"),
    path("staff/new/", staff.new_colleague, name="new_colleague"),
    path("staff/<uuid:account>/", staff.colleague, name="colleague"),
    path("staff/<uuid:account>/assign/", staff.assign, name="assign"),
    path("staff/<uuid:account>/change/", staff.change, name="change_colleague"),
    path("organisations/", organisations.listed, name="organisations"),
    path("organisations/new/", organisations.new, name="new_organisation"),
    path("organisations/new/short-name/", organisations.short_name, name="short_name"),
    path("organisations/new/colours/", organisations.colours, name="colours"),
    path("organisations/jobs/<uuid:job>/", organisations.progress, name="provisioning"),
    path(_ONE, organisation.overview, name="organisation"),
    path(f"{_ONE}state/", organisation.change_state, name="change_organisation"),
    path(f"{_ONE}client-users/", organisation.add_client_users, name="add_client_users"),
    path(f"{_ONE}client-users/<uuid:account>/", organisation.invite_again, name="invite_again"),
    path(
        f"{_ONE}client-users/<uuid:account>/change/",
        organisation.change_client_user,
        name="change_client_user",
    ),
    path(f"{_ONE}delete/", organisation.delete, name="delete_organisation"),
    path(f"{_ONE}branding/", branding.branding, name="branding"),
    path(f"{_ONE}theme.css", branding.theme, name="console_theme"),
    path(f"{_ONE}logo/<slug:digest>.png", branding.logo, name="console_logo"),
    path(f"{_ONE}domains/", domains.domains, name="domains"),
    path(f"{_ONE}domains/<uuid:domain>/", domains.change, name="change_domain"),
    path(f"{_ONE}webhooks/", webhooks.webhooks, name="webhooks"),
    path(f"{_ONE}webhooks/<uuid:endpoint>/", webhooks.change, name="change_webhook"),
]
