"""What was released about groups. Every figure in here came out of the vault's `tabulate`."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from conversations.models import Conversation
from reporting.figures.models import Release, ReleaseState, Scale, Table
from reporting.shapes import Cell, ReleasedTable

# The same for every table, whatever is withheld in it and why: a reason for one cell would say something about it.
WITHHELD = (
    "Hatched cells are withheld. A figure is shown when at least 11 people stand behind it and nobody could work"
    " out a smaller group from it, from all other figures together, or from figures of another day. A hatched cell"
    " says nothing about how many people there were; there may have been none, or many. Figures are"
    " rounded to 5 and shares above 90 % are not told apart."
)

# Shares above this are not told apart.
_MOST_TOLD = 90


@dataclass(frozen=True, slots=True)
class ReleaseLine:
    """A release for the history. `progress` counts parts of a hundred."""

    id: UUID
    scale: str
    state: str
    day: date
    progress: int
    tables: int
    digest: str

    @property
    def is_under_way(self) -> bool:
        return self.state in {ReleaseState.FREEZING, ReleaseState.RUNNING}


def released_tables(conversation: Conversation) -> list[ReleasedTable]:
    """The tables of the whole menu, in its order; none before they were released."""
    return _tables(_newest(conversation, Scale.MENU))


def participation_tables(conversation: Conversation) -> list[ReleasedTable]:
    """The newest tables of participation: those of the menu once it was released, daily ones before that."""
    newest = _newest(conversation, Scale.MENU) or _newest(conversation, Scale.DAILY)
    return [table for table in _tables(newest) if table.code.startswith(("participation", "areas"))]


def people_who_took_part(conversation: Conversation) -> int | None:
    """How many people took part, rounded, as of the newest release; None until that is safe."""
    for table in participation_tables(conversation):
        if table.code == "participation":
            return table.cells[-1][0].shown
    return None


def is_over(tables: list[ReleasedTable]) -> bool:
    """Whether more than nine in ten took part: then what `people_who_took_part` gives is the least there were."""
    return any(
        (table.cells[-1][0].percent or 0) > _MOST_TOLD for table in tables if table.code == "participation"
    )


def releases_of(conversation: Conversation) -> list[ReleaseLine]:
    """The history, the newest first."""
    found = Release.objects.filter(conversation=conversation).order_by("-day", "scale", "id")
    return [
        ReleaseLine(
            id=release.pk,
            scale=release.scale,
            state=release.state,
            day=release.day,
            progress=release.progress,
            tables=release.tables.count(),
            digest="" if release.digest is None else bytes(release.digest).hex()[:16],
        )
        for release in found[:100]
    ]


def under_way(conversation: Conversation) -> Release | None:
    return (
        Release.objects.filter(
            conversation=conversation, state__in=[ReleaseState.FREEZING, ReleaseState.RUNNING]
        )
        .order_by("-day")
        .first()
    )


def has_menu(conversation: Conversation) -> bool:
    """Whether the menu was released, or is on its way."""
    wanted = Release.objects.filter(conversation=conversation, scale=Scale.MENU)
    return wanted.exclude(state=ReleaseState.FAILED).exists()


def _newest(conversation: Conversation, scale: Scale) -> Release | None:
    done = Release.objects.filter(conversation=conversation, scale=scale, state=ReleaseState.DONE)
    return done.order_by("-day").first()


def _tables(release: Release | None) -> list[ReleasedTable]:
    if release is None:
        return []
    return [
        ReleasedTable(
            id=table.pk,
            code=table.code,
            title=table.title,
            rows=table.rows,
            columns=table.columns,
            cells=[[Cell(shown, percent) for shown, percent in row] for row in table.cells],
            withheld=WITHHELD,
            released_on=release.day,
        )
        for table in Table.objects.filter(release=release).order_by("place")
    ]
