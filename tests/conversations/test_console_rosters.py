"""The pages on which a roster is brought in."""

import csv
import io
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations.models import Bucket, Conversation, Dimension, RosterUpload
from conversations.queries.surveys import survey_of
from conversations.services import rosters
from conversations.services.surveys import SurveyQuestion, define_survey
from kernel.messages import letters as outbox
from kernel.models import AuditEntry
from kernel.tenancy import control_plane, tenant_context
from privacy.vault import runner
from privacy.vault.interface import vault
from tenants.models import Organisation, Role
from tests.kernel.test_tables import workbook
from tests.making import make_conversation, new_address
from tests.staffing import desk_of, make_staff


@pytest.fixture
def desk(acme: Organisation) -> Client:
    return desk_of(make_staff(Role.SUPPORT, organisation=acme))


def _at(organisation: Organisation, talk: Conversation, path: str = "") -> str:
    return f"/organisations/{organisation.pk}/projects/{talk.pk}/roster/{path}"


def _upload(desk: Client, organisation: Organisation, talk: Conversation, *lines: str) -> str:
    """The page that says what was found."""
    return _upload_file(desk, organisation, talk, "\n".join(lines).encode())


def _upload_file(desk: Client, organisation: Organisation, talk: Conversation, content: bytes) -> str:
    sent = desk.post(_at(organisation, talk, "upload/"), {"file": SimpleUploadedFile("roster", content)})
    assert sent.status_code == 302, sent.content
    return _looked_at(desk, organisation, talk)


def _looked_at(desk: Client, organisation: Organisation, talk: Conversation) -> str:
    runner.run_waiting()
    return desk.get(_at(organisation, talk, "import/")).content.decode()


def _staff_of_three_teams() -> list[str]:
    return [
        f"{new_address()},{team}"
        for team, count in [("Porters", 30), ("Chaplains", 7), ("Drivers", 5)]
        for _n in range(count)
    ]


def test_a_roster_is_looked_at_merged_and_taken_in(
    acme: Organisation, talk: Conversation, desk: Client
) -> None:
    """R41: nobody is in before the groups are large enough; then everybody, and the groups are known by name."""
    page = _upload(desk, acme, talk, "E-mail,Team", *_staff_of_three_teams())
    assert "2 too small" in page
    assert "Take in" not in page
    refused = desk.post(_at(acme, talk, "import/confirm/"))
    assert (refused.status_code, "put right" in refused.content.decode()) == (422, True)

    merged = {"dimension": "team", "bucket": ["chaplains", "drivers"], "into": "Small teams", "act": "merge"}
    desk.post(_at(acme, talk, "import/groups/"), merged)
    assert "Take in 42 rows" in _looked_at(desk, acme, talk)
    desk.post(_at(acme, talk, "import/confirm/"))
    done = _looked_at(desk, acme, talk)

    assert "The roster is taken in" in done
    assert "<dd>42</dd>" in done
    with tenant_context(acme.tenant):
        labels = Bucket.objects.filter(dimension__conversation=talk).values_list("label", flat=True)
        assert sorted(labels) == ["Porters", "Small teams"]
        assert not Dimension.objects.get(conversation=talk).is_asked


def test_five_thousand_rows_with_bad_ones_say_which(
    acme: Organisation, talk: Conversation, desk: Client
) -> None:
    """R41, scenario 3: row, column and reason to download, and no value of anybody."""
    rows: list[list[object]] = [["Work email", "Mobile", "Site"]]
    rows += [[new_address(), None, f"Site {n % 4}"] for n in range(5_000)]
    rows[100][0], rows[2_000][0], rows[3_000][1] = "not.an.address", rows[1_999][0], "12"

    page = _upload_file(desk, acme, talk, workbook(rows))
    download = desk.get(_at(acme, talk, "import/to-put-right.csv"))

    assert "5,000 rows (XLSX)" in page
    assert "3 things stand" in page
    table = list(csv.reader(io.StringIO(download.content.decode("utf-8-sig"))))
    assert [line[:2] for line in table[1:]] == [
        ["101", "Work email"],
        ["2001", "Work email"],
        ["3001", "Mobile"],
    ]
    assert "not.an.address" not in page + download.content.decode()
    assert "@people.example" not in page + download.content.decode()


def test_a_heading_is_no_formula_in_the_download(
    acme: Organisation, talk: Conversation, desk: Client
) -> None:
    """Z7."""
    _upload(desk, acme, talk, "Email,=cmd()", *(f"{new_address()},+x" for _n in range(12)))

    download = desk.get(_at(acme, talk, "import/to-put-right.csv")).content.decode("utf-8-sig")

    assert "'=cmd()" in download
    assert not re.search(r"(^|,)[=+@-]", download, re.MULTILINE)


