"""What facilitators say themselves: prompts, answers, and which of them are pinned."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from conversations.models.contribution import MOST_CHARACTERS_OF_COMMENT, MOST_CHARACTERS_OF_IDEA
from conversations.queries import desk
from conversations.services import facilitating
from conversations.services.facilitating import Prompt
from conversations.staff import ProjectRequest, in_project
from conversations.views.console.typed import form_id, unseen
from kernel.errors import DomainError, NotFound
from kernel.text import uuid_of
from privacy.anonymity import Kind
from tenants.models import Role

MOST = {Kind.IDEA: MOST_CHARACTERS_OF_IDEA, Kind.COMMENT: MOST_CHARACTERS_OF_COMMENT}


@in_project(Role.FACILITATOR)
def posts(request: ProjectRequest) -> HttpResponse:
    """All of them, and the form for another prompt."""
    if request.method != "POST":
        return _page(request)
    text = request.POST.get("text", "")
    found = unseen(request, {"text": text})
    if found:
        return _page(request, hints=found["text"])
    stream = uuid_of(request.POST.get("stream", ""))
    try:
        facilitating.post_prompt(
            conversation=request.conversation,
            prompt=Prompt(
                stream=stream or uuid4(),
                areas=request.POST.getlist("area"),
                text=text,
                is_pinned="pinned" in request.POST,
            ),
            by=request.staff,
            form=form_id(request),
            at=timezone.now(),
        )
    except DomainError as refusal:
        return _page(request, trouble=refusal.sentence, status=refusal.status)
    messages.info(request, "Posted. Everybody in these areas sees it, marked “From the facilitators”.")
    return _back(request)


@in_project(Role.FACILITATOR)
def edit(request: ProjectRequest, kind: str, post: UUID) -> HttpResponse:
    found = desk.post(request.conversation, _kind(kind), post)
    context: dict[str, Any] = {"post": found, "most": MOST[found.kind], "text": found.text, "hints": ()}
    if request.method != "POST":
        return render(request, "conversations/console/post.html", context)
    text = request.POST.get("text", "")
    hints = unseen(request, {"text": text}).get("text", ())
    if hints:
        return render(request, "conversations/console/post.html", {**context, "text": text, "hints": hints})
    try:
        facilitating.edit_own_post(
            conversation=request.conversation, kind=found.kind, post=post, text=text, by=request.staff
        )
    except DomainError as refusal:
        context |= {"text": text, "trouble": refusal.sentence}
        return render(request, "conversations/console/post.html", context, status=refusal.status)
    messages.info(request, "Changed. Readers see that it was.")
    return _back(request)


@require_POST
@in_project(Role.FACILITATOR)
def change(request: ProjectRequest, kind: str, post: UUID) -> HttpResponse:
    """Withdraw, pin or unpin: named by the button."""
    act, what = request.POST.get("act", ""), _kind(kind)
    try:
        if act == "withdraw":
            facilitating.withdraw_own_post(
                conversation=request.conversation, kind=what, post=post, by=request.staff
            )
        elif act in {"pin", "unpin"} and what is Kind.IDEA:
            facilitating.pin_prompt(
                conversation=request.conversation, idea=post, is_pinned=act == "pin", by=request.staff
            )
        else:
            raise NotFound
    except (facilitating.OthersReacted, facilitating.TooManyPinned) as refusal:
        return _page(request, trouble=refusal.sentence, status=refusal.status, is_new=False)
    return _back(request)


@in_project(Role.FACILITATOR)
def answer(request: ProjectRequest, idea: UUID) -> HttpResponse:
    """An answer of the facilitators under any idea."""
    shown = desk.idea_to_answer(request.conversation, idea)
    context: dict[str, Any] = {
        "idea": shown,
        "most": MOST_CHARACTERS_OF_COMMENT,
        "text": request.POST.get("text", ""),
        "form_id": form_id(request),
        "hints": (),
    }
    if request.method == "POST":
        context["hints"] = unseen(request, {"text": context["text"]}).get("text", ())
    if request.method != "POST" or context["hints"]:
        return render(request, "conversations/console/answer.html", context)
    try:
        facilitating.answer_as_facilitator(
            conversation=request.conversation,
            idea=idea,
            text=context["text"],
            by=request.staff,
            form=context["form_id"],
            at=timezone.now(),
        )
    except DomainError as refusal:
        context["trouble"] = refusal.sentence
        return render(request, "conversations/console/answer.html", context, status=refusal.status)
    messages.info(request, "Answered, marked “From the facilitators”.")
    return _back(request)


def _page(
    request: ProjectRequest,
    *,
    trouble: str = "",
    hints: object = (),
    status: int = 200,
    is_new: bool = True,
) -> HttpResponse:
    now = timezone.now()
    areas = desk.areas(request.conversation)
    context = {
        "posts": desk.posts(request.conversation),
        "streams": [stream for stream in desk.streams(request.conversation) if stream.has_opened(at=now)],
        "areas": areas,
        "chosen": request.POST.getlist("area") if request.POST and is_new else [area.code for area in areas],
        "typed": request.POST if is_new else {},
        "form_id": form_id(request),
        "most": MOST_CHARACTERS_OF_IDEA,
        "hints": hints,
        "trouble": trouble,
        "is_new": is_new,
        "today": now.astimezone(request.conversation.zone).date(),
    }
    return render(request, "conversations/console/posts.html", context, status=status)


def _kind(typed: str) -> Kind:
    """Raises NotFound."""
    try:
        return Kind(typed)
    except ValueError as reason:
        raise NotFound from reason


def _back(request: ProjectRequest) -> HttpResponse:
    address = reverse("console_posts", args=[request.client.pk, request.conversation.pk])
    return HttpResponseRedirect(address)
