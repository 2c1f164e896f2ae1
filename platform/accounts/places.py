"""Where somebody is signed in: kept for staff, so that they can see it and sign out everywhere."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.signals import user_logged_in
from allauth.mfa.signals import authenticator_added

from kernel.tenancy import is_in_control_plane


def listen() -> None:
    """
    Take the place of allauth's own listeners, which would write also where the table is not.

    A tenant's schema keeps no addresses on the network (architecture 2), so client users have no such list.
    """
    from allauth.usersessions import signals

    user_logged_in.disconnect(receiver=signals.on_user_logged_in)
    authenticator_added.connect(note_new_factor, dispatch_uid="accounts.note_new_factor")
    user_logged_in.connect(note_place, dispatch_uid="accounts.note_place")


def note_new_factor(sender: type, **what: Any) -> None:  # noqa: ANN401, ARG001  (a signal's arguments)
    """Setting a factor up shows that it is there: it need not be given again a second later."""
    kind = what["authenticator"].type
    if kind in {"totp", "webauthn"}:
        record_authentication(what["request"], what["user"], method="mfa", type=kind, reauthenticated=True)


def note_place(sender: type, **what: Any) -> None:  # noqa: ANN401  (a signal's arguments)
    from allauth.usersessions import signals

    if is_in_control_plane():
        signals.on_user_logged_in(sender, **what)
