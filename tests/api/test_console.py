"""The console by a program: roles and assignments of whoever made the token, and its scopes (R71, R65)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Account, Token
from conversations.models import Conversation, Idea, State
from kernel.models import AuditEntry
from kernel.tenancy import control_plane, tenant_context
from tenants.models import Assignment, Organisation, Role
from tests.api.programs import Program, program_of, staff_program
from tests.making import make_conversation, make_idea, make_people
from tests.staffing import make_staff
from web.api.scopes import Scope


def _at(program: Program, organisation: Organisation, talk: Conversation) -> Program:
    return program.within(f"organisations/{organisation.pk}/projects/{talk.pk}/")


@pytest.fixture
def sam(acme: Organisation) -> Program:
    """A facilitator of acme."""
    return staff_program(Role.FACILITATOR, organisation=acme)


@pytest.fixture
def olu() -> Program:
    """An operator."""
    return staff_program(Role.OPERATOR)


@pytest.fixture
def pat(acme: Organisation) -> Program:
    """A privacy officer of acme."""
    return staff_program(Role.PRIVACY_OFFICER, organisation=acme)


def test_a_token_says_what_it_is_and_ends_itself(sam: Program) -> None:
    told = sam.get("token/").json()

    assert set(told["scopes"]) == {scope.value for scope in Scope}
    assert sam.delete("token/").status_code == 204
    assert sam.code(sam.get("token/")) == "token_refused"


def test_a_token_lies_as_a_digest_and_says_when_it_was_used(sam: Program) -> None:
    sam.get("token/")

    with control_plane():
        assert all(sam.token.encode() not in bytes(token.digest) for token in Token.objects.all())
        assert Token.objects.filter(used_on=timezone.now().date()).exists()


def test_nothing_opens_with_a_token_that_is_over_or_whose_holder_is_gone(acme: Organisation) -> None:
    """R65: switched off, without a second factor, or past its day."""
    for spoil in ("over", "off", "factor"):
        staff = make_staff(Role.FACILITATOR, organisation=acme)
        program = program_of(staff)
        assert program.get("organisations/").status_code == 200
        with control_plane():
            account = Account.objects.get(pk=staff.id)
            if spoil == "over":
                Token.objects.filter(account=account).update(expires_at=timezone.now() - timedelta(seconds=1))
            elif spoil == "off":
                Account.objects.filter(pk=account.pk).update(is_active=False)
            else:
                Authenticator.objects.filter(user=account).delete()
        assert program.code(program.get("organisations/")) == "token_refused", spoil


def test_a_role_taken_away_is_gone_at_the_next_request(acme: Organisation, talk: Conversation) -> None:
    """R65: a token carries what its holder has at that moment, and no more."""
    staff = make_staff(Role.FACILITATOR, organisation=acme)
    program = _at(program_of(staff), acme, talk)
    assert program.get("queue/").status_code == 200

    with control_plane():
        Assignment.objects.filter(account_id=staff.id).delete()

    assert program.code(program.get("queue/")) == "not_found"


def test_organisations_are_those_somebody_works_for(
    acme: Organisation, beta: Organisation, sam: Program
) -> None:
    found = {one["slug"] for one in sam.get("organisations/").json()["items"]}

    assert acme.slug in found
    assert beta.slug not in found
    assert sam.get(f"organisations/{acme.pk}/").json()["organisation"]["slug"] == acme.slug
    assert sam.code(sam.get(f"organisations/{beta.pk}/")) == "not_found"


def test_an_organisation_is_asked_for_once(olu: Program, sam: Program) -> None:
    """R60: the same key twice is one job; the same key for something else is refused."""
    slug = f"org-{uuid4().hex[:10]}"
    wanted = {"name": "Riverside", "slug": slug, "colour": "#00625a"}
    key = {"idempotency-key": uuid4().hex}

    assert sam.code(sam.post("organisations/", wanted)) == "role_missing"
    first, again = olu.post("organisations/", wanted, **key), olu.post("organisations/", wanted, **key)
    otherwise = olu.post("organisations/", {**wanted, "name": "Other"}, **key)

    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert again["Idempotent-Replayed"] == "true"
    assert olu.code(otherwise) == "key_used_otherwise"
    assert olu.get(f"jobs/{first.json()['id']}/").json()["state"] in {"waiting", "running", "done"}
    assert olu.code(olu.post("organisations/", {**wanted, "slug": "NOT USABLE"})) == "slug_not_usable"


def test_a_draft_is_made_and_looked_at(acme: Organisation, olu: Program, sam: Program) -> None:
    """R61."""
    projects = olu.within(f"organisations/{acme.pk}/")
    wanted = {"name": "A better place", "slug": f"draft-{uuid4().hex[:8]}"}

    made = projects.post("projects/", wanted)

    assert made.status_code == 201, made.content
    assert made.json()["phase"] == "draft"
    project = made.json()["id"]
    assert project in {one["id"] for one in projects.get("projects/").json()["items"]}
    assert projects.get(f"projects/{project}/").json()["slug"] == wanted["slug"]
    assert "red" in {line["tone"] for line in projects.get(f"projects/{project}/checklist/").json()["items"]}
    refused = sam.within(f"organisations/{acme.pk}/").post("projects/", wanted)
    assert sam.code(refused) == "role_missing"


def test_a_post_is_claimed_masked_and_put_back(acme: Organisation, talk: Conversation, sam: Program) -> None:
    """R20, R22, R24: the queue, a claim, an act, and taking it back."""
    with tenant_context(acme.tenant):
        (ben,) = make_people(talk)
        idea = make_idea(talk, ben, "Ask Sam Smith about daylight.")
    desk = _at(sam, acme, talk)

    (line,) = desk.get("queue/").json()["items"]
    post = desk.get(f"queue/{idea}/").json()
    assert (line["id"], post["text"]) == (str(idea), "Ask Sam Smith about daylight.")
    assert desk.post(f"queue/{idea}/claim/").status_code == 200
    wanted = {
        "kind": "mask",
        "seen": post["version"],
        "rule": "person",
        "words": ["Sam Smith"],
        "note": "Thank you.",
    }
    done = desk.post(f"queue/{idea}/acts/", wanted)
    assert done.status_code == 201, done.content
    masked = desk.get(f"queue/{idea}/").json()
    assert "Sam Smith" not in masked["text"]
    assert masked["history"][0]["rule"] == "person"
    undone = desk.post("acts/undo/", {"acts": [done.json()["act"]]})
    assert undone.json() == {"posts": [str(idea)]}
    assert desk.get(f"queue/{idea}/").json()["text"] == "Ask Sam Smith about daylight."
    assert desk.post(f"queue/{idea}/finish/").status_code == 204
    assert desk.get("queue/").json()["items"] == []
    assert desk.get("queue/?lane=done").json()["items"][0]["id"] == str(idea)


def test_an_act_sent_twice_is_done_once(acme: Organisation, talk: Conversation, sam: Program) -> None:
    with tenant_context(acme.tenant):
        idea = make_idea(talk, make_people(talk)[0])
    desk, key = _at(sam, acme, talk), {"idempotency-key": uuid4().hex}
    desk.get("queue/")
    wanted = {"kind": "hide", "seen": 0, "rule": "abuse"}

    first, again = (desk.post(f"queue/{idea}/acts/", wanted, **key) for _time in range(2))
    third = desk.post(f"queue/{idea}/acts/", wanted)

    assert first.json() == again.json()
    assert third.status_code == 409
    with tenant_context(acme.tenant):
        assert Idea.objects.get(pk=idea).state == State.HIDDEN


def test_a_scope_narrows_a_role(acme: Organisation, talk: Conversation) -> None:
    staff = make_staff(Role.FACILITATOR, organisation=acme)
    with tenant_context(acme.tenant):
        idea = make_idea(talk, make_people(talk)[0])
    reader = _at(program_of(staff, (Scope.READ,)), acme, talk)

    assert reader.get("queue/").status_code == 200
    for path, body in (
        (f"queue/{idea}/claim/", {}),
        (f"queue/{idea}/acts/", {"kind": "hide", "seen": 0, "rule": "abuse"}),
    ):
        assert reader.code(reader.post(path, body)) == "scope_missing"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"kind": "hide"},
        {"kind": "undo", "seen": 0, "rule": "review"},
        {"kind": "hide", "seen": -1, "rule": "abuse"},
        {"kind": "hide", "seen": "0", "rule": "abuse"},
        {"kind": "hide", "seen": 0, "rule": "boring"},
        {"kind": "hide", "seen": 0, "rule": "topic"},
        {"kind": "split", "seen": 0, "rule": "several", "parts": [{"text": "One."}]},
        {"kind": "split", "seen": 0, "rule": "several"},
        {"kind": "move", "seen": 0, "rule": "topic"},
    ],
)
def test_what_an_act_lacks_is_said(
    acme: Organisation, talk: Conversation, sam: Program, body: object
) -> None:
    with tenant_context(acme.tenant):
        idea = make_idea(talk, make_people(talk)[0])
    desk = _at(sam, acme, talk)
    desk.get("queue/")

    response = desk.post(f"queue/{idea}/acts/", body)

    assert response.status_code == 422
    desk.code(response)


def test_requests_are_for_privacy_officers(acme: Organisation, pat: Program, sam: Program) -> None:
    """R63: entered, looked at, paused; nothing says who asked."""
    wanted = {
        "kind": "copy",
        "channel": "mail",
        "organisation": str(acme.pk),
        "received_on": timezone.localdate().isoformat(),
    }
    assert sam.code(sam.post("requests/", wanted)) == "role_missing"
    assert sam.code(sam.get("requests/")) == "role_missing"

    number = pat.post("requests/", wanted).json()["number"]

    assert number in {one["number"] for one in pat.get("requests/").json()["open"]}
    assert pat.code(pat.post(f"requests/{number}/pause/", {"reason": "many"})) == "reason_needed"
    assert pat.post(f"requests/{number}/pause/", {"reason": "clarification"}).json()["request"]["is_paused"]
    assert not pat.post(f"requests/{number}/resume/").json()["request"]["is_paused"]
    assert pat.post(f"requests/{number}/extend/", {"reason": "complex"}).json()["request"]["is_extended"]
    steps = pat.post(f"requests/{number}/refuse/", {"reason": "unproven"}).json()["steps"]
    assert [step["what"] for step in steps] == ["entered", "paused", "resumed", "extended", "refused"]
    assert pat.code(pat.get("requests/AAAA-AAAA/")) == "not_found"


def test_looking_into_an_organisation_stands_in_the_audit_once(
    acme: Organisation, talk: Conversation, sam: Program
) -> None:
    """R66: once for each token, as once for each session."""
    for _time in range(3):
        _at(sam, acme, talk).get("queue/")

    with control_plane():
        token = Token.objects.order_by("-expires_at")[0]
        entered = AuditEntry.objects.filter(what="organisation entered", about={"token": str(token.pk)})
        assert entered.count() == 1


def test_a_list_asks_as_much_for_many_as_for_few(
    acme: Organisation, talk: Conversation, sam: Program
) -> None:
    desk = _at(sam, acme, talk)
    counts = []
    for more in (1, 12):
        with tenant_context(acme.tenant):
            (ben,) = make_people(talk)
            for n in range(more):
                make_idea(talk, ben, f"Idea {n} of {more}")
        desk.get("queue/")
        with CaptureQueriesContext(connections["default"]) as asked:
            assert desk.get("queue/").status_code == 200
        counts.append(len(asked.captured_queries))

    assert counts[0] == counts[1]


def test_another_organisations_project_is_none_of_ours(
    acme: Organisation, beta: Organisation, sam: Program
) -> None:
    """I3."""
    with tenant_context(beta.tenant):
        theirs = make_conversation()

    assert sam.code(_at(sam, acme, theirs).get("queue/")) == "not_found"
    assert sam.code(_at(sam, beta, theirs).get("queue/")) == "not_found"
