"""Pages of the last resort: asking, deciding, seeing once, and the list of all that was asked."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from conversations.queries import care
from conversations.queries.care import Sheet
from conversations.services import identifying
from conversations.services.identifying import Form
from conversations.staff import ProjectRequest, in_project
from conversations.views.console.today import today_for
from kernel.errors import DomainError
from kernel.tenancy import control_plane
from privacy.oversight import queries as oversight
from privacy.oversight.models import MOST_CHARACTERS_OF_EXPLANATION, GroundChoice, Identification, Telling
from privacy.vault.refusals import NotGranted
from privacy.vault.shapes import Ground
from tenants.auth import freshly_confirmed
from tenants.models import Role
from tenants.queries import staff as staff_queries

_ROLES = (Role.FACILITATOR, Role.PRIVACY_OFFICER)


@require_http_methods(["GET", "POST"])
@in_project(*_ROLES)
def identify(request: ProjectRequest, kind: str, post: UUID) -> HttpResponse:
    """Ask who wrote a contribution; or, while that goes on, how far it is."""
    found = care.sheet(request.conversation, kind, post)
    form = Form(*(request.POST.get(name, "") for name in ("ground", "telling", "explanation")))
    if request.method == "POST":
        try:
            identifying.ask(
                conversation=request.conversation,
                post=found.post,
                form=form,
                by=request.staff,
                at=timezone.now(),
            )
        except DomainError as refusal:
            return _page(request, found, {"form": form, "problem": refusal.sentence}, refusal.status)
        messages.success(request, "It is asked. Privacy officers are told by mail; one of them decides.")
        return HttpResponseRedirect(request.path)
    return _page(request, found, {"form": form})


@require_POST
@in_project(Role.PRIVACY_OFFICER)
@freshly_confirmed
def decide(request: ProjectRequest, kind: str, post: UUID) -> HttpResponse:
    """Approve or refuse, by the button."""
    found = care.sheet(request.conversation, kind, post)
    number = care.open_identification_on(found.post)
    is_approved = request.POST.get("decision") == "approve"
    try:
        if number is None:
            raise NotGranted
        identifying.decide(
            conversation=request.conversation,
            identification=number,
            is_approved=is_approved,
            by=request.staff,
            at=timezone.now(),
        )
    except DomainError as refusal:
        return _page(request, found, {"problem": refusal.sentence}, refusal.status)
    messages.success(
        request, "Approved. It can be seen once, within 24 hours." if is_approved else "Refused."
    )
    return HttpResponseRedirect(reverse("identifications", args=[request.client.pk, request.conversation.pk]))


@require_POST
@in_project(*_ROLES)
@freshly_confirmed
def see(request: ProjectRequest, kind: str, post: UUID) -> HttpResponse:
    """Who wrote it, on this page and on no other."""
    found = care.sheet(request.conversation, kind, post)
    try:
        identified = identifying.see(
            conversation=request.conversation, post=found.post, by=request.staff, at=timezone.now()
        )
    except DomainError as refusal:
        return _page(request, found, {"problem": refusal.sentence}, refusal.status)
    return render(
        request, "conversations/console/identified.html", {"sheet": found, "identified": identified}
    )


@require_GET
@in_project(*_ROLES)
def identifications(request: ProjectRequest) -> HttpResponse:
    """All that were asked for, and what became of them."""
    found = oversight.identifications(conversation=request.conversation.pk)
    context = {
        "found": found,
        "names": _names(found),
        "posts": care.posts_of_identifications([one.pk for one in found]),
        "times": request.conversation.identified_times,
    }
    return render(request, "conversations/console/identifications.html", context)


def _page(
    request: ProjectRequest, found: Sheet, context: dict[str, object], status: int = 200
) -> HttpResponse:
    number = care.open_identification_on(found.post)
    going_on = (
        None if number is None else oversight.identification(number, conversation=request.conversation.pk)
    )
    may_for_wellbeing = identifying.may_identify_for_wellbeing(request.conversation, found.post)
    page = {
        "sheet": found,
        **today_for(request),
        "going_on": going_on,
        "names": _names([going_on] if going_on else []),
        "grounds": [
            (choice.value, choice.label)
            for choice in GroundChoice
            if may_for_wellbeing or choice.value != Ground.WELLBEING
        ],
        "tellings": Telling.choices,
        "most": MOST_CHARACTERS_OF_EXPLANATION,
        "form": Form("", Telling.TOLD.value, ""),
        "problem": "",
        "is_mine": going_on is not None and going_on.asked_by == request.staff.id,
        "is_officer": Role.PRIVACY_OFFICER in request.staff.roles,
        **context,
    }
    if request.method == "GET":
        page["form"] = Form("", Telling.TOLD.value, "")
    return render(request, "conversations/console/identify.html", page, status=status)


def _names(found: list[Identification]) -> dict[UUID, str]:
    accounts = {account for one in found for account in (one.asked_by, one.decided_by) if account}
    with control_plane():
        return staff_queries.names_of(accounts)
