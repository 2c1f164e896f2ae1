"""Pages about one contribution that needs care: its blind thread, warnings, safeguarding."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from conversations.models import MessageKind
from conversations.models.care import MOST_CHARACTERS_OF_DECISION
from conversations.models.thread import MOST_CHARACTERS_OF_MESSAGE
from conversations.queries import care
from conversations.queries.care import Said, Sheet
from conversations.services import naming, safeguarding, writing
from conversations.staff import ProjectRequest, in_project
from conversations.views.console.today import today_for
from kernel.errors import DomainError, NotFound
from kernel.tenancy import control_plane
from privacy.vault.interface import vault
from privacy.vault.refusals import NameNotHere
from privacy.vault.shapes import Name
from tenants.models import Role
from tenants.queries import staff as staff_queries

_READERS = (Role.FACILITATOR, Role.PRIVACY_OFFICER)


@dataclass(frozen=True, slots=True)
class Line:
    """One message as its page shows it."""

    said: Said
    # What in it may lead to somebody.
    naming: list[str]
    name: Name | None


@require_http_methods(["GET", "POST"])
@in_project(Role.FACILITATOR)
def thread(request: ProjectRequest, kind: str, post: UUID) -> HttpResponse:
    """What was said with whoever wrote a contribution, and a field to say more."""
    found = care.sheet(request.conversation, kind, post)
    typed = request.POST.get("text", "")
    context: dict[str, object] = {"typed": typed, "naming": [], "most": MOST_CHARACTERS_OF_MESSAGE}
    if request.method == "POST":
        context["naming"] = [] if "anyway" in request.POST else naming.words_that_name(typed)
        if context["naming"]:
            return _thread_page(request, found, context, status=422)
        try:
            writing.write_message(
                conversation=request.conversation,
                post=found.post,
                text=typed,
                by=request.staff,
                at=timezone.now(),
            )
        except DomainError as refusal:
            return _thread_page(request, found, {**context, "problem": refusal.sentence}, refusal.status)
        messages.success(
            request, "Your message waits in the author's inbox. Nobody learns whether it is read."
        )
        return HttpResponseRedirect(request.path)
    return _thread_page(request, found, context)


@require_http_methods(["GET", "POST"])
@in_project(Role.FACILITATOR)
def warn(request: ProjectRequest, kind: str, post: UUID) -> HttpResponse:
    """Warn the author about this contribution, let them only read, and lift that again."""
    return _acted(request, care.sheet(request.conversation, kind, post), _do_to_author, _warn_page)


@require_http_methods(["GET", "POST"])
@in_project(*_READERS)
def case(request: ProjectRequest, kind: str, post: UUID) -> HttpResponse:
    """A contribution's safeguarding case: what is known, what was decided, what can be done."""
    return _acted(request, care.sheet(request.conversation, kind, post), _do_to_case, _case_page)


@require_GET
@in_project(*_READERS)
def cases(request: ProjectRequest) -> HttpResponse:
    """The safeguarding lane."""
    context = {"cases": care.cases(request.conversation), **today_for(request)}
    return render(request, "conversations/console/cases.html", context)


def _acted(
    request: ProjectRequest,
    found: Sheet,
    do: Callable[[ProjectRequest, Sheet, str], str],
    page: Callable[..., HttpResponse],
) -> HttpResponse:
    """The page; after an act the page anew with what was done, or with the refusal and all that was typed."""
    act = request.POST.get("act", "")
    context: dict[str, object] = {"typed": request.POST.get("text", ""), "act": act, "problem": ""}
    if request.method != "POST":
        return page(request, found, context)
    try:
        done = do(request, found, act)
    except DomainError as refusal:
        context["problem"] = refusal.sentence
        return page(request, found, context, refusal.status)
    messages.success(request, done)
    return HttpResponseRedirect(request.path)


