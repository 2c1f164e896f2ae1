"""On the base host: for people who have no account, or whose conversation is over."""

from django.urls import path

from privacy.requests.views import public

urlpatterns = [
    path("requests/", public.start, name="requests"),
    path("requests/ask/", public.ask, name="request_ask"),
    path("requests/show/", public.show, name="request_show"),
    path("requests/confirm/", public.confirm, name="request_confirm"),
    path("requests/copy/", public.copy, name="request_copy"),
]
