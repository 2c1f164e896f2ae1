"""Deletions at the console: for privacy officers and operators, each for the organisations they look after."""

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from tenants.models import Organisation, Role
from tests.deleting import Ended, let_days_pass, make_ended, take_further
from tests.staffing import desk_of, make_staff


@pytest.fixture(scope="module")
def ended(acme: Organisation) -> Ended:
    made = make_ended(acme)
    take_further(made.project)
    return made


def _paths(ended: Ended) -> list[str]:
    one = f"/deletions/{ended.project}/"
    return [one, f"{one}provisional-certificate.json", f"{one}provisional-certificate.pdf"]


@pytest.mark.parametrize("role", [Role.PRIVACY_OFFICER, Role.OPERATOR])
def test_those_who_look_after_it_see_it(acme: Organisation, ended: Ended, role: Role) -> None:
    desk = desk_of(make_staff(role, organisation=acme))

    page = desk.get("/deletions/").content.decode()

    assert str(ended.project) in page
    assert "days left" in page
    assert [desk.get(path).status_code for path in _paths(ended)] == [200, 200, 200]


@pytest.mark.parametrize("role", [Role.FACILITATOR, Role.SUPPORT, Role.ANALYST])
def test_other_roles_are_refused(acme: Organisation, ended: Ended, role: Role) -> None:
    desk = desk_of(make_staff(role, organisation=acme))

    assert {desk.get(path).status_code for path in ["/deletions/", *_paths(ended)]} == {403}


def test_for_an_officer_elsewhere_it_does_not_exist(
    acme: Organisation, beta: Organisation, ended: Ended
) -> None:
    """Also where they have another role here."""
    from accounts.models import Account
    from kernel.tenancy import control_plane
    from tenants.services import staff as staff_services

    officer = make_staff(Role.PRIVACY_OFFICER, organisation=beta)
    with control_plane():
        account = Account.objects.get(pk=officer.id)
    staff_services.assign(account=account.pk, role=Role.FACILITATOR, organisation=acme, by=None)
    desk = desk_of(officer)

    assert str(ended.project) not in desk.get("/deletions/").content.decode()
    assert {desk.get(path).status_code for path in _paths(ended)} == {404}


def test_there_is_no_certificate_of_another_kind(acme: Organisation, ended: Ended) -> None:
    desk = desk_of(make_staff(Role.OPERATOR))

    assert desk.get(f"/deletions/{ended.project}/final-certificate.json").status_code == 404
    assert desk.get(f"/deletions/{ended.project}/other-certificate.pdf").status_code == 404
    assert desk.post("/deletions/").status_code == 405


def test_a_page_tells_steps_counts_and_what_waits(acme: Organisation, ended: Ended) -> None:
    page = desk_of(make_staff(Role.OPERATOR)).get(f"/deletions/{ended.project}/").content.decode()

    assert "Contributions: 8" in page
    assert "Nothing of the people was found." in page
    assert "The final one is signed from" in page


def test_progress_comes_by_itself_without_the_page_around(acme: Organisation, ended: Ended) -> None:
    desk = desk_of(make_staff(Role.OPERATOR))

    for path in ("/deletions/", f"/deletions/{ended.project}/"):
        part = desk.get(path, headers={"hx-request": "true"}).content.decode()
        assert "<html" not in part
        assert "hx-trigger" in part


def test_a_late_one_is_seen(acme: Organisation) -> None:
    late = make_ended(acme)
    let_days_pass(late.project, 31)

    page = desk_of(make_staff(Role.OPERATOR)).get(f"/deletions/{late.project}/").content.decode()

    assert "Late" in page
    assert "Over since" in page


def test_many_deletions_are_as_few_queries_as_one(acme: Organisation) -> None:
    make_ended(acme)
    desk = desk_of(make_staff(Role.OPERATOR))
    desk.get("/deletions/")
    with CaptureQueriesContext(connections["default"]) as before:
        desk.get("/deletions/")
    for _project in range(3):
        make_ended(acme)
    with CaptureQueriesContext(connections["default"]) as after:
        desk.get("/deletions/")

    assert len(after) == len(before)
