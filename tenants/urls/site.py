from django.urls import path

from tenants.views import tokens
from tenants.views.site import logo, theme

urlpatterns = [
    path("organisation/tokens/", tokens.client_tokens, name="tokens"),
    path("organisation/tokens/new/", tokens.make_for_client, name="make_token"),
    path("organisation/tokens/<uuid:token>/revoke/", tokens.revoke_of_client, name="revoke_token"),
    path("theme.css", theme, name="theme"),
    path("logo/<slug:digest>.png", logo, name="logo"),
]
