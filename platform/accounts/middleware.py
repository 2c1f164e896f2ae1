from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from redis.exceptions import ConnectionError as ValkeyAway
from redis.exceptions import TimeoutError as ValkeySilent

from kernel.tenancy import is_in_control_plane
from kernel.valkey import ValkeyDown
from web.api.problems import is_for_programs
from web.errors import refusal_page

CLIENT_PAGES = "/organisation/"


class AccountsMiddleware:
    """
    Sessions of accounts: on the console and under /organisation/, and nowhere else.

    A participant's page never opens one, even in a browser that has both.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.with_account = SessionMiddleware(AuthenticationMiddleware(MessageMiddleware(get_response)))

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Programs bring tokens, and no cookie counts for them.
        if is_for_programs(request) or not (is_in_control_plane() or request.path.startswith(CLIENT_PAGES)):
            return self.get_response(request)
        try:
            return self._with_account(request)
        except (ValkeyAway, ValkeySilent):
            return refusal_page(request, ValkeyDown())

    def _with_account(self, request: HttpRequest) -> HttpResponse:
        response = self.with_account(request)
        assert isinstance(response, HttpResponse)  # noqa: S101  (no part of it is asynchronous)
        response["Permissions-Policy"] = settings.PERMISSIONS_WITH_PASSKEYS
        return response
