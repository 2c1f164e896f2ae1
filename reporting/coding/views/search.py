from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from conversations.queries import facilitated
from conversations.staff import ProjectRequest, in_project
from kernel.text import uuid_of
from reporting.coding.queries import searching
from reporting.coding.queries.frames import code_lines, frame_row
from reporting.coding.queries.searching import Asked
from reporting.coding.views.common import page_context, today
from tenants.models import Role

_MOST_TYPED = 200


@require_GET
@in_project(Role.ANALYST)
def search(request: ProjectRequest) -> HttpResponse:
    """Words in contributions and codes, and what a code was given to."""
    lines = code_lines(request.conversation)
    code = uuid_of(request.GET.get("code"))
    asked = Asked(
        words=request.GET.get("q", "")[:_MOST_TYPED],
        codes=searching.below(lines, code) if code else (),
        stream=uuid_of(request.GET.get("stream")),
    )
    is_blind = frame_row(request.conversation).is_blind
    found, more = (
        ([], None)
        if asked.is_empty
        else searching.found(
            request.conversation,
            asked,
            by=request.staff.id,
            is_blind=is_blind,
            after=uuid_of(request.GET.get("after")),
        )
    )
    context = page_context(
        lines,
        asked=asked,
        chosen=code,
        found=found,
        after=more,
        in_frame=searching.codes_with(asked.words, lines),
        streams=facilitated.streams(request.conversation),
        is_blind=is_blind,
        today=today(request),
    )
    return render(request, "coding/search.html", context)
