"""
Bringing people in by a program, step by step as on the page: a file, how it is read, its groups, taking it in.

What comes back are columns, names and sizes of groups, rows and reasons, exactly what the page shows. No value of
a row is ever among them.
"""

from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample
from rest_framework.request import Request
from rest_framework.response import Response

from conversations.api.client.roster_shapes import (
    HowToRead,
    ImportShape,
    MergedGroups,
    OneDimension,
    RosterForm,
    StepShape,
    TroubleShape,
)
from conversations.models import Conversation
from conversations.queries import preparing, rosters
from conversations.services import rosters as services
from conversations.services.rosters import (
    ColumnsNotKnown,
    FileMissing,
    GroupsNotChosen,
    ImportGone,
    ImportUnderWay,
    NotReady,
    RosterTooLate,
)
from kernel import limits
from kernel.errors import NotFound, TooMany
from kernel.text import one_line
from tenants.api.client import ClientEndpoint
from web.api.endpoint import operation
from web.api.files import BYTES, CSV, FORM, WORKBOOK, AsItIs, NotATable, PartOfForm, TableForm
from web.api.scopes import Scope
from web.api.shapes import After, page_of

# Each reading starts a process of the vault's for seconds; nobody looks at a page between two of a program's.
READINGS = "60/10minutes"
_SHOWN_TROUBLES, _A_PAGE = 20, 200
_MANY_ALONE = 0.1
_FILE = "E-mail,Team\nash@example.org,Porters\nkit@example.org,Drivers\n"
_READING, _TAKING_IN = {"step": "reading"}, {"step": "taking in"}
_LOOKED_AT: dict[str, Any] = {
    "step": "checking",
    "is_ready": False,
    "preview": {
        "form": "CSV",
        "sheets": 1,
        "rows": 42,
        "columns": [
            {"heading": "E-mail", "holds": "email", "filled": 42, "different": 42, "is_personal": True},
            {"heading": "Team", "holds": "dimension", "filled": 42, "different": 2, "is_personal": False},
        ],
        "dimensions": [
            {
                "code": "team",
                "name": "Team",
                "groups": [
                    {"code": "porters", "label": "Porters", "people": 35, "is_small": False},
                    {"code": "drivers", "label": "Drivers", "people": 7, "is_small": True},
                ],
                "unlisted": 0,
                "is_merged": False,
            }
        ],
        "in_file": [],
        "areas": {"everybody": "Everybody"},
    },
    "troubles": [
        {"row": 0, "column": "Team", "reason": "1 of its groups have fewer than 11 people; merge them"}
    ],
    "troubles_in_all": 1,
    "counts": None,
    "many_alone": False,
}


class RosterEndpoint(ClientEndpoint):
    """About the roster of one conversation, also of a draft."""

    tag = "Roster"
    conversation: Conversation

    def enter(self, request: Request) -> None:
        super().enter(request)
        self.conversation = preparing.project_called(self.kwargs.pop("slug"))

    def count(self) -> None:
        """Before the vault reads a file. Raises TooMany."""
        limits.count(
            what="roster read", who=str(self.account.pk), rate=READINGS, today=timezone.localdate(self.now)
        )

    def begun(self) -> Response:
        """
        What an act answers: the step alone. Answers to acts are kept for a day, so that they can be given again.

        Raises NotFound.
        """
        return self.given(StepShape, rosters.import_of(self.conversation), status=202)


class Import(RosterEndpoint):
    @operation("get_roster_import", gives=ImportShape, scope=Scope.ROSTER, refuses=[NotFound], got=_LOOKED_AT)
    def get(self, request: Request) -> Response:  # noqa: ARG002  (the framework's signature)
        """
        How far the import is that was begun last.

        Ask again every few seconds while the step is `reading` or `taking in`. What the file says of anybody is
        never here: columns, groups with their sizes, and what is to be put right by row.
        """
        services.finish_import(conversation=self.conversation)
        found = rosters.import_of(self.conversation)
        is_taken_in = found.step is rosters.Step.DONE
        troubles = found.report.troubles
        told = {
            "step": found.step,
            "is_ready": found.is_ready,
            "preview": None if is_taken_in else _preview(found, rosters.areas_of(self.conversation)),
            "counts": found.report if found.is_ready or is_taken_in else None,
            "many_alone": found.is_ready and found.report.unique_shares.get("together", 0) > _MANY_ALONE,
            "troubles": troubles[:_SHOWN_TROUBLES],
            "troubles_in_all": len(troubles) + found.report.more_troubles,
        }
        return self.given(ImportShape, told)

    @operation("discard_roster", status=204, scope=Scope.ROSTER, refuses=[NotFound, ImportUnderWay])
    def delete(self, request: Request) -> Response:  # noqa: ARG002
        """
        Take a file back that was not taken in.

        It is deleted, and nobody is added. Whoever was taken in before stays.
        """
        services.discard_roster(conversation=self.conversation, by=self.client_user)
        return self.nothing()


