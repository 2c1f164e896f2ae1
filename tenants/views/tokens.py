"""One's own tokens for programs, on the console and at an organisation: seen, made with the second factor, taken back."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts import tokens
from accounts.tokens import Made
from kernel import audit
from kernel.errors import DomainError
from tenants.auth import AccountRequest, StaffRequest, client_only, freshly_confirmed, staff_only
from web.api.scopes import EXPLAINED, Scope

_STAFF = (Scope.READ, Scope.WRITE, Scope.ACTS, Scope.CODING)
_CLIENTS = (Scope.READ, Scope.ROSTER)
_DAYS = 30
_LONGEST_NUMBER = 3


@require_GET
@staff_only()
def staff_tokens(request: StaffRequest) -> HttpResponse:
    return _page(request, _STAFF)


@require_POST
@staff_only()
@freshly_confirmed
def make_for_staff(request: StaffRequest) -> HttpResponse:
    """A new one, whose secret stands on the page that answers and nowhere else."""
    response, made = _make(request, _STAFF)
    if made is not None:
        audit.record("token made", by=request.staff.id, about={"token": str(made.token.pk)})
    return response


@require_POST
@staff_only()
def revoke_of_staff(request: StaffRequest, token: UUID) -> HttpResponse:
    audit.record("token taken back", by=request.staff.id, about={"token": str(token)})
    return _revoke(request, token)


@require_GET
@client_only
def client_tokens(request: AccountRequest) -> HttpResponse:
    return _page(request, _CLIENTS)


@require_POST
@client_only
@freshly_confirmed
def make_for_client(request: AccountRequest) -> HttpResponse:
    return _make(request, _CLIENTS)[0]


@require_POST
@client_only
def revoke_of_client(request: AccountRequest, token: UUID) -> HttpResponse:
    return _revoke(request, token)


def _make(request: AccountRequest, scopes: tuple[Scope, ...]) -> tuple[HttpResponse, Made | None]:
    typed = request.POST.get("days", "")
    is_number = typed.isascii() and typed.isdecimal() and len(typed) <= _LONGEST_NUMBER
    try:
        made = tokens.make_token(
            account=request.user,
            name=request.POST.get("name", ""),
            scopes=[scope for scope in scopes if scope in request.POST.getlist("scope")],
            days=int(typed) if is_number else 0,
            at=timezone.now(),
        )
    except DomainError as refusal:
        return _page(request, scopes, refusal), None
    return _page(request, scopes, made=made), made


def _revoke(request: AccountRequest, token: UUID) -> HttpResponse:
    tokens.revoke(account=request.user, token=token)
    messages.success(request, "Taken back. It opens nothing any more.")
    return HttpResponseRedirect(reverse("tokens"))


def _page(
    request: AccountRequest,
    scopes: tuple[Scope, ...],
    refusal: DomainError | None = None,
    made: Made | None = None,
) -> HttpResponse:
    context = {
        "tokens": tokens.tokens_of(request.user, at=timezone.now()),
        "scopes": [(scope.value, EXPLAINED[scope]) for scope in scopes],
        "chosen": request.POST.getlist("scope") if refusal else [Scope.READ.value],
        "typed": {name: request.POST.get(name, "") if refusal else "" for name in ("name", "days")},
        "guide": reverse("guide_for_clients" if scopes == _CLIENTS else "guide"),
        "days": _DAYS,
        "made": made,
        "problem": refusal.sentence if refusal else "",
        "problem_code": refusal.code if refusal else "",
    }
    return render(request, "tenants/tokens.html", context, status=refusal.status if refusal else 200)