def test_a_second_send_reaches_only_those_missing(
    acme: Organisation, talk: Conversation, desk: Client
) -> None:
    """R41, scenario 4."""
    first, later = new_address(), new_address()
    for addresses in ((first,), (first, later)):
        _upload(desk, acme, talk, "email", *addresses)
        desk.post(_at(acme, talk, "import/confirm/"))
        _looked_at(desk, acme, talk)
        with tenant_context(acme.tenant):
            vault().invite(conversation=talk.pk, key="opening", opens_at=timezone.now(), closes_at=None)
            runner.run_waiting()

    again = desk.post(_at(acme, talk, "resend/"), follow=True).content.decode()
    runner.run_waiting()
    nobody = desk.post(_at(acme, talk, "resend/"), follow=True).content.decode()

    assert "One invitation leaves now" in again
    assert "Nobody is left to invite" in nobody
    assert [len(outbox(to=address)) for address in (first, later)] == [1, 1]


def test_nothing_is_sent_again_before_it_was_sent(
    acme: Organisation, talk: Conversation, desk: Client
) -> None:
    refused = desk.post(_at(acme, talk, "resend/"))

    assert refused.status_code == 409
    assert "have not left yet" in refused.content.decode()


def test_columns_can_be_read_otherwise(acme: Organisation, talk: Conversation, desk: Client) -> None:
    """R41."""
    _upload(desk, acme, talk, "email,Shoe size", *(f"{new_address()},{40 + n % 2}" for n in range(24)))

    desk.post(_at(acme, talk, "import/columns/"), {"column-0": "email", "column-1": "leave out"})
    page = _looked_at(desk, acme, talk)
    refused = desk.post(_at(acme, talk, "import/columns/"), {"column-0": "email"})

    assert "No column is kept as a group" in page
    assert refused.status_code == 422


def test_what_is_no_table_is_refused_with_the_reason(
    acme: Organisation, talk: Conversation, desk: Client
) -> None:
    """R41, Z1."""
    page = _upload_file(desk, acme, talk, b"%PDF-1.7")

    assert "This is not a table" in page
    assert "Upload another file" in page


def test_no_file_and_a_file_too_large_are_refused(
    acme: Organisation, talk: Conversation, desk: Client
) -> None:
    nothing = desk.post(_at(acme, talk, "upload/"))
    large = desk.post(_at(acme, talk, "upload/"), {"file": SimpleUploadedFile("r.csv", b"x" * 11_000_000)})

    assert (nothing.status_code, large.status_code) == (422, 422)
    assert "up to 10 MB" in large.content.decode()


def test_the_file_is_sealed_and_goes_after_the_import(
    acme: Organisation, talk: Conversation, desk: Client
) -> None:
    """Architecture 2: sealed before it is kept anywhere."""
    from django.core.files.storage import default_storage

    address = new_address()
    _upload(desk, acme, talk, "email", address)
    with tenant_context(acme.tenant):
        name = RosterUpload.objects.get(conversation=talk).file
        assert name.startswith(f"rosters/{talk.pk}/")
        with default_storage.open(name) as file:
            assert address.encode() not in file.read()

    desk.post(_at(acme, talk, "import/confirm/"))
    _looked_at(desk, acme, talk)

    with tenant_context(acme.tenant):
        assert not default_storage.exists(name)


def test_a_file_of_yesterday_goes(acme: Organisation, talk: Conversation, desk: Client) -> None:
    from django.core.files.storage import default_storage

    _upload(desk, acme, talk, "email", new_address())
    with tenant_context(acme.tenant):
        name = RosterUpload.objects.get(conversation=talk).file
        rosters.finish_imports(at=timezone.now() + timedelta(hours=25))

        assert not default_storage.exists(name)
    assert desk.get(_at(acme, talk, "import/")).status_code == 404
    assert desk.post(_at(acme, talk, "import/confirm/")).status_code == 409


def test_an_import_nobody_watches_is_finished_by_the_schedule(
    acme: Organisation, talk: Conversation, desk: Client
) -> None:
    _upload(desk, acme, talk, "email,team", *(f"{new_address()},Cooks" for _n in range(11)))
    desk.post(_at(acme, talk, "import/confirm/"))
    runner.run_waiting()

    with tenant_context(acme.tenant):
        rosters.finish_imports(at=timezone.now())

        assert Dimension.objects.get(conversation=talk).question == "team"


def test_progress_is_asked_for_by_the_page(acme: Organisation, talk: Conversation, desk: Client) -> None:
    desk.post(_at(acme, talk, "upload/"), {"file": SimpleUploadedFile("r.csv", b"email\na@b.cd")})

    page = desk.get(_at(acme, talk, "import/"))
    fragment = desk.get(_at(acme, talk, "import/"), headers={"HX-Request": "true"})
    runner.run_waiting()
    ended = desk.get(_at(acme, talk, "import/"), headers={"HX-Request": "true"})

    assert 'hx-trigger="every 1s"' in page.content.decode()
    assert "<html" not in fragment.content.decode()
    assert ended["HX-Refresh"] == "true"


def test_an_import_can_be_gone_on_with(acme: Organisation, talk: Conversation, desk: Client) -> None:
    _upload(desk, acme, talk, "email", new_address())

    page = desk.get(_at(acme, talk)).content.decode()

    assert "is not taken in yet" in page
    assert _at(acme, talk, "import/") in page