class RosterFile(RosterEndpoint):
    parser_classes = [AsItIs, PartOfForm]
    content_negotiation_class = TableForm

    def sent(self) -> bytes:
        return self._content()

    @operation(
        "bring_roster",
        takes={
            BYTES: OpenApiTypes.BINARY,
            CSV: OpenApiTypes.BINARY,
            WORKBOOK: OpenApiTypes.BINARY,
            FORM: RosterForm,
        },
        gives=StepShape,
        status=202,
        scope=Scope.ROSTER,
        refuses=[NotFound, NotATable, FileMissing, ImportUnderWay, RosterTooLate, TooMany],
        examples=[OpenApiExample("A CSV file", value=_FILE, media_type=CSV, request_only=True)],
        got=_READING,
    )
    def post(self, request: Request) -> Response:  # noqa: ARG002
        """
        Hand in a workbook (.xlsx) or a CSV file, in place of one that was not taken in yet.

        Up to 20,000 rows and 10 MB, as the body itself or as the part `file` of a form. It is sealed as it
        arrives and read by the vault. Nobody is taken in before you start that.
        """
        self.count()
        services.upload_roster(
            conversation=self.conversation, content=self._content(), by=self.client_user, at=self.now
        )
        return self.begun()

    def _content(self) -> bytes:
        """Empty where no body, or a form without that part, was sent."""
        sent = self.request.data
        return sent if isinstance(sent, bytes) else b""


class Columns(RosterEndpoint):
    @operation(
        "choose_roster_columns",
        takes=HowToRead,
        gives=StepShape,
        status=202,
        scope=Scope.ROSTER,
        refuses=[NotFound, ColumnsNotKnown, ImportGone, ImportUnderWay, TooMany],
        sent={"columns": ["email", "dimension"]},
        got=_READING,
    )
    def put(self, request: Request) -> Response:  # noqa: ARG002
        """Say what each column holds, and which area is meant by which name. The file is read again like that."""
        said = self.taken(HowToRead)
        self.count()
        services.choose_columns(
            conversation=self.conversation, columns=said["columns"], areas=said["areas"], by=self.client_user
        )
        return self.begun()


class Merge(RosterEndpoint):
    @operation(
        "merge_roster_groups",
        takes=MergedGroups,
        gives=StepShape,
        status=202,
        scope=Scope.ROSTER,
        refuses=[NotFound, GroupsNotChosen, ImportGone, ImportUnderWay, TooMany],
        sent={"dimension": "team", "groups": ["drivers", "porters"], "into": "Drivers and porters"},
        got=_READING,
    )
    def post(self, request: Request) -> Response:  # noqa: ARG002
        """Make one group of several. With `into` null they are not kept: nobody is in them any more."""
        said = self.taken(MergedGroups)
        into = "" if said["into"] is None else one_line(said["into"])
        if said["into"] is not None and not into:
            raise GroupsNotChosen
        self.count()
        services.merge_groups(
            conversation=self.conversation,
            dimension=said["dimension"],
            buckets=said["groups"],
            into=into,
            by=self.client_user,
        )
        return self.begun()


class Separate(RosterEndpoint):
    @operation(
        "separate_roster_groups",
        takes=OneDimension,
        gives=StepShape,
        status=202,
        scope=Scope.ROSTER,
        refuses=[NotFound, ImportGone, ImportUnderWay, TooMany],
        sent={"dimension": "team"},
        got=_READING,
    )
    def post(self, request: Request) -> Response:  # noqa: ARG002
        """Have the groups of a dimension as the file has them."""
        said = self.taken(OneDimension)
        self.count()
        services.unmerge_groups(
            conversation=self.conversation, dimension=said["dimension"], by=self.client_user
        )
        return self.begun()


class Start(RosterEndpoint):
    @operation(
        "take_roster_in",
        gives=StepShape,
        status=202,
        scope=Scope.ROSTER,
        refuses=[NotFound, NotReady, ImportGone, ImportUnderWay, RosterTooLate],
        got=_TAKING_IN,
    )
    def post(self, request: Request) -> Response:  # noqa: ARG002
        """
        Have everybody taken in, as the preview shows.

        All rows or none. It takes up to a few minutes; `get_roster_import` tells when the step is `done`, with
        how many were added, brought up to date and unchanged.
        """
        services.take_in(conversation=self.conversation, by=self.client_user, at=self.now)
        return self.begun()


class Troubles(RosterEndpoint):
    @operation(
        "list_roster_troubles",
        asks=After,
        gives=page_of(TroubleShape),
        scope=Scope.ROSTER,
        refuses=[NotFound],
        got={
            "items": [{"row": 44, "column": "E-mail", "reason": "this is no e-mail address"}],
            "after": None,
        },
    )
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """What is to be put right in the file, by row and never by value, two hundred at a time."""
        asked = self.asked(After)
        troubles = rosters.import_of(self.conversation).report.troubles
        start = int(asked["after"]) if asked.get("after", "").isdecimal() else 0
        end = start + _A_PAGE
        after = str(end) if end < len(troubles) else None
        return self.given(page_of(TroubleShape), {"items": troubles[start:end], "after": after})


def _preview(found: rosters.Import, areas: dict[str, str]) -> dict[str, Any] | None:
    if found.preview is None:
        return None
    seen = found.preview
    merged = {merge.dimension for merge in seen.reading.merges}
    return {
        "form": seen.form,
        "sheets": seen.sheets,
        "rows": seen.rows,
        "columns": seen.columns,
        "dimensions": [
            {
                "code": one.code,
                "name": one.name,
                "groups": one.buckets,
                "unlisted": one.unlisted,
                "is_merged": one.code in merged,
            }
            for one in seen.dimensions
        ],
        # Where there is one area, everybody is in it, whatever the file says.
        "in_file": seen.areas if len(areas) > 1 else [],
        "areas": areas,
    }
