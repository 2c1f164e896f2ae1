"""Tables about groups as they were released. What is withheld is hatched and named, and looks like what is empty."""

from reporting.findings.charts.canvas import BAR, Canvas, Ink, Style
from reporting.findings.charts.words import number, released
from reporting.shapes import Cell, Chart, ReleasedTable

_LONGEST = 0.66
_WITHHELD = 0.16


def group_table(table: ReleasedTable, *, style: Style = "screen") -> Chart:
    """A bar for each cell under the name of its row: of per cent where the table has them, else of counts."""
    canvas = Canvas(style)
    cells = [cell for row in table.cells for cell in row]
    in_percent = any(cell.percent is not None for cell in cells)
    most = 100 if in_percent else max((cell.shown or 0 for cell in cells), default=0)
    for name, row in zip(table.rows, table.cells, strict=True):
        canvas.lines(name, bold=len(table.columns) > 1)
        for column, cell in zip(table.columns, row, strict=True):
            if len(table.columns) > 1:
                canvas.lines(column, ink=Ink.MUTED)
            _bar(canvas, cell, most, in_percent=in_percent)
        canvas.y += 8
    alternative = _finding(table)
    return Chart(
        title=table.title,
        alternative=alternative,
        svg=canvas.picture(alternative),
        headings=["", *table.columns],
        rows=[
            [name, *(_words(cell, in_percent=in_percent) for cell in row)]
            for name, row in zip(table.rows, table.cells, strict=True)
        ],
    )


def _value(cell: Cell, *, in_percent: bool) -> int | None:
    return None if cell.shown is None else cell.percent if in_percent else cell.shown


def _words(cell: Cell, *, in_percent: bool) -> str:
    value = _value(cell, in_percent=in_percent)
    if value is None:
        return "withheld"
    return released(value) if in_percent else f"about {number(value)}"


def _bar(canvas: Canvas, cell: Cell, most: int, *, in_percent: bool) -> None:
    value = _value(cell, in_percent=in_percent)
    if value is None:
        end = _WITHHELD
        canvas.withheld(0, end, canvas.y)
    else:
        end = _LONGEST * value / max(most, 1)
        canvas.bar(0, end, canvas.y, Ink.PLAIN)
    words = _words(cell, in_percent=in_percent)
    canvas.text(end, canvas.y + 14, words, bold=value is not None, dx=6)
    canvas.y += BAR + 8


def _finding(table: ReleasedTable) -> str:
    cells = [cell for row in table.cells for cell in row]
    hidden = sum(cell.shown is None for cell in cells)
    what = "one figure is" if hidden == 1 else f"{number(hidden)} figures are"
    return f"{table.title}: {what} withheld." if hidden else f"{table.title}."
