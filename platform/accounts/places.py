"""Where somebody is signed in: kept for staff, so that they can see it and sign out everywhere."""

from contextlib import suppress
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.signals import login_code_rejected, user_logged_in, user_logged_out
from allauth.mfa.signals import authentication_failed, authenticator_added, authenticator_removed

from kernel import audit
from kernel.postgresql.base import NoTenant
from kernel.tenancy import current_tenant, is_in_control_plane

# What the audit chain says of accounts; of participants it says nothing (decision 041).
_NOTED = {
    user_logged_in: "signed in",
    user_logged_out: "signed out",
    login_code_rejected: "sign-in code refused",
    authentication_failed: "second factor refused",
    authenticator_added: "second factor added",
    authenticator_removed: "second factor removed",
}


def listen() -> None:
    """
    Take the place of allauth's own listeners, which would write also where the table is not.

    A tenant's schema keeps no addresses on the network (architecture 2), so client users have no such list.
    """
    from allauth.usersessions import signals

    user_logged_in.disconnect(receiver=signals.on_user_logged_in)
    authenticator_added.connect(note_new_factor, dispatch_uid="accounts.note_new_factor")
    user_logged_in.connect(note_place, dispatch_uid="accounts.note_place")
    for signal in _NOTED:
        signal.connect(note_in_audit, dispatch_uid="accounts.note_in_audit")


def note_new_factor(sender: type, **what: Any) -> None:  # noqa: ANN401, ARG001  (a signal's arguments)
    """Setting a factor up shows that it is there: it need not be given again a second later."""
    kind = what["authenticator"].type
    if kind in {"totp", "webauthn"}:
        record_authentication(what["request"], what["user"], method="mfa", type=kind, reauthenticated=True)


def note_place(sender: type, **what: Any) -> None:  # noqa: ANN401  (a signal's arguments)
    from allauth.usersessions import signals

    if is_in_control_plane():
        signals.on_user_logged_in(sender, **what)


def note_in_audit(sender: type, **what: Any) -> None:  # noqa: ANN401, ARG001  (a signal's arguments)
    """Who signed in, by which id; neither from where nor under which address."""
    organisation = None
    with suppress(NoTenant):
        organisation = None if is_in_control_plane() else current_tenant().organisation
    account = what.get("user")
    audit.record(_NOTED[what["signal"]], by=account and account.pk, organisation=organisation)
