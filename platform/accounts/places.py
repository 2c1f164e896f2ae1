"""
Where somebody is signed in, so that they can see it and sign out everywhere.

Of staff it stands in the control plane, with the address on the network. A tenant's schema keeps no such
thing (architecture 2): of client users it stands in Valkey for as long as a session lasts, without an address.
"""

import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from allauth.account.internal.flows.login import record_authentication
from allauth.account.signals import (
    authentication_step_completed,
    login_code_rejected,
    user_logged_in,
    user_logged_out,
)
from allauth.mfa.signals import authentication_failed, authenticator_added, authenticator_removed
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.cache import SessionStore
from django.http import HttpRequest

from kernel import audit
from kernel.postgresql.base import NoTenant
from kernel.tenancy import current_tenant, is_in_control_plane
from kernel.valkey import answering, web_client

# What the audit chain says of accounts; of participants it says nothing (decision 041).
_NOTED = {
    user_logged_in: "signed in",
    user_logged_out: "signed out",
    login_code_rejected: "sign-in code refused",
    authentication_failed: "second factor refused",
    authenticator_added: "second factor added",
    authenticator_removed: "second factor removed",
}
# As long as a session may last.
_SECONDS = 12 * 60 * 60
_MOST_OF_BROWSER = 200


@dataclass(frozen=True, slots=True)
class Place:
    """One browser of somebody's. `address` is empty for client users."""

    since: datetime
    address: str
    browser: str
    is_here: bool


class _Kept(msgspec.Struct):
    since: float
    browser: str


def places_of(request: HttpRequest, account: UUID) -> list[Place]:
    """Where an account is signed in to this site, the first first."""
    here = request.session.session_key
    if is_in_control_plane():
        found = [
            Place(one.created_at, str(one.ip), one.user_agent, is_here=one.session_key == here)
            for one in UserSession.objects.filter(user_id=account)
            if one.exists()
        ]
    else:
        found = [
            Place(datetime.fromtimestamp(kept.since, UTC), "", kept.browser, is_here=key == here)
            for key, kept in _kept(account).items()
        ]
    return sorted(found, key=lambda place: place.since)


def end_places(account: UUID, *, but: str | None = None) -> None:
    """End an account's sessions on this site, all or all but one."""
    if is_in_control_plane():
        for place in UserSession.objects.filter(user_id=account).exclude(session_key=but or ""):
            place.end()
        return
    for key in _kept(account):
        if key != but:
            SessionStore(key).delete()
            with answering():
                web_client().hdel(_name(account), key)


def listen() -> None:
    """Take the place of allauth's own listeners, which would write also where the table is not."""
    from allauth.usersessions import signals

    user_logged_in.disconnect(receiver=signals.on_user_logged_in)
    authenticator_added.connect(note_new_factor, dispatch_uid="accounts.note_new_factor")
    user_logged_in.connect(note_place, dispatch_uid="accounts.note_place")
    authentication_step_completed.connect(renew_session, dispatch_uid="accounts.renew_session")
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
        return
    request = what["request"]
    if not request.session.session_key:
        request.session.save()
    browser = request.headers.get("User-Agent", "")[:_MOST_OF_BROWSER]
    note_session(what["user"].pk, request.session.session_key, browser)


def note_session(account: UUID, key: str, browser: str) -> None:
    """A client user signed in just now, inside their organisation."""
    _keep(account, key, _Kept(time.time(), browser))


def renew_session(sender: type, **what: Any) -> None:  # noqa: ANN401, ARG001  (a signal's arguments)
    """Whoever shows again who they are goes on in a session of a new name; the old name opens nothing."""
    if not what.get("reauthenticated"):
        return
    request, account = what["request"], what["user"].pk
    before = request.session.session_key
    request.session.cycle_key()
    after = request.session.session_key
    if is_in_control_plane():
        UserSession.objects.filter(session_key=before).update(session_key=after)
        return
    with answering():
        kept = web_client().hget(_name(account), before)
        if isinstance(kept, bytes):
            _keep(account, after, msgspec.msgpack.decode(kept, type=_Kept))


def note_in_audit(sender: type, **what: Any) -> None:  # noqa: ANN401, ARG001  (a signal's arguments)
    """Who signed in, by which id; neither from where nor under which address."""
    organisation = None
    with suppress(NoTenant):
        organisation = None if is_in_control_plane() else current_tenant().organisation
    account = what.get("user")
    audit.record(_NOTED[what["signal"]], by=account and account.pk, organisation=organisation)


def _name(account: UUID) -> str:
    return f"web:{current_tenant().schema_name}:places:{account.hex}"


def _keep(account: UUID, key: str, kept: _Kept) -> None:
    with answering():
        pipe = web_client().pipeline(transaction=True)
        pipe.hset(_name(account), key, msgspec.msgpack.encode(kept))
        pipe.expire(_name(account), _SECONDS)
        pipe.execute()


def _kept(account: UUID) -> dict[str, _Kept]:
    """Of those sessions alone that are still there."""
    with answering():
        raw = web_client().hgetall(_name(account))
    found = {
        key.decode(): msgspec.msgpack.decode(kept, type=_Kept)
        for key, kept in raw.items()
        if isinstance(key, bytes) and isinstance(kept, bytes)
    }
    return {key: kept for key, kept in found.items() if SessionStore().exists(key)}
