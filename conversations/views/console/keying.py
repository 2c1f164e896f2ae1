"""Keying one form after the other, comparing one after the other, and taking in a file of them."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone

from conversations.models import BatchState
from conversations.queries import desk
from conversations.queries.desk import PileLine
from conversations.services.hints import Hint
from conversations.services.paper import keying, uploading
from conversations.services.paper.uploading import Preview, Upload
from conversations.staff import ProjectRequest, in_project
from conversations.views.console.piles import address_of
from conversations.views.console.typed import form_id, unseen
from kernel.errors import DomainError, NotFound
from kernel.text import uuid_of
from tenants.models import Role


@in_project(Role.FACILITATOR)
def key(request: ProjectRequest, batch: UUID) -> HttpResponse:
    """The next form, or with `?form=` one that is there. Kept, it leads to the next empty one."""
    line = desk.pile(request.conversation, batch)
    if line.batch.state != BatchState.KEYING:
        return HttpResponseRedirect(address_of(request, "console_pile", batch))
    if request.method != "POST":
        asked = uuid_of(request.GET.get("form", ""))
        form = asked or uuid4()
        keyed = desk.keyed_form(line.batch, form)
        if asked and keyed is None:
            raise NotFound
        answers = {} if keyed is None else keyed.answers
        return _form_page(request, line, form=form, typed=answers, is_known=keyed is not None)
    form, typed = form_id(request), _typed(request)
    found = unseen(request, {str(stream): text for stream, text in typed.items()})
    if found:
        return _form_page(request, line, form=form, typed=typed, hints=found)
    try:
        number = keying.key_form(
            conversation=request.conversation, batch=batch, form=form, answers=typed, by=request.staff
        )
    except DomainError as refusal:
        return _form_page(request, line, form=form, typed=typed, refusal=refusal)
    if "finish" in request.POST:
        return HttpResponseRedirect(address_of(request, "console_pile", batch))
    return HttpResponseRedirect(f"{address_of(request, 'console_keying', batch)}?kept={number}")


@in_project(Role.FACILITATOR)
def check(request: ProjectRequest, batch: UUID) -> HttpResponse:
    """The next form that somebody else keyed; said to be right, it leads to the next."""
    line = desk.pile(request.conversation, batch)
    if request.method == "POST":
        form, typed = form_id(request), _typed(request)
        try:
            keying.check_form(
                conversation=request.conversation, batch=batch, form=form, answers=typed, by=request.staff
            )
        except NotFound:
            raise
        except DomainError as refusal:
            return _form_page(request, line, form=form, typed=typed, refusal=refusal, is_check=True)
        return HttpResponseRedirect(address_of(request, "console_checking", batch))
    waiting = desk.next_to_check(line.batch, by=request.staff.id)
    keyed = None if waiting is None else desk.keyed_form(line.batch, waiting.pk)
    if keyed is None or line.batch.state != BatchState.CHECKING or not line.batch.needs_check:
        return HttpResponseRedirect(address_of(request, "console_pile", batch))
    return _form_page(
        request, line, form=keyed.form.pk, typed=keyed.answers, is_check=True, number=keyed.form.number
    )


@in_project(Role.FACILITATOR)
def upload(request: ProjectRequest, batch: UUID) -> HttpResponse:
    """A file of keyed forms: read, shown with a choice of columns, and then taken in."""
    line = desk.pile(request.conversation, batch)
    if line.batch.state != BatchState.KEYING:
        return HttpResponseRedirect(address_of(request, "console_pile", batch))
    if request.method != "POST":
        return _upload_page(request, line)
    try:
        if "file" in request.FILES or "upload" not in request.POST:
            return _read(request, line)
        return _take_in(request, line)
    except NotFound:
        raise
    except DomainError as refusal:
        return _upload_page(request, line, trouble=refusal.sentence, status=refusal.status)


def _read(request: ProjectRequest, line: PileLine) -> HttpResponse:
    """Raises FileNotRead."""
    file = request.FILES.get("file")
    content = b"" if file is None else file.read()
    read = uploading.read_upload(
        conversation=request.conversation, batch=line.batch.pk, content=content, by=request.staff
    )
    streams = desk.streams(request.conversation)
    columns = uploading.guessed(read, streams)
    shown = uploading.preview(upload=read, columns=columns, streams=streams) if columns else None
    return _upload_page(request, line, read=read, columns=columns, preview=shown)


def _take_in(request: ProjectRequest, line: PileLine) -> HttpResponse:
    """Raises UploadGone, NothingChosen, RowsToPutRight, NotBeingKeyed, TooManyForms."""
    conversation, batch = request.conversation, line.batch.pk
    chosen = uuid_of(request.POST.get("upload", ""))
    if chosen is None:
        raise uploading.UploadGone
    kept = uploading.upload_kept(conversation=conversation, batch=batch, upload=chosen)
    streams = desk.streams(conversation)
    columns = {
        column: stream
        for column in range(len(kept.headings))
        if (stream := uuid_of(request.POST.get(f"column-{column}", ""))) is not None
    }
    try:
        shown = uploading.preview(upload=kept, columns=columns, streams=streams)
        if "take" not in request.POST:
            return _upload_page(request, line, read=kept, columns=columns, preview=shown)
        taken = uploading.take_in(
            conversation=conversation,
            batch=batch,
            upload=kept,
            columns=columns,
            streams=streams,
            by=request.staff,
        )
    except uploading.NothingChosen as refusal:
        return _upload_page(
            request, line, read=kept, columns=columns, trouble=refusal.sentence, status=refusal.status
        )
    except uploading.RowsToPutRight as refusal:
        return _upload_page(
            request,
            line,
            read=kept,
            columns=columns,
            preview=shown,
            trouble=refusal.sentence,
            status=refusal.status,
        )
    messages.info(request, f"Added to the pile: {taken:,}.")
    return HttpResponseRedirect(address_of(request, "console_pile", batch))


def _typed(request: ProjectRequest) -> dict[UUID, str]:
    """What stands in the form's fields, by question."""
    return {
        stream.pk: text
        for stream in desk.streams(request.conversation)
        if (text := request.POST.get(f"stream-{stream.pk}", ""))
    }


