"""The data map at the console, for privacy officers and operators."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from kernel.errors import NotFound
from privacy.datamap import queries
from tenants.auth import StaffRequest, staff_only
from tenants.models import Role

_FILES = {"json": (queries.as_json, "application/json"), "csv": (queries.as_csv, "text/csv; charset=utf-8")}


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
