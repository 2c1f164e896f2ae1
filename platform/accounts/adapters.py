"""What allauth asks us: how mails read, that nobody can sign up, how secrets are kept."""

import secrets
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.utils import user_email
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib import messages
from django.core.mail import EmailMessage
from django.http import HttpRequest

from accounts.models import Account
from kernel import sealing
from web.network import address_of

_BOUND = b"accounts: second factor"
# What a mail says, by the name allauth has for it. Others are never sent.
_CODE_MAIL = """\
Hello,

your code is {code}

It is good for five minutes, in the browser that asked for it. If you did not ask for a code, do nothing: without it nobody gets in.
"""
_CHANGE_MAIL = """\
Hello,

{what} just now. If that was not you, tell an operator at once.
"""
# Subjects of the mails about changes, by the name allauth has for them. Others are never sent.
_CHANGES = {
    "mfa/email/totp_activated": "An authenticator app was added to your account",
    "mfa/email/totp_deactivated": "The authenticator app was removed from your account",
    "mfa/email/webauthn_added": "A passkey was added to your account",
    "mfa/email/webauthn_removed": "A passkey was removed from your account",
    "mfa/email/recovery_codes_generated": "New recovery codes were made for your account",
}


class AccountAdapter(DefaultAccountAdapter):
    """Codes by mail, for accounts that an operator or an invitation made."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def get_reauthentication_methods(self, user: Account) -> list[dict[str, str]]:
        """The passkey first, where there is one."""
        methods: list[dict[str, str]] = super().get_reauthentication_methods(user)
        return sorted(methods, key=lambda method: "webauthn" not in method["id"])

    def generate_login_code(self) -> str:
        return f"{secrets.randbelow(10**8):08d}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        if template_prefix == "account/email/login_code":
            text = _CODE_MAIL.format(code=context["code"])
            EmailMessage(subject="Your sign-in code", body=text, to=[email]).send()
        elif template_prefix in _CHANGES:
            subject = _CHANGES[template_prefix]
            EmailMessage(subject=subject, body=_CHANGE_MAIL.format(what=subject), to=[email]).send()

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Account,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        self.send_mail(template_prefix, email or user_email(user), context or {})

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,  # noqa: ARG002
        extra_tags: str = "",  # noqa: ARG002
        message: str | None = None,
    ) -> None:
        """Refusals are said; what went well can be seen on the page itself."""
        if message and not message_template:
            messages.add_message(request, level, message)

    def get_client_ip(self, request: HttpRequest) -> str:
        return address_of(request) or "0.0.0.0"  # noqa: S104  (no interface is bound: nobody told us)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets of authenticator apps are sealed under our own key, not left in the table."""

    def encrypt(self, text: str) -> str:
        return sealing.seal(_key(), text.encode(), _BOUND).hex()

    def decrypt(self, encrypted_text: str) -> str:
        return sealing.unseal(_key(), bytes.fromhex(encrypted_text), _BOUND).decode()

    def get_totp_issuer(self) -> str:
        return "Conversations"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": "Conversations"}


def _key() -> bytes:
    return sealing.derive(settings.SECRET_KEY.encode().ljust(32, b"\0"), "accounts: second factor")
