"""Deletions at the console: how far each is, until when, and its certificates."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from privacy.deletion import queries
from privacy.deletion.services import certificates, printing
from tenants.auth import StaffRequest, staff_only
from tenants.models import Role

_FOR = (Role.PRIVACY_OFFICER, Role.OPERATOR)


@require_GET
@staff_only(*_FOR)
def deletions(request: StaffRequest) -> HttpResponse:
    """All that somebody looks after; asks again by itself while one is under way."""
    lines = queries.deletions_for(request.staff, at=timezone.now())
    return render(request, f"deletion/console/{_part(request)}deletions.html", {"lines": lines})


@require_GET
@staff_only(*_FOR)
def deletion(request: StaffRequest, project: UUID) -> HttpResponse:
    line = queries.deletion_for(request.staff, project, at=timezone.now())
    return render(request, f"deletion/console/{_part(request)}deletion.html", {"line": line})


@require_GET
@staff_only(*_FOR)
def certificate_file(request: StaffRequest, project: UUID, kind: str) -> HttpResponse:
    found = queries.certificate_for(request.staff, project, kind)
    return _file(certificates.document(found), "application/json", f"{kind}-certificate-{project}.json")


@require_GET
@staff_only(*_FOR)
def certificate_pdf(request: StaffRequest, project: UUID, kind: str) -> HttpResponse:
    found = queries.certificate_for(request.staff, project, kind)
    return _file(printing.printed(found), "application/pdf", f"{kind}-certificate-{project}.pdf")


def _part(request: StaffRequest) -> str:
    return "_" if request.headers.get("HX-Request") == "true" else ""


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(
        content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
