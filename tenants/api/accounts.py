"""Who comes in with an account's token, and their own token itself."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import tokens
from accounts.models import Account, Token
from kernel import limits
from kernel.limits import Allowance
from kernel.tenancy import current_tenant, is_in_control_plane
from tenants.queries.staff import has_second_factor
from web.api.endpoint import KEY_HEADER, Endpoint, operation, require_scope
from web.api.once import Asked, once
from web.api.problems import TokenRefused
from web.api.scopes import Scope
from web.api.shapes import Shape, Text
from web.api.tags import tagged


class AccountEndpoint(Endpoint):
    """Asked by a program of somebody with an account and a second factor."""

    token: Token
    account: Account
    now: datetime
    allowance: Allowance | None = None
    # Any token may end itself.
    narrows = True

    def come_in(self, request: Request, scope: Scope) -> None:
        self.now = timezone.now()
        self.token = tokens.token_behind(self.bearer(), at=self.now)
        self.account = self.token.account
        if not has_second_factor(self.account):
            raise TokenRefused
        self.allowance = limits.count_here(
            what="api", who=str(self.token.pk), rate=settings.API_REQUESTS, today=timezone.localdate()
        )
        self.enter(request)
        if self.narrows:
            require_scope(self.token.scopes, scope)

    def enter(self, request: Request) -> None:
        """Where the address leads, for those below. Raises what keeps somebody out."""

    def finalize_response(self, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401  (the framework's signature)
        """What is left of the token's allowance, and for what was read a tag: no participant's answer has either."""
        response = super().finalize_response(*args, **kwargs)
        if self.allowance is not None:
            most, window = self.allowance.most, self.allowance.window
            response["RateLimit-Policy"] = f'"token";q={most};w={window}'
            response["RateLimit"] = f'"token";r={self.allowance.left};t={self.allowance.ends_in}'
        was_read = self.request.method == "GET" and response.status_code == HTTPStatus.OK
        if was_read and isinstance(response, Response):
            known = self.request.headers.get("If-None-Match", "")
            response.add_post_render_callback(partial(tagged, known=known))
        return response

    def sent(self) -> bytes:
        """What tells two requests under one key apart."""
        return repr(self.request.data).encode()

    def once(self, work: Callable[[], HttpResponse]) -> HttpResponse:
        if KEY_HEADER not in self.request.headers:
            return work()
        what = f"{self.request.method} {self.request.get_full_path()} ".encode() + self.sent()
        place = "control" if is_in_control_plane() else current_tenant().schema_name
        return once(Asked(place, self.bearer(), self.form(), what), work)


class TokenShape(Shape):
    """A token, without its secret."""

    name = Text()
    scopes = serializers.ListField(child=Text())
    made_on = serializers.DateField()
    expires_at = serializers.DateTimeField()


class OwnToken(AccountEndpoint):
    tag = "Token"
    narrows = False

    @operation("get_own_token", gives=TokenShape)
    def get(self, request: Request) -> Response:  # noqa: ARG002  (the framework's signature)
        """What this token is for, and until when. Tokens are made on one's own page, with a second factor."""
        return self.given(TokenShape, self.token)

    @operation("revoke_own_token", status=204)
    def delete(self, request: Request) -> Response:  # noqa: ARG002
        """End this token at once."""
        tokens.revoke(account=self.account, token=self.token.pk)
        return self.nothing()