def _do_to_author(request: ProjectRequest, found: Sheet, act: str) -> str:
    """What was done, as a sentence. Raises NotFound for an act there is not, and what the service raises."""
    about = {
        "conversation": request.conversation,
        "post": found.post,
        "by": request.staff,
        "at": timezone.now(),
    }
    text = request.POST.get("text", "")
    if act == "warn":
        writing.warn_author(**about, text=text)  # type: ignore[arg-type]  # the arguments by their names
        return "The author is warned about this post. The vault counts it; nobody else can."
    if act == "restrict":
        writing.restrict_author(**about, text=text)  # type: ignore[arg-type]  # likewise
        return "Whoever wrote this may only read from now on, and finds the reason in their inbox."
    if act == "lift":
        writing.lift_restriction(**about)  # type: ignore[arg-type]  # likewise
        return "Whoever wrote this may write again."
    raise NotFound


def _do_to_case(request: ProjectRequest, found: Sheet, act: str) -> str:
    """Likewise."""
    about = {
        "conversation": request.conversation,
        "post": found.post,
        "by": request.staff,
        "at": timezone.now(),
    }
    about["text"] = request.POST.get("text", "")
    if act == "offer":
        safeguarding.offer_support(**about, organisation=request.client.name)  # type: ignore[arg-type]  # by name
        return "Support is offered. The mail that something waits leaves at once, among others."
    acts: dict[str, tuple[Callable[..., None], str]] = {
        "open": (safeguarding.open_case, "The case is open, and who is on duty is called."),
        "note": (safeguarding.note_decision, "It stands in the log."),
        "escalate": (safeguarding.escalate, "The case is escalated. Identification may now be asked for."),
        "close": (safeguarding.close_case, "The case is closed."),
    }
    if act not in acts:
        raise NotFound
    do, done = acts[act]
    do(**about)
    return done


def _thread_page(
    request: ProjectRequest, found: Sheet, context: dict[str, object], status: int = 200
) -> HttpResponse:
    said = care.thread(request.conversation, found.post, at=timezone.now())
    lines = [
        Line(one, naming.words_that_name(one.text) if one.is_theirs else [], _name(request, found, one))
        for one in said
    ]
    page = {"sheet": found, "lines": lines, "problem": "", **today_for(request), **context}
    return render(request, "conversations/console/thread.html", page, status=status)


def _name(request: ProjectRequest, found: Sheet, said: Said) -> Name | None:
    """Opened for this page and kept nowhere."""
    if said.sealed is None:
        return None
    try:
        return vault().unseal_name(
            conversation=request.conversation.pk, contribution=found.post.id, sealed=said.sealed
        )
    except NameNotHere as refusal:
        return Name(name=refusal.sentence, contact="")


def _warn_page(
    request: ProjectRequest, found: Sheet, context: dict[str, object], status: int = 200
) -> HttpResponse:
    said = care.thread(request.conversation, found.post, at=timezone.now())
    shown = {MessageKind.WARNING, MessageKind.READONLY, MessageKind.LIFTED}
    page = {
        "sheet": found,
        "past": [one for one in said if one.kind in shown],
        "most": MOST_CHARACTERS_OF_MESSAGE,
        **today_for(request),
        **context,
    }
    return render(request, "conversations/console/warn.html", page, status=status)


def _case_page(
    request: ProjectRequest, found: Sheet, context: dict[str, object], status: int = 200
) -> HttpResponse:
    kept = care.case_on(found.post)
    decisions = [] if kept is None else care.decisions_on(kept)
    with control_plane():
        names = staff_queries.names_of({decision.by for decision in decisions})
    page = {
        "sheet": found,
        "case": kept,
        "decisions": [(decision, names.get(decision.by, "somebody")) for decision in decisions],
        "signposts": safeguarding.signposts(organisation=request.client.name),
        "may_act": Role.FACILITATOR in request.staff.roles,
        "most": MOST_CHARACTERS_OF_DECISION,
        "most_words": MOST_CHARACTERS_OF_MESSAGE,
        **today_for(request),
        **context,
    }
    return render(request, "conversations/console/case.html", page, status=status)
