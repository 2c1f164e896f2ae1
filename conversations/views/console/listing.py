"""What a project asks and of whom: questions, areas, and questions before access. Each is a list with acts."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from conversations.queries import preparing as queries
from conversations.services.preparing import areas as area_service
from conversations.services.preparing import streams as stream_service
from conversations.services.preparing import survey as survey_service
from conversations.staff import ProjectRequest, in_project
from kernel.errors import DomainError, NotFound
from tenants.models import Role

_Acts = dict[str, Callable[[], object]]
_FIELDS = ("act", "which", "name", "question", "context", "reason", "answers", "column")


@in_project(Role.OPERATOR, Role.FACILITATOR)
def streams(request: ProjectRequest) -> HttpResponse:
    which: dict[str, Any] = {"by": request.staff, "conversation": request.conversation.pk}
    words: dict[str, Any] = {
        "question": request.POST.get("question", ""),
        "context": request.POST.get("context", ""),
    }
    acts: _Acts = {
        "add": lambda: stream_service.add_stream(**which, **words),
        "change": lambda: stream_service.change_stream(**which, **words, stream=_key(request)),
        "up": lambda: stream_service.move_stream(**which, stream=_key(request), up=True),
        "down": lambda: stream_service.move_stream(**which, stream=_key(request), up=False),
        "remove": lambda: stream_service.remove_stream(**which, stream=_key(request)),
    }
    found = {
        "longest_question": stream_service.LONGEST_QUESTION,
        "longest_context": stream_service.LONGEST_CONTEXT,
    }
    return _settled(
        request, "streams", acts, lambda: found | {"streams": queries.streams(request.conversation)}
    )


@in_project(Role.OPERATOR)
def areas(request: ProjectRequest) -> HttpResponse:
    which: dict[str, Any] = {"by": request.staff, "conversation": request.conversation.pk}
    name = request.POST.get("name", "")
    acts: _Acts = {
        "add": lambda: area_service.add_area(**which, name=name),
        "change": lambda: area_service.rename_area(**which, name=name, area=_key(request)),
        "up": lambda: area_service.move_area(**which, area=_key(request), up=True),
        "down": lambda: area_service.move_area(**which, area=_key(request), up=False),
        "remove": lambda: area_service.remove_area(**which, area=_key(request)),
    }
    return _settled(request, "areas", acts, lambda: {"areas": queries.areas(request.conversation)})


@in_project(Role.OPERATOR)
def survey(request: ProjectRequest) -> HttpResponse:
    which: dict[str, Any] = {"by": request.staff, "conversation": request.conversation.pk}
    typed: dict[str, Any] = {name: request.POST.get(name, "") for name in ("column", "question", "reason")}
    answers = request.POST.get("answers", "").splitlines()
    acts: _Acts = {
        "add": lambda: survey_service.save_dimension(**which, **typed, answers=answers, dimension=None),
        "change": lambda: survey_service.save_dimension(
            **which, **typed, answers=answers, dimension=_number(request)
        ),
        "up": lambda: survey_service.move_dimension(**which, dimension=_number(request), up=True),
        "down": lambda: survey_service.move_dimension(**which, dimension=_number(request), up=False),
        "remove": lambda: survey_service.remove_dimension(**which, dimension=_number(request)),
    }
    return _settled(request, "survey", acts, lambda: {"asked": queries.asked(request.conversation)})


def _settled(
    request: ProjectRequest, name: str, acts: _Acts, found: Callable[[], dict[str, object]]
) -> HttpResponse:
    """Do what the button says and show the list again; a refusal stands above it, and what was typed stays."""
    refused: DomainError | None = None
    if request.method == "POST":
        act = acts.get(request.POST.get("act", ""))
        if act is None:
            raise NotFound
        try:
            act()
        except NotFound:
            raise
        except DomainError as refusal:
            refused = refusal
        else:
            messages.success(request, "Saved.")
            back = reverse(f"console_{name}", args=[request.client.pk, request.conversation.pk])
            return HttpResponseRedirect(back)
    context = {
        **found(),
        "standing": queries.standing_of(request.conversation, at=timezone.now()),
        "problem": refused.sentence if refused else "",
        **_kept(request, is_refused=refused is not None),
    }
    status = refused.status if refused else 200
    return render(request, f"conversations/console/{name}.html", context, status=status)


def _kept(request: ProjectRequest, *, is_refused: bool) -> dict[str, object]:
    """What was typed and refused: into the form for another one, or in place of the row it would have changed."""
    typed = {name: request.POST.get(name, "") if is_refused else "" for name in _FIELDS}
    is_change = typed["act"] == "change"
    nothing = dict.fromkeys(_FIELDS, "")
    return {"typed": nothing if is_change else typed, "changed": typed if is_change else nothing}


def _key(request: ProjectRequest) -> UUID:
    """Raises NotFound for what is no key."""
    try:
        return UUID(request.POST.get("which", ""))
    except ValueError as reason:
        raise NotFound from reason


def _number(request: ProjectRequest) -> int:
    """Raises NotFound for what is no number."""
    typed = request.POST.get("which", "")
    if not typed.isdecimal() or len(typed) > 18:
        raise NotFound
    return int(typed)
