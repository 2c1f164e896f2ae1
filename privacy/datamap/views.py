"""The data map at the console, and for everybody what each part of the platform would give away."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from kernel.errors import NotFound
from privacy.datamap import parts, queries
from tenants.auth import StaffRequest, staff_only
from tenants.models import Role

_FILES = {"json": (queries.as_json, "application/json"), "csv": (queries.as_csv, "text/csv; charset=utf-8")}


@require_GET
def what_exists(request: HttpRequest) -> HttpResponse:
    return render(request, "datamap/what_exists.html", {"parts": parts.PARTS})


@require_GET
@staff_only(Role.PRIVACY_OFFICER, Role.OPERATOR)
def data_map(request: StaffRequest) -> HttpResponse:
    return render(request, "datamap/map.html", {"places": queries.places()})


@require_GET
@staff_only(Role.PRIVACY_OFFICER, Role.OPERATOR)
def data_map_file(request: StaffRequest, form: str) -> HttpResponse:  # noqa: ARG001  (the same for everybody)
    if form not in _FILES:
        raise NotFound
    made, kind = _FILES[form]
    return HttpResponse(
        made(), content_type=kind, headers={"Content-Disposition": f'attachment; filename="data-map.{form}"'}
    )
