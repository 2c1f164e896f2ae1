"""Figures and reports by a client user's program: what the pages show, and nothing else (R71, R42, R43, R44)."""

import hashlib
from datetime import date
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from conversations.models import Conversation
from conversations.services import tallies
from kernel.models import AuditEntry
from kernel.tenancy import control_plane, tenant_context
from reporting.documents.measures import digest_of_bytes
from reporting.documents.models import Document, Edition, Report, Snapshot, Version, VersionState
from reporting.documents.services.filing import file_of
from reporting.figures import queries as figures
from reporting.portal.queries import participation
from reporting.shapes import Cell, ReleasedTable
from tenants.models import Organisation
from tenants.webhooks import services as webhooks
from tenants.webhooks.models import Event
from tests.api.programs import Program, client_program
from tests.making import make_idea, make_people

_PDF = b"%PDF-1.7 what people said"


@pytest.fixture
def board(acme: Organisation, talk: Conversation) -> Program:
    return client_program(acme).within(f"conversations/{talk.slug}/")


@pytest.fixture
def version(acme: Organisation, talk: Conversation) -> Version:
    """A report as it is published, in one format."""
    with tenant_context(acme.tenant):
        content, day = f'{{"of":"{uuid4()}"}}', timezone.localdate()
        digest = hashlib.sha256(content.encode()).hexdigest()
        kept = {"digest": digest, "conversation": talk, "content": content}
        report = Report.objects.create(conversation=talk, title="What people said", started_on=day)
        made = Version.objects.create(
            report=report,
            number=1,
            snapshot=Snapshot.objects.create(**kept, taken_on=day, number=1),
            edition=Edition.objects.create(**kept),
            state=VersionState.PUBLISHED,
            published_on=day,
            by=uuid4(),
        )
        document = Document.objects.create(
            version=made, format="pdf", digest=digest_of_bytes(_PDF), size=len(_PDF)
        )
        default_storage.save(file_of(document), ContentFile(_PDF))
    return made


def test_participation_is_told_by_day_and_people_not_before_it_is_safe(
    acme: Organisation, talk: Conversation, board: Program
) -> None:
    """R42, L9."""
    with tenant_context(acme.tenant):
        idea = make_idea(talk, make_people(talk)[0], "CANARY")
        tallies.count_conversation(conversation=talk.pk)
    participation.forget_days()

    response = board.get("participation/")
    told = response.json()

    assert (told["ideas"], told["comments"], told["took_part"]) == (1, 0, None)
    assert [day["ideas"] for day in told["days"]][-1] == 1
    assert "CANARY" not in response.content.decode()
    assert str(idea) not in response.content.decode()


def test_tables_are_those_that_were_released(
    talk: Conversation, board: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R44: a withheld cell is null, whatever the reason."""
    released = ReleasedTable(
        id=uuid4(),
        code="participation",
        title="Took part, by team",
        rows=["Porters", "Volunteers"],
        columns=["Took part"],
        cells=[[Cell(45, 75)], [Cell(None)]],
        withheld="Some figures are withheld.",
        released_on=date(2026, 6, 12),
    )
    assert board.get("tables/").json() == {"items": []}

    monkeypatch.setattr(figures, "participation_tables", lambda _talk: [released])

    (table,) = board.get("tables/").json()["items"]
    assert table["cells"] == [[{"shown": 45, "percent": 75}], [{"shown": None, "percent": None}]]


def test_themes_and_notices_are_for_projects_that_chose_so(board: Program) -> None:
    assert board.get("themes/").json() == {"items": []}
    assert board.get("notices/").json() == {"items": []}


def test_a_report_is_listed_downloaded_and_on_record(
    acme: Organisation, board: Program, version: Version
) -> None:
    """R43."""
    (report,) = board.get("reports/").json()["items"]
    assert (report["version"], report["formats"][0]["digest"]) == (str(version.pk), digest_of_bytes(_PDF))

    file = board.get(f"reports/{version.pk}/pdf/")

    assert file.content == _PDF
    assert file["Content-Disposition"] == 'attachment; filename="what-people-said.pdf"'
    with control_plane():
        entries = AuditEntry.objects.filter(organisation=acme.pk, what="report downloaded")
        assert entries.latest("position").about["where"] == "organisation"
    for path in (f"reports/{version.pk}/docx/", f"reports/{uuid4()}/pdf/"):
        assert board.code(board.get(path)) == "not_found"


def test_what_was_taken_back_is_gone_at_once(acme: Organisation, board: Program, version: Version) -> None:
    with tenant_context(acme.tenant):
        Version.objects.filter(pk=version.pk).update(state=VersionState.WITHHELD)

    assert board.get("reports/").json() == {"items": []}
    assert board.code(board.get(f"reports/{version.pk}/pdf/")) == "not_found"


def test_that_it_was_published_is_an_event(acme: Organisation, version: Version) -> None:
    """For the organisation's own systems: noted once."""
    with tenant_context(acme.tenant):
        for _time in range(2):
            webhooks.collect(at=timezone.now())
        assert Event.objects.filter(kind="report.published", subject=version.pk).count() == 1


def test_a_conversation_that_is_not_there_is_not_found(board: Program) -> None:
    elsewhere = Program(board.host, board.token, "organisation/conversations/not-there/")
    for path in ("participation/", "tables/", "themes/", "notices/", "reports/"):
        assert elsewhere.code(elsewhere.get(path)) == "not_found"
