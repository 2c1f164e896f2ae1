"""The register on the console: for whose work it is, with the clock, and without a word about who asked."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kernel import audit
from kernel.models import AuditEntry
from kernel.tenancy import control_plane
from privacy.requests.models import Channel, Done, Kind, Reason, Request, RequestStep, State
from privacy.requests.services import asking, deciding, following
from privacy.requests.services.register import NotPossibleNow
from privacy.vault import runner
from privacy.vault.interface import vault_of_nobody
from privacy.vault.rights import Wish
from tenants.models import Organisation, Role
from tenants.permissions import RoleMissing
from tests.asking import ask, code_to, confirm, finish, letters_to
from tests.making import new_address
from tests.staffing import desk_of, make_staff

NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)


@pytest.fixture
def officer() -> Client:
    """A privacy officer of every organisation."""
    return desk_of(make_staff(Role.PRIVACY_OFFICER))


def _enter(desk: Client, **more: str) -> str:
    typed = {"kind": "deletion", "channel": "telephone", "received_on": timezone.localdate().isoformat()}
    response = desk.post("/requests/new/", {**typed, "address": "", "language": "en", **more})
    assert response.status_code == 302, response.content.decode()
    return response["Location"].rstrip("/").rsplit("/", 1)[-1]


def _request(number: str) -> Request:
    with control_plane():
        return Request.objects.get(pk=number)


def _steps(number: str) -> list[str]:
    with control_plane():
        return list(RequestStep.objects.filter(request=number).order_by("pk").values_list("what", flat=True))


def _act(desk: Client, number: str, act: str, **more: str) -> int:
    return desk.post(f"/requests/{number}/change/", {"act": act, **more}).status_code


def test_a_request_by_telephone_goes_from_entry_to_done(officer: Client) -> None:
    """R63: the address is typed once; the code that is read out starts it; the proof goes to the address."""
    address = new_address()
    number = _enter(officer, address=address)
    waiting = _request(number)
    done = _act(officer, number, "confirm", code=code_to(address), keeps="keep")
    running = _request(number)
    finish(number)

    assert (waiting.state, waiting.paused_for) == (State.AWAITING, Reason.IDENTITY)
    assert (done, running.state, running.is_paused) == (302, State.RUNNING, False)
    assert _request(number).state == State.DONE
    assert _steps(number) == [Done.ENTERED, Done.CODE_SENT, Done.IDENTITY_SHOWN, Done.DONE]
    assert number in letters_to(address)[0]


def test_no_page_shows_the_address_again(officer: Client) -> None:
    """R63, adversary 11."""
    address = new_address()
    number = _enter(officer, address=address)
    wrong = officer.post("/requests/new/", {"kind": "x", "address": address})

    assert wrong.status_code == 422
    for page in (officer.get("/requests/"), officer.get(f"/requests/{number}/"), wrong):
        assert address not in page.content.decode()


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"kind": "everything"}, "Choose what they ask for."),
        ({"channel": "site"}, "Choose how it arrived."),
        ({"received_on": "soon"}, "Give the day as in"),
        ({"received_on": "2099-01-01"}, "cannot arrive after today"),
        ({"received_on": "2020-01-01"}, "not more than three months ago"),
        ({"address": "the nurse on ward 7"}, "Type an e-mail address"),
        ({"place": "somewhere"}, "Choose an organisation"),
    ],
)
def test_what_cannot_be_entered_is_said(officer: Client, more: dict[str, str], told: str) -> None:
    typed = {"kind": "copy", "channel": "mail", "received_on": timezone.localdate().isoformat(), **more}
    response = officer.post("/requests/new/", typed)

    assert response.status_code == 422
    assert told in response.content.decode()


@pytest.mark.parametrize("role", [Role.FACILITATOR, Role.ANALYST, Role.OPERATOR])
def test_the_register_is_not_for_every_role(role: Role, officer: Client) -> None:
    """R63."""
    number = _enter(officer)
    desk = desk_of(make_staff(role))

    for path in ("/requests/", "/requests/new/", f"/requests/{number}/"):
        assert desk.get(path).status_code == 403, path
    assert _act(desk, number, "refuse", reason="unfounded") == 403
    with pytest.raises(RoleMissing):
        deciding.refuse(number=number, reason="unfounded", by=make_staff(role), at=timezone.now())


def test_staff_of_one_organisation_see_nothing_of_another(
    officer: Client, acme: Organisation, beta: Organisation
) -> None:
    """R63: neither requests of others, nor those that concern every organisation."""
    here = desk_of(make_staff(Role.SUPPORT, organisation=acme))
    theirs, everywhere = _enter(officer, place=str(beta.pk)), _enter(officer)
    own = _enter(here, place=str(acme.pk))
    page = here.get("/requests/").content.decode()

    assert own in page
    assert not [number for number in (theirs, everywhere) if number in page]
    for number in (theirs, everywhere):
        assert here.get(f"/requests/{number}/").status_code == 404
        assert _act(here, number, "refuse", reason="unfounded") == 404
    for place in ("", str(beta.pk)):
        typed = {"kind": "copy", "channel": "mail", "received_on": timezone.localdate().isoformat()}
        assert here.post("/requests/new/", {**typed, "place": place}).status_code == 422


def test_a_clock_is_paused_goes_on_and_is_extended_once(officer: Client) -> None:
    """R63: each with its reason, and written to the person."""
    number = _enter(officer)

    assert _act(officer, number, "pause", reason="clarification") == 302
    assert _request(number).paused_for == Reason.CLARIFICATION
    assert _act(officer, number, "pause", reason="clarification") == 422
    assert _act(officer, number, "resume") == 302
    assert _act(officer, number, "resume") == 422
    assert _act(officer, number, "extend", reason="complex") == 302
    assert _act(officer, number, "extend", reason="complex") == 422
    assert _request(number).is_extended
    assert _steps(number) == [Done.ENTERED, Done.PAUSED, Done.RESUMED, Done.EXTENDED]


@pytest.mark.parametrize("act", ["pause", "extend", "refuse"])
def test_a_decision_needs_one_of_its_reasons(officer: Client, act: str) -> None:
    number = _enter(officer)

    assert _act(officer, number, act, reason="because") == 422
    assert _steps(number) == [Done.ENTERED]
    assert _act(officer, number, "dance") == 404


def test_a_refusal_tells_the_person_where_to_complain(officer: Client) -> None:
    """R63."""
    address = new_address()
    number = _enter(officer, address=address)
    assert code_to(address)

    assert _act(officer, number, "refuse", reason="excessive") == 302
    assert "Information Commissioner" in letters_to(address)[0]
    assert _request(number).state == State.REFUSED
    assert _act(officer, number, "refuse", reason="excessive") == 422


def test_a_wrong_code_changes_nothing(officer: Client) -> None:
    address = new_address()
    number = _enter(officer, address=address)

    assert _act(officer, number, "confirm", code="12345678", keeps="keep") == 422
    assert _act(officer, number, "confirm", code=code_to(address)) == 422
    assert _request(number).state == State.AWAITING


def test_a_code_is_sent_again_and_where_there_was_no_address(officer: Client) -> None:
    address = new_address()
    number = _enter(officer)

    assert _act(officer, number, "send") == 422
    assert _act(officer, number, "send", address=address, language="en") == 302
    assert _act(officer, number, "send") == 302
    assert len(letters_to(address)) == 2


def test_what_happens_stands_in_the_audit_without_anybody(officer: Client) -> None:
    """R64."""
    address = new_address()
    number = _enter(officer, address=address)
    _act(officer, number, "refuse", reason="unfounded")

    with control_plane():
        entries = [entry for entry in AuditEntry.objects.all() if entry.about.get("request") == number]
    assert [entry.what for entry in sorted(entries, key=lambda entry: entry.position)] == [
        "request entered",
        "request code sent",
        "request refused",
    ]
    assert all(set(entry.about) <= {"request", "kind", "reason"} for entry in entries)
    assert audit.verify() == []


def test_overdue_stands_first_and_paused_last(officer: Client) -> None:
    """R63: and the list asks the database the same number of times however long it is."""
    numbers = [_enter(officer) for _n in range(3)]
    days = [20, -3, 5]
    with control_plane():
        for number, left in zip(numbers, days, strict=True):
            Request.objects.filter(pk=number).update(due_on=timezone.localdate() + timedelta(days=left))
        Request.objects.filter(pk=numbers[2]).update(paused_on=timezone.localdate(), paused_for="identity")
        with CaptureQueriesContext(connection) as first:
            page = officer.get("/requests/").content.decode()
    shown = [number for number in re.findall(r"/requests/([0-9A-Z-]{9})/", page) if number in numbers]
    for _n in range(5):
        _enter(officer)
    with CaptureQueriesContext(connection) as second:
        officer.get("/requests/")

    assert shown == [numbers[1], numbers[0], numbers[2]]
    assert "Overdue by 3 days" in page
    assert len(first) == len(second)


@override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend")
def test_officers_are_reminded_at_seven_and_two_days_and_when_it_is_over(acme: Organisation) -> None:
    """R63: a link and nothing else, each once."""
    officer = make_staff(Role.PRIVACY_OFFICER, organisation=acme)
    support = make_staff(Role.SUPPORT, organisation=acme)
    number = asking.enter_request(
        kind=Kind.COPY,
        channel=Channel.MAIL,
        organisation=acme.pk,
        received_on=date(2026, 3, 31),
        address=("", "en"),
        by=support,
        at=NOON,
    )
    sent = []
    for day in (22, 23, 24, 28, 29, 30, 31, 32, 33):
        mail.outbox = []
        for _again in range(2):
            following.remind(at=datetime(2026, 4, 1, 12, tzinfo=UTC) + timedelta(days=day - 1))
        sent.append(len([one for one in mail.outbox if number in one.body and len(one.to) == 1]) > 0)
        own = [one for one in mail.outbox if number in one.body]
        assert len({one.to[0] for one in own}) == len(own)
        assert all(one.body == following.link_to(number) for one in own)
    with control_plane():
        Request.objects.filter(pk=number).update(state=State.REFUSED)

    assert officer.name
    assert sent == [False, True, False, True, False, False, True, False, False]
    assert _request(number).due_on == date(2026, 4, 30)


def test_a_code_that_nobody_types_closes_the_request_after_sixty_days() -> None:
    address = new_address()
    number = ask(Kind.COPY, address)
    assert code_to(address)
    with control_plane():
        Request.objects.filter(pk=number).update(paused_on=timezone.localdate() - timedelta(days=61))

    following.follow(at=timezone.now())

    assert _request(number).state == State.REFUSED
    assert "not typed in time" in letters_to(address)[0]


def test_the_register_follows_where_it_missed_a_step() -> None:
    """A web process that died between the vault and the register loses nothing."""
    address = new_address()
    number = ask(Kind.CORRECTION, address)
    vault_of_nobody().confirm_request(
        number=number, code=code_to(address), wish=Wish(group="Team", value="Nurses")
    )
    runner.run_waiting()

    following.follow(at=timezone.now())
    following.follow(at=timezone.now())

    assert _steps(number) == [Done.ENTERED, Done.CODE_SENT, Done.IDENTITY_SHOWN, Done.DONE]


def test_what_is_done_cannot_be_changed(officer: Client) -> None:
    address = new_address()
    number = ask(Kind.CORRECTION, address)
    confirm(number, address, Wish(group="Team", value="Nurses"))
    finish(number)

    for act, reason in (("pause", "clarification"), ("extend", "complex"), ("refuse", "unfounded")):
        assert _act(officer, number, act, reason=reason) == 422
    with pytest.raises(NotPossibleNow):
        asking.send_code(number=number, address=("", "en"), by=make_staff(Role.SUPPORT), at=timezone.now())
