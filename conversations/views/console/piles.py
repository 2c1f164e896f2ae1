"""Piles of paper forms: their list, their totals, and what becomes of them."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from conversations.models.paper import MOST_CHARACTERS_OF_NOTE
from conversations.queries import desk
from conversations.services.hints import hints
from conversations.services.paper import keying, piles, releasing
from conversations.services.paper.piles import Pile, Totals
from conversations.staff import ProjectRequest, in_project
from conversations.views.console.typed import number
from kernel.errors import DomainError, NotFound
from kernel.text import uuid_of
from tenants.models import Role


@in_project(Role.FACILITATOR)
def all_piles(request: ProjectRequest) -> HttpResponse:
    """All piles, and the form for another."""
    if request.method != "POST":
        return _piles_page(request)
    try:
        entries = _entries(request)
        described = Pile(
            name=request.POST.get("name", ""),
            area=request.POST.get("area", ""),
            forms=number(request, "forms") or 0,
            entries=entries,
            needs_check="check" in request.POST,
        )
        made = piles.start_pile(
            conversation=request.conversation, pile=described, by=request.staff, at=timezone.now()
        )
    except DomainError as refusal:
        return _piles_page(request, trouble=refusal.sentence, status=refusal.status)
    return HttpResponseRedirect(address_of(request, "console_keying", made.pk))


@in_project(Role.FACILITATOR)
def pile(request: ProjectRequest, batch: UUID) -> HttpResponse:
    return _pile_page(request, batch)


@require_POST
@in_project(Role.FACILITATOR)
def change(request: ProjectRequest, batch: UUID) -> HttpResponse:
    """Close, open again, release, take back, discard or take a form out: named by the button."""
    act = request.POST.get("act", "")
    try:
        said = _act(request, batch, act)
    except NotFound:
        raise
    except DomainError as refusal:
        return _pile_page(request, batch, trouble=refusal.sentence, status=refusal.status)
    messages.info(request, said)
    if act == "discard":
        return HttpResponseRedirect(
            reverse("console_paper", args=[request.client.pk, request.conversation.pk])
        )
    return HttpResponseRedirect(address_of(request, "console_pile", batch))


def _act(request: ProjectRequest, batch: UUID, act: str) -> str:
    """Do it, and say what was done. Raises what the service raises, NotFound for no act of ours."""
    conversation, by, now = request.conversation, request.staff, timezone.now()
    if act == "close":
        piles.close_pile(conversation=conversation, batch=batch, note=request.POST.get("note", ""), by=by)
        return "Keyed. Compare once more, then release it."
    if act == "open":
        piles.open_pile_again(conversation=conversation, batch=batch, by=by)
        return "Open again."
    if act == "release":
        shown = releasing.release_pile(conversation=conversation, batch=batch, by=by, at=now)
        return f"In the conversation now, marked “From a paper form”: {shown:,}."
    if act == "take-back":
        releasing.take_back_pile(conversation=conversation, batch=batch, by=by, at=now)
        return "Taken back. The ideas wait here again; which form each stood on is not known any more."
    if act == "discard":
        piles.discard_pile(conversation=conversation, batch=batch, by=by)
        return "The pile is gone."
    if act == "remove":
        form = uuid_of(request.POST.get("form", ""))
        if form is not None:
            keying.remove_form(conversation=conversation, batch=batch, form=form, by=by)
            return "The form is taken out."
    raise NotFound


def _entries(request: ProjectRequest) -> int | None:
    """Raises EntriesNotCounted for what is no number."""
    found = number(request, "entries")
    if found is None and request.POST.get("entries", "").strip():
        raise piles.EntriesNotCounted
    return found


def _piles_page(request: ProjectRequest, *, trouble: str = "", status: int = 200) -> HttpResponse:
    context = {
        "piles": desk.piles(request.conversation),
        "areas": desk.areas(request.conversation),
        "typed": request.POST,
        "trouble": trouble,
        "today": timezone.now().astimezone(request.conversation.zone).date(),
    }
    return render(request, "conversations/console/piles.html", context, status=status)


def _pile_page(request: ProjectRequest, batch: UUID, *, trouble: str = "", status: int = 200) -> HttpResponse:
    line = desk.pile(request.conversation, batch)
    forms = desk.keyed_forms(line.batch)
    now = timezone.now()
    context = {
        "line": line,
        "pile": line.batch,
        "fits": Totals(line.forms, line.entries).fits(line.batch),
        "forms": [(keyed, _hinted(keyed.answers)) for keyed in forms],
        "streams": desk.streams(request.conversation),
        "next_to_check": desk.next_to_check(line.batch, by=request.staff.id),
        "may_take_back": line.batch.released_on == now.astimezone(request.conversation.zone).date(),
        "fewest": releasing.FEWEST_FORMS,
        "most": MOST_CHARACTERS_OF_NOTE,
        "typed": request.POST,
        "trouble": trouble,
    }
    return render(request, "conversations/console/pile.html", context, status=status)


def _hinted(answers: dict[UUID, str]) -> bool:
    return any(hints(text) for text in answers.values())


def address_of(request: ProjectRequest, name: str, batch: UUID) -> str:
    return reverse(name, args=[request.client.pk, request.conversation.pk, batch])
