"""What the pages of a roster have in common at the console and on the organisation's own side."""

import csv
import io

from django.http import HttpRequest, HttpResponse

from kernel.text import harmless
from privacy.vault.shapes import Report


def chosen_columns(request: HttpRequest) -> list[str]:
    """What was chosen for each column, in their order."""
    numbered = [
        (int(place), str(value))
        for name, value in request.POST.items()
        if (place := name.removeprefix("column-")) != name and place.isdecimal()
    ]
    return [value for _place, value in sorted(numbered)]


def chosen_areas(request: HttpRequest) -> dict[str, str]:
    """Which area is meant by what the file says."""
    return {
        name.removeprefix("area-"): str(value)
        for name, value in request.POST.items()
        if name.startswith("area-")
    }


def troubles_table(report: Report, *, headings: list[str], more: str) -> HttpResponse:
    """Rows, columns and reasons as a table that no spreadsheet takes for formulas. `more` is empty where that is all."""
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(headings)
    for trouble in report.troubles:
        table.writerow([trouble.row or "", harmless(trouble.column), trouble.reason])
    if more:
        table.writerow(["", "", more])
    response = HttpResponse(f"\ufeff{written.getvalue()}", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="to-put-right.csv"'
    return response