def _form_page(
    request: ProjectRequest,
    line: PileLine,
    *,
    form: UUID,
    typed: dict[UUID, str],
    **more: Any,  # noqa: ANN401  (handed to `_form_context`, which names them)
) -> HttpResponse:
    refusal: DomainError | None = more.pop("refusal", None)
    context = _form_context(request, line, form=form, typed=typed, **more)
    context["trouble"] = refusal.sentence if refusal else ""
    context["trouble_at"] = refusal.facts.get("stream", "") if refusal else ""
    status = refusal.status if refusal else 200
    return render(request, "conversations/console/keying.html", context, status=status)


def _form_context(
    request: ProjectRequest,
    line: PileLine,
    *,
    form: UUID,
    typed: dict[UUID, str],
    hints: dict[str, list[Hint]] | None = None,
    is_check: bool = False,
    **more: Any,  # noqa: ANN401
) -> dict[str, Any]:
    return {
        "line": line,
        "pile": line.batch,
        "form_id": form,
        "typed": typed,
        "hints": hints or {},
        "streams": desk.streams(request.conversation),
        "kept": request.GET.get("kept", "") if request.GET.get("kept", "").isdecimal() else "",
        "is_check": is_check,
        "is_known": more.get("is_known", False),
        "number": more.get("number"),
        "now": timezone.now(),
    }


def _upload_page(
    request: ProjectRequest,
    line: PileLine,
    *,
    read: Upload | None = None,
    columns: dict[int, UUID] | None = None,
    preview: Preview | None = None,
    trouble: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "pile": line.batch,
        "streams": desk.streams(request.conversation),
        "read": read,
        "columns": columns or {},
        "preview": preview,
        "trouble": trouble,
    }
    return render(request, "conversations/console/upload.html", context, status=status)
