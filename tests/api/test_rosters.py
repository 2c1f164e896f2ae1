"""A roster brought in by a program of the organisation's: the same steps, sizes and refusals as on the page (R71, R41)."""

import json
import logging
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from conversations.api.client import rosters
from conversations.models import Bucket, Conversation, RosterUpload
from kernel.models import AuditEntry
from kernel.tenancy import control_plane, tenant_context
from privacy.vault import runner
from tenants.models import Organisation
from tests.api.programs import Program, client_program, participant, staff_program
from tests.making import change, make_conversation, new_address
from web.api.files import BYTES, WORKBOOK
from web.api.scopes import Scope


@pytest.fixture
def program(acme: Organisation, talk: Conversation) -> Program:
    return client_program(acme, (Scope.READ, Scope.ROSTER)).within(f"conversations/{talk.slug}/roster/")


def _roster(*more: str) -> bytes:
    rows = [
        f"{new_address()},{team}"
        for team, count in [("Porters", 30), ("Chaplains", 7), ("Drivers", 5)]
        for _n in range(count)
    ]
    return "\n".join(["E-mail,Team", *rows, *more]).encode()


def _looked_at(program: Program) -> Any:
    runner.run_waiting()
    return program.get("import/").json()


def test_a_roster_is_handed_in_looked_at_merged_and_taken_in(
    acme: Organisation, talk: Conversation, program: Program, caplog: pytest.LogCaptureFixture
) -> None:
    """R41: job and counts are followed, who brought it is on record, and no address is in an answer or a log."""
    roster = _roster()
    answers = []
    with caplog.at_level(logging.DEBUG):
        handed_in = program.send_file("file/", roster)
        assert (handed_in.status_code, handed_in.json()) == (202, {"step": "reading"})
        answers.append(_looked_at(program))
        assert [column["holds"] for column in answers[0]["preview"]["columns"]] == ["email", "dimension"]
        assert (answers[0]["step"], answers[0]["is_ready"], answers[0]["counts"]) == ("checking", False, None)
        assert program.code(program.post("import/start/")) == "roster_not_ready"

        small = {"dimension": "team", "groups": ["chaplains", "drivers"], "into": "Small teams"}
        assert program.post("import/groups/merge/", small).json()["step"] == "reading"
        answers.append(_looked_at(program))
        counts = {"rows": 42, "added": 42, "updated": 0, "unchanged": 0}
        assert (answers[1]["is_ready"], answers[1]["counts"]) == (True, counts)
        assert program.post("import/start/").json()["step"] == "taking in"
        answers.append(_looked_at(program))

    assert (answers[2]["step"], answers[2]["counts"], answers[2]["preview"]) == ("done", counts, None)
    assert program.get().json()["people"] == 40
    said = json.dumps(answers) + "".join(str(record.__dict__) for record in caplog.records)
    assert "people.example" not in said
    with tenant_context(acme.tenant):
        labels = Bucket.objects.filter(dimension__conversation=talk).values_list("label", flat=True)
        assert sorted(labels) == ["Porters", "Small teams"]
    with control_plane():
        noted = AuditEntry.objects.filter(about__project=str(talk.pk)).order_by("position")
        assert [entry.what for entry in noted] == ["roster uploaded", "roster taken in"]
        assert {entry.about["side"] for entry in noted} == {"organisation"}


def test_columns_are_chosen_groups_are_dropped_and_had_again(program: Program) -> None:
    program.send_file("file/", _roster(), BYTES)
    _looked_at(program)

    program.post("import/groups/merge/", {"dimension": "team", "groups": ["drivers"], "into": None})
    dropped = _looked_at(program)["preview"]["dimensions"][0]
    program.post("import/groups/separate/", {"dimension": "team"})
    again = _looked_at(program)["preview"]["dimensions"][0]
    program.put("import/columns/", {"columns": ["email", "leave out"]})
    without = _looked_at(program)

    assert (len(dropped["groups"]), dropped["is_merged"]) == (2, True)
    assert (len(again["groups"]), again["is_merged"]) == (3, False)
    assert (without["preview"]["dimensions"], without["is_ready"]) == ([], True)
    for path, body, code in (
        (
            "import/groups/merge/",
            {"dimension": "team", "groups": ["x"], "into": "Other"},
            "groups_not_chosen",
        ),
        ("import/groups/merge/", {"dimension": "team", "groups": ["x"], "into": "\t"}, "groups_not_chosen"),
        ("import/groups/merge/", {"dimension": "team"}, "input_not_readable"),
    ):
        assert program.code(program.post(path, body)) == code
    assert program.code(program.put("import/columns/", {"columns": ["email"]})) == "columns_not_known"
    assert program.code(program.put("import/columns/", {"columns": ["salary"]})) == "input_not_readable"


def test_what_is_to_be_put_right_is_told_by_row_and_never_by_value(program: Program) -> None:
    """R41, Z7: page by page, and in the form of a browser as well."""
    wrong = "\n".join(f"not.an.address{n},Porters" for n in range(230))
    boundary = uuid4().hex
    part = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="r.csv"\r\n\r\n'
    form = part.encode() + _roster(wrong) + f"\r\n--{boundary}--\r\n".encode()
    assert program.send_file("file/", form, f"multipart/form-data; boundary={boundary}").status_code == 202

    seen = _looked_at(program)
    first = program.get("import/troubles/").json()
    second = program.get(f"import/troubles/?after={first['after']}").json()

    assert (len(seen["troubles"]), seen["troubles_in_all"]) == (20, 231)
    assert (len(first["items"]), len(second["items"]), second["after"]) == (200, 31, None)
    assert {"row": 44, "column": "E-mail"}.items() <= first["items"][1].items()
    assert "not.an.address" not in json.dumps([seen, first, second])


