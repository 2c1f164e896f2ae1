"""Files for and from the tools analysts use."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from conversations.staff import ProjectRequest, in_project
from kernel.errors import DomainError, NotFound
from reporting.coding.queries.frames import frame_row
from reporting.coding.services import exporting, importing
from reporting.coding.services.exporting import Form
from reporting.coding.services.importing import Imported
from tenants.models import Role


@in_project(Role.ANALYST)
def exchange(request: ProjectRequest) -> HttpResponse:
    """What can be had as a file; and a file that is taken in."""
    if request.method != "POST":
        return _page(request)
    file = request.FILES.get("file")
    try:
        made = importing.take_in(
            conversation=request.conversation,
            content=b"" if file is None else file.read(),
            by=request.staff,
            at=timezone.now(),
        )
    except DomainError as refusal:
        return _page(request, trouble=refusal.sentence, field="file", status=refusal.status)
    return _page(request, made=made)


@require_POST
@in_project(Role.ANALYST)
def export(request: ProjectRequest) -> HttpResponse:
    """One file. That it was handed out is in the audit."""
    wanted = request.POST.get("form", "")
    if wanted not in set(Form):
        raise NotFound
    try:
        made = exporting.export(conversation=request.conversation, form=Form(wanted), by=request.staff)
    except DomainError as refusal:
        return _page(request, trouble=refusal.sentence, field="export", status=refusal.status)
    response = HttpResponse(made.content, content_type=made.kind)
    response["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return response


def _page(
    request: ProjectRequest,
    *,
    trouble: str = "",
    field: str = "file",
    status: int = 200,
    made: Imported | None = None,
) -> HttpResponse:
    context = {"frame": frame_row(request.conversation), "trouble": trouble, "field": field, "made": made}
    return render(request, "coding/exchange.html", context, status=status)
