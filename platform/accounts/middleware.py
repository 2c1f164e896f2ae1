import time
from collections.abc import Callable
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.views import redirect_to_login
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from redis.exceptions import ConnectionError as ValkeyAway
from redis.exceptions import TimeoutError as ValkeySilent

from kernel.tenancy import is_in_control_plane
from kernel.valkey import ValkeyDown
from web.api.problems import is_for_programs
from web.errors import refusal_page

CLIENT_PAGES = "/organisation/"
# What changes how somebody signs in needs both factors again, not one; how old they may be.
_NEW_SECONDS = 10 * 60
_CHANGES = {
    *("mfa_activate_totp", "mfa_deactivate_totp", "mfa_add_webauthn", "mfa_remove_webauthn"),
    *("mfa_generate_recovery_codes", "mfa_view_recovery_codes", "mfa_download_recovery_codes"),
}


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

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponse],  # noqa: ARG002  (Django's signature)
        args: tuple[Any, ...],  # noqa: ARG002
        kwargs: dict[str, Any],  # noqa: ARG002
    ) -> HttpResponse | None:
        """To the door, where somebody with a second factor changes factors long after signing in."""
        match = request.resolver_match
        if match is None or match.url_name not in _CHANGES or not request.user.is_authenticated:
            return None
        records = get_authentication_records(request, request.user)
        is_new = bool(records) and time.time() - records[0]["at"] < _NEW_SECONDS
        if is_new or not is_mfa_enabled(request.user):
            return None
        logout(request)
        return redirect_to_login(request.get_full_path(), reverse("account_login"))

    def _with_account(self, request: HttpRequest) -> HttpResponse:
        response = self.with_account(request)
        assert isinstance(response, HttpResponse)  # noqa: S101  (no part of it is asynchronous)
        response["Permissions-Policy"] = settings.PERMISSIONS_WITH_PASSKEYS
        return response