def test_a_file_that_is_none_is_refused_or_taken_back(
    acme: Organisation, talk: Conversation, program: Program
) -> None:
    """Z7: too large, empty, of another kind; and what cannot be read says so."""
    for content, kind, code in (
        (b"", "text/csv", "file_missing"),
        (b"E" * (10 * 1024 * 1024 + 1), WORKBOOK, "file_missing"),
        (b"E" * (11 * 1024 * 1024), WORKBOOK, "file_missing"),
        (b'{"people": []}', "application/json", "not_a_table"),
        (b"E-mail", "", "not_a_table"),
        (b"--x", "multipart/form-data", "input_not_readable"),
    ):
        assert program.code(program.send_file("file/", content, kind)) == code
    assert program.code(program.get("import/")) == "not_found"
    assert program.code(program.post("import/start/")) == "import_gone"

    program.send_file("file/", b"%PDF-1.7\nno table")
    refused = _looked_at(program)
    assert (refused["step"], refused["preview"], len(refused["troubles"])) == ("refused", None, 1)
    assert program.delete("import/").status_code == 204
    with tenant_context(acme.tenant):
        assert not RosterUpload.objects.filter(conversation=talk).exists()


def test_it_wants_its_own_scope_and_a_token_of_this_side(
    acme: Organisation, beta: Organisation, talk: Conversation
) -> None:
    """R71, I4: figures alone do not open it, nor does anybody else's token; another organisation finds nothing."""
    at = f"organisation/conversations/{talk.slug}/roster/"
    reading = client_program(acme, (Scope.READ, Scope.WRITE)).within(f"conversations/{talk.slug}/roster/")
    theirs = client_program(beta, (Scope.ROSTER,)).within(f"conversations/{talk.slug}/roster/")
    strangers = [
        Program(f"{acme.slug}.localhost", token, at)
        for token in ("", participant(acme, talk).token, staff_program().token, theirs.token)
    ]

    for method, path in (
        ("POST", "file/"), ("GET", "import/"), ("DELETE", "import/"), ("PUT", "import/columns/"),
        ("POST", "import/groups/merge/"), ("POST", "import/groups/separate/"), ("POST", "import/start/"),
        ("GET", "import/troubles/"),
    ):  # fmt: skip
        assert reading.code(reading.send(method, path, {})) == "scope_missing"
        assert theirs.code(theirs.send(method, path, {})) == "not_found"
        for stranger in strangers:
            assert stranger.code(stranger.send(method, path, {})) == "token_refused"


def test_nobody_is_added_after_it_closed_and_a_draft_takes_its_roster(acme: Organisation) -> None:
    """R41: the state of the project decides, as on the page."""
    with tenant_context(acme.tenant):
        closed, draft = make_conversation(), make_conversation()
        change(draft, opens_at=None, closes_at=None)
    token = client_program(acme, (Scope.READ, Scope.ROSTER))
    late, early = (token.within(f"conversations/{one.slug}/roster/") for one in (closed, draft))
    rows = [new_address() for _n in range(12)]
    for program in (late, early):
        program.send_file("file/", "\n".join(["E-mail", *rows]).encode())
    assert _looked_at(late)["is_ready"]
    with tenant_context(acme.tenant):
        change(closed, closes_at=timezone.now() - timedelta(minutes=1))

    assert late.code(late.post("import/start/")) == "roster_too_late"
    assert late.code(late.send_file("file/", b"E-mail")) == "roster_too_late"
    assert early.post("import/start/").status_code == 202
    assert _looked_at(early)["step"] == "done"


def test_the_same_sent_twice_is_done_once_and_too_often_is_refused(
    acme: Organisation, talk: Conversation, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    roster, key = _roster(), {"idempotency-key": uuid4().hex}
    first = program.send_file("file/", roster, **key)
    with tenant_context(acme.tenant):
        kept = RosterUpload.objects.get(conversation=talk).pk
    again = program.send_file("file/", roster, **key)

    assert (again.json(), again["Idempotent-Replayed"]) == (first.json(), "true")
    assert program.code(program.send_file("file/", _roster(), **key)) == "key_used_otherwise"
    with tenant_context(acme.tenant):
        assert RosterUpload.objects.get(conversation=talk).pk == kept
    monkeypatch.setattr(rosters, "READINGS", "1/10minutes")
    assert program.send_file("file/", roster).status_code == 202
    assert program.code(program.send_file("file/", roster)) == "too_many"


def test_answers_have_tags_and_allowances_that_say_nothing_of_who_asks(
    acme: Organisation, talk: Conversation, program: Program
) -> None:
    """R09: a tag is the digest of the answer; participants' answers have neither."""
    first, other = program.get(), client_program(acme).within(program.at.removeprefix("organisation/")).get()
    again = program.get(**{"if-none-match": first["ETag"]})

    assert first["ETag"] == other["ETag"]
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert first["RateLimit-Policy"] == '"token";q=1200;w=600'
    assert first["RateLimit"].startswith('"token";r=119')
    assert "ETag" not in program.send_file("file/", _roster())
    participants = participant(acme, talk).get("streams/")
    assert participants.status_code == 200
    assert not {"ETag", "RateLimit", "RateLimit-Policy"} & set(participants.headers)
