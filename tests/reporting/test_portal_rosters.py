"""Bringing a roster in from the organisation's own side (R41, R44)."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import Account
from conversations.models import Bucket, Conversation, RosterUpload
from conversations.services import rosters
from kernel.messages import letters as outbox
from kernel.models import AuditEntry
from kernel.tenancy import control_plane, tenant_context
from privacy.vault import runner
from privacy.vault.interface import vault
from tenants.models import Organisation
from tests.making import change, enrol, make_conversation, new_address
from tests.reporting.sponsoring import client_user, make_sponsor, portal_of


@pytest.fixture
def sponsor(acme: Organisation) -> Account:
    return make_sponsor(acme)


@pytest.fixture
def portal(acme: Organisation, sponsor: Account) -> Client:
    return portal_of(acme, sponsor)


@pytest.fixture
def talk(acme: Organisation) -> Conversation:
    with tenant_context(acme.tenant):
        return make_conversation()


def _at(talk: Conversation, path: str = "") -> str:
    return f"/organisation/conversations/{talk.slug}/roster/{path}"


def _teams() -> list[str]:
    return [
        f"{new_address()},{team}"
        for team, count in [("Porters", 30), ("Chaplains", 7), ("Drivers", 5)]
        for _n in range(count)
    ]


def _upload(portal: Client, talk: Conversation, *lines: str) -> str:
    file = SimpleUploadedFile("roster.csv", "\n".join(lines).encode())
    sent = portal.post(_at(talk, "upload/"), {"file": file})
    assert sent.status_code == 302, sent.content
    return _looked_at(portal, talk)


def _looked_at(portal: Client, talk: Conversation) -> str:
    runner.run_waiting()
    return portal.get(_at(talk, "import/")).content.decode()


def test_a_roster_is_looked_at_merged_and_taken_in(
    acme: Organisation, portal: Client, talk: Conversation, sponsor: Account
) -> None:
    """R41: the same steps as at the console, and who brought it is on record."""
    page = _upload(portal, talk, "E-mail,Team", *_teams())
    assert "2 too small" in page
    assert portal.post(_at(talk, "import/confirm/")).status_code == 422

    merged = {"dimension": "team", "bucket": ["chaplains", "drivers"], "into": "Small teams", "act": "merge"}
    portal.post(_at(talk, "import/groups/"), merged)
    assert "Take in 42 rows" in _looked_at(portal, talk)
    portal.post(_at(talk, "import/confirm/"))
    done = _looked_at(portal, talk)

    assert "The roster is taken in." in done
    assert "Small teams" in portal.get(_at(talk)).content.decode()
    with tenant_context(acme.tenant):
        labels = Bucket.objects.filter(dimension__conversation=talk).values_list("label", flat=True)
        assert sorted(labels) == ["Porters", "Small teams"]
    with control_plane():
        noted = AuditEntry.objects.filter(by=sponsor.pk).order_by("position")
        assert [entry.what for entry in noted] == ["roster uploaded", "roster taken in"]
        assert {entry.about["side"] for entry in noted} == {"organisation"}


def test_bad_rows_are_told_by_row_and_never_by_value(portal: Client, talk: Conversation) -> None:
    """R41, Z7"""
    page = _upload(portal, talk, "E-mail,=cmd()", *_teams(), "not.an.address,Porters")
    table = portal.get(_at(talk, "import/to-put-right.csv")).content.decode("utf-8-sig")

    assert "Row 44" in page
    assert "not.an.address" not in page + table
    assert "@people.example" not in page + table
    assert table.startswith("Row,Column,What to put right")
    assert "\n=" not in table


def test_columns_are_chosen_by_hand(portal: Client, talk: Conversation) -> None:
    """R41"""
    _upload(portal, talk, "E-mail,Team", *_teams())

    portal.post(_at(talk, "import/columns/"), {"column-0": "email", "column-1": "leave out"})
    page = _looked_at(portal, talk)

    assert "No column is kept as a group." in page
    assert "Take in 42 rows" in page
    refused = portal.post(_at(talk, "import/columns/"), {"column-0": "email"})
    assert refused.status_code == 422


def test_a_file_is_discarded_or_refused(acme: Organisation, portal: Client, talk: Conversation) -> None:
    assert portal.post(_at(talk, "upload/")).status_code == 422
    assert "could not be read" in _upload(portal, talk, "%PDF-1.7", "no table")
    portal.post(_at(talk, "import/discard/"))

    with tenant_context(acme.tenant):
        assert not RosterUpload.objects.filter(conversation=talk).exists()
    assert portal.get(_at(talk, "import/")).status_code == 404


def test_while_it_is_read_the_page_asks_again_in_fragments(portal: Client, talk: Conversation) -> None:
    file = SimpleUploadedFile("roster.csv", f"E-mail\n{new_address()}".encode())
    portal.post(_at(talk, "upload/"), {"file": file})

    waiting = portal.get(_at(talk, "import/"), headers={"HX-Request": "true"})
    runner.run_waiting()
    done = portal.get(_at(talk, "import/"), headers={"HX-Request": "true"})

    assert "<html" not in waiting.content.decode()
    assert "is being read" in waiting.content.decode()
    assert done.headers["HX-Refresh"] == "true"


def test_nobody_is_added_after_it_closed(
    acme: Organisation, portal: Client, talk: Conversation, sponsor: Account
) -> None:
    """R41: neither with a new file nor with one that was uploaded before."""
    assert "Take in 42 rows" not in _upload(portal, talk, "E-mail,Team", *_teams())
    with tenant_context(acme.tenant):
        change(talk, closes_at=timezone.now() - timedelta(minutes=1))
    file = SimpleUploadedFile("roster.csv", f"E-mail\n{new_address()}".encode())

    refused = portal.post(_at(talk, "upload/"), {"file": file})

    assert refused.status_code == 409
    assert "nobody can be added to it any more" in refused.content.decode()
    assert 'type="file"' not in portal.get(_at(talk)).content.decode()
    with tenant_context(acme.tenant):
        talk.refresh_from_db()
        with pytest.raises(rosters.RosterTooLate):
            rosters.take_in(conversation=talk, by=client_user(sponsor), at=timezone.now())


def test_a_draft_takes_its_roster_and_nobody_is_invited(acme: Organisation, portal: Client) -> None:
    """R41: while the project is being prepared."""
    with tenant_context(acme.tenant):
        draft = make_conversation()
        change(draft, opens_at=None, closes_at=None)
        before = len(outbox())

    _upload(portal, draft, "E-mail", *(new_address() for _n in range(12)))
    portal.post(_at(draft, "import/confirm/"))

    assert "The roster is taken in." in _looked_at(portal, draft)
    assert len(outbox()) == before


def test_channels_are_counted_from_the_rosters(acme: Organisation, talk: Conversation) -> None:
    """R42: who gets texts, by what the roster says; a leaver changes nothing, a change of mind does."""
    people = [(new_address(), f"+4478{n:08}") for n in range(24)]
    rows = [f"{email},{phone},{'yes' if n < 12 else 'no'}" for n, (email, phone) in enumerate(people)]
    with tenant_context(acme.tenant):
        for lines in (rows, rows):
            roster = "\n".join(["email,mobile,text messages", *lines]).encode()
            vault().enrol(conversation=talk.pk, roster=roster, areas=["everybody"])
            runner.run_waiting()
        first = vault().population(conversation=talk.pk)
        changed = [row.replace(",no", ",yes") for row in rows]
        roster = "\n".join(["email,mobile,text messages", *changed]).encode()
        vault().enrol(conversation=talk.pk, roster=roster, areas=["everybody"])
        runner.run_waiting()
        second = vault().population(conversation=talk.pk)

    assert (first.people, first.by_mail, first.by_text) == (25, 10, 10)
    assert (second.people, second.by_mail, second.by_text) == (25, 0, 25)


def test_the_roster_page_shows_no_mailing_counts(
    acme: Organisation, portal: Client, talk: Conversation
) -> None:
    """R44: single letters that come back would show there."""
    with tenant_context(acme.tenant):
        enrol(talk, *(new_address() for _person in range(12)))

    page = portal.get(_at(talk)).content.decode()

    assert "Failed" not in page
    assert "Send to those missing" not in page
