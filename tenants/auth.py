"""
Who of Clever Together is here, and where they may go.

Every page of the console is decorated with one of these; none is open by default. Signing in itself
is allauth's (`accounts`): a code by mail, then a passkey or an authenticator app.
"""

import functools
import time
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar
from uuid import UUID

from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from accounts.models import Account
from kernel import audit
from kernel.errors import NotFound
from kernel.tenancy import tenant_context
from tenants.models import Organisation, Role
from tenants.permissions import ClientUser, RoleMissing, Staff
from tenants.queries import Site
from tenants.queries import staff as staff_queries

P = ParamSpec("P")

_LONGEST_SECONDS = 12 * 60 * 60
_NOTED = "noted"


class AccountRequest(HttpRequest):
    """A request by somebody who signed in with an account and a second factor."""

    user: Account


R = TypeVar("R", bound=AccountRequest)


class PortalRequest(AccountRequest):
    """A request by a client user at their organisation's own site, inside its schema."""

    client_user: ClientUser
    organisation: Site


class StaffRequest(AccountRequest):
    """A request on the console by somebody of Clever Together."""

    staff: Staff


class ClientRequest(StaffRequest):
    """A request about one organisation, inside its schema."""

    client: Organisation


View = Callable[Concatenate[StaffRequest, P], HttpResponse]
ClientView = Callable[Concatenate[ClientRequest, P], HttpResponse]


def staff_only(*roles: Role) -> Callable[[View[P]], Callable[..., HttpResponse]]:
    """
    For staff who have one of the roles anywhere; for all staff where none is named.

    Raises RoleMissing for the others; who is not signed in is led to the door.
    """

    def decorate(view: View[P]) -> Callable[..., HttpResponse]:
        def inside(request: StaffRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            way = _way_to_door(request)
            if way is not None:
                return way
            request.staff = staff_queries.at_work(request.user)
            _require(request, roles, None)
            return view(request, *args, **kwargs)

        functools.update_wrapper(inside, view)
        return inside

    return decorate


def in_organisation(*roles: Role) -> Callable[[ClientView[P]], Callable[..., HttpResponse]]:
    """
    For staff with one of the roles in the organisation whose id leads the address; the view runs inside it.

    An organisation that somebody is not assigned to does not exist for them (NotFound). Raises RoleMissing
    where they are, in another role.
    """

    def decorate(view: ClientView[P]) -> Callable[..., HttpResponse]:
        def inside(
            request: ClientRequest, /, organisation: UUID, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponse:
            way = _way_to_door(request)
            if way is not None:
                return way
            client, request.staff = staff_queries.at_work_in(organisation, request.user)
            if not request.staff.roles:
                _note_once(request, "refused", client.id)
                raise NotFound
            # Only now: a page of refusal shows the organisation that the request is about.
            request.client = client
            _require(request, roles, client.id)
            _note_once(request, "organisation entered", client.id)
            with tenant_context(request.client.tenant):
                return view(request, *args, **kwargs)

        functools.update_wrapper(inside, view)
        return inside

    return decorate


def client_only(view: Callable[Concatenate[PortalRequest, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """For client users of the organisation whose site this is. Their accounts exist nowhere else."""

    def inside(request: PortalRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        way = _way_to_door(request)
        if way is not None:
            return way
        request.client_user = ClientUser(id=request.user.pk, name=request.user.name)
        return view(request, *args, **kwargs)

    functools.update_wrapper(inside, view)
    return inside


def freshly_confirmed(
    view: Callable[Concatenate[R, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """
    Stands directly over the view: the second factor was given again within five minutes.

    The session alone is asked. allauth's own decorator looks for somebody's factors in the place where
    the view runs, finds none of a member of staff inside an organisation, and would let them through.
    """

    def inside(request: R, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        records = get_authentication_records(request, request.user)
        given = [record["at"] for record in records if record.get("reauthenticated")]
        if not given or time.time() - given[-1] > settings.ACCOUNT_REAUTHENTICATION_TIMEOUT:
            raise ReauthenticationRequired
        return view(request, *args, **kwargs)

    functools.update_wrapper(inside, view)
    return inside


def _require(request: StaffRequest, roles: tuple[Role, ...], organisation: UUID | None) -> None:
    if roles and request.staff.roles.isdisjoint(roles):
        _note_once(request, "refused", organisation)
        raise RoleMissing


def _way_to_door(request: AccountRequest) -> HttpResponse | None:
    """Where somebody must go first: signing in, or setting up a second factor. None: come in."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path(), reverse("account_login"))
    records = get_authentication_records(request, request.user)
    if not records or time.time() - records[0]["at"] > _LONGEST_SECONDS:
        logout(request)
        return redirect_to_login(request.get_full_path(), reverse("account_login"))
    if not staff_queries.has_second_factor(request.user):
        return HttpResponseRedirect(reverse("mfa_index"))
    return None


def _note_once(request: StaffRequest, what: str, organisation: UUID | None) -> None:
    """Once in each session: that somebody looked into an organisation, or was refused there."""
    noted = request.session.get(_NOTED, [])
    mark = f"{what} {organisation or ''}"
    if mark not in noted:
        request.session[_NOTED] = [*noted, mark]
        audit.record(what, by=request.staff.id, organisation=organisation)
