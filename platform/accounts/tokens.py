"""
Tokens of accounts, for programs: shown once, kept as a digest, good until their day at the most.

A token narrows what its account may do. Roles and assignments are asked at each use, so it never carries more
than the account has at that moment. A member of staff's stand in the control plane, a client user's in the
organisation's schema: called in either place, these ask that place alone.
"""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Token
from kernel.errors import DomainError, NotFound
from kernel.text import one_line
from web.api.problems import TokenRefused
from web.api.scopes import Scope

# So that whoever finds one in a log or a repository sees what it is.
PREFIX = "conversations_"
MOST_DAYS, MOST_TOKENS, MOST_CHARACTERS_OF_NAME = 90, 20, 60
_SECRET_BYTES = 32


class NameMissing(DomainError):
    code = "token_name_missing"
    status = 422
    message = _("Give it a name of up to 60 characters, so that you know later which program has it.")


class ScopesMissing(DomainError):
    code = "token_scopes_missing"
    status = 422
    message = _("Choose at least one thing that the program may do.")


class DaysNotPossible(DomainError):
    code = "token_days_not_possible"
    status = 422
    message = _("Choose between 1 and 90 days.")


class TooManyTokens(DomainError):
    code = "too_many_tokens"
    message = _("You have 20 tokens already. Take one back that no program needs any more.")


@dataclass(frozen=True, slots=True)
class Made:
    """`secret` is what the program sends. It stands nowhere else."""

    token: Token
    secret: str


def make_token(*, account: Account, name: str, scopes: Collection[Scope], days: int, at: datetime) -> Made:
    """Raises NameMissing, ScopesMissing, DaysNotPossible, TooManyTokens."""
    name = one_line(name)
    if not 0 < len(name) <= MOST_CHARACTERS_OF_NAME:
        raise NameMissing
    if not scopes:
        raise ScopesMissing
    if not 1 <= days <= MOST_DAYS:
        raise DaysNotPossible
    if Token.objects.filter(account=account, expires_at__gt=at).count() >= MOST_TOKENS:
        raise TooManyTokens
    secret = PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
    token = Token.objects.create(
        account=account,
        name=name,
        digest=_digest(secret),
        scopes=sorted(scopes),
        made_on=at.date(),
        expires_at=at + timedelta(days=days),
    )
    return Made(token, secret)


def token_behind(secret: str, *, at: datetime) -> Token:
    """The token that a program sent, with its account. Raises TokenRefused; the reason is the same for all."""
    if not secret.startswith(PREFIX):
        raise TokenRefused
    found = (
        Token.objects.select_related("account")
        .filter(digest=_digest(secret), expires_at__gt=at, account__is_active=True)
        .first()
    )
    if found is None:
        raise TokenRefused
    if found.used_on != at.date():
        Token.objects.filter(pk=found.pk).update(used_on=at.date())
    return found


def tokens_of(account: Account, *, at: datetime) -> list[Token]:
    """Those that are still good, the newest first."""
    return list(Token.objects.filter(account=account, expires_at__gt=at).order_by("-made_on", "name", "pk"))


def revoke(*, account: Account, token: UUID) -> None:
    """Ends at once. Raises NotFound for somebody else's."""
    gone, _tables = Token.objects.filter(pk=token, account=account).delete()
    if not gone:
        raise NotFound


def _digest(secret: str) -> bytes:
    """256 random bits need no slow digest: nobody guesses them."""
    return hashlib.sha256(secret.encode()).digest()