def test_a_roster_can_be_discarded(acme: Organisation, talk: Conversation, desk: Client) -> None:
    _upload(desk, acme, talk, "email", new_address())

    assert desk.post(_at(acme, talk, "import/discard/"))["Location"] == _at(acme, talk)
    assert desk.get(_at(acme, talk, "import/")).status_code == 404


def test_the_page_says_who_is_there_in_rounded_numbers(
    acme: Organisation, talk: Conversation, desk: Client
) -> None:
    empty = desk.get(_at(acme, talk)).content.decode()
    _upload(desk, acme, talk, "email,team", *(f"{new_address()},Cooks" for _n in range(13)))
    desk.post(_at(acme, talk, "import/confirm/"))
    _looked_at(desk, acme, talk)

    page = desk.get(_at(acme, talk)).content.decode()

    assert "Nobody yet" in empty
    assert "<strong>15</strong> people are" in page
    assert "@people.example" not in page


@pytest.mark.parametrize("role", [Role.FACILITATOR, Role.ANALYST, Role.PRIVACY_OFFICER])
@pytest.mark.parametrize("path", ["", "import/", "import/to-put-right.csv"])
def test_whoever_reads_posts_sees_no_roster(
    acme: Organisation, talk: Conversation, role: Role, path: str
) -> None:
    """R65: facilitators and analysts read what is written; they never see who could have written it."""
    desk = desk_of(make_staff(role, organisation=acme))

    assert desk.get(_at(acme, talk, path)).status_code == 403
    assert desk.post(_at(acme, talk, "upload/")).status_code == 403


def test_another_organisation_does_not_exist(
    acme: Organisation, beta: Organisation, talk: Conversation
) -> None:
    """Scenario 2."""
    stranger = desk_of(make_staff(Role.SUPPORT, organisation=beta))

    assert stranger.get(_at(acme, talk)).status_code == 404
    assert stranger.get(_at(beta, talk)).status_code == 404
    assert stranger.get(f"/organisations/{beta.pk}/projects/{uuid4()}/roster/").status_code == 404


def test_what_was_done_is_in_the_audit_chain(acme: Organisation, talk: Conversation, desk: Client) -> None:
    """R64: what, by whom, in numbers."""
    _upload(desk, acme, talk, "email", new_address())
    desk.post(_at(acme, talk, "import/confirm/"))

    with control_plane():
        entries = AuditEntry.objects.filter(about__project=str(talk.pk)).order_by("position")
        assert [entry.what for entry in entries] == ["roster uploaded", "roster taken in"]


def test_a_question_of_the_survey_stays_one(acme: Organisation, talk: Conversation) -> None:
    """R05: the roster adds its groups to the answers, and asks nothing by itself."""
    with tenant_context(acme.tenant):
        define_survey(
            conversation=talk.pk,
            questions=[SurveyQuestion("team", "Which team are you in?", "", [("cooks", "Cooks")])],
        )
        people = [f"{new_address()},{team},{n % 2}" for team in ("Cooks", "Porters") for n in range(22)]
        roster = "\n".join(["email,Team,Shift", *people]).encode()
        vault().enrol(conversation=talk.pk, roster=roster, areas=["everybody"])
        runner.run_waiting()
        rosters.define_groups(conversation=talk, population=vault().population(conversation=talk.pk))

        asked = survey_of(talk)

    assert [question.question for question in asked.questions] == ["Which team are you in?"]
    assert dict(asked.questions[0].buckets) == {"cooks": "Cooks", "porters": "Porters"}
    assert [known.question for known in asked.known] == ["Shift"]


def test_areas_of_the_file_are_matched_by_hand(acme: Organisation, desk: Client) -> None:
    """R06, R41."""
    with tenant_context(acme.tenant):
        talk = make_conversation(areas=("staff", "students"))
    lines = [f"{new_address()},{'Employees' if n % 2 else 'students'}" for n in range(100)]
    page = _upload(desk, acme, talk, "email,Area", *lines)
    assert "are none of the conversation" in page

    desk.post(
        _at(acme, talk, "import/columns/"),
        {"column-0": "email", "column-1": "area", "area-employees": "staff", "area-students": "students"},
    )

    assert "Take in 100 rows" in _looked_at(desk, acme, talk)


def test_the_pages_cost_the_same_however_many_groups_there_are(
    acme: Organisation, talk: Conversation, desk: Client
) -> None:
    """The names and sizes of groups are one sealed piece, not a query for each."""
    counts = []
    for groups in (1, 20):
        lines = [f"{new_address()},{n % groups}" for n in range(12 * groups)]
        _upload(desk, acme, talk, f"email,team {groups}", *lines)
        with CaptureQueriesContext(connections["default"]) as looked_at:
            desk.get(_at(acme, talk, "import/"))
        desk.post(_at(acme, talk, "import/confirm/"))
        _looked_at(desk, acme, talk)
        with CaptureQueriesContext(connections["default"]) as there:
            desk.get(_at(acme, talk))
        counts.append((len(looked_at), len(there)))

    assert counts[0] == counts[1]
