"""The console's own walls: every address there is, asked by everybody who should not get in (I1, I2, I22, R65, R70)."""

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from kernel.tenancy import control_plane, tenant_context
from tenants.models import Assignment, Organisation, Role
from tests.making import make_conversation
from tests.staffing import desk_of, make_staff

# Signing in and out, and one's own second factor: allauth's pages, open to whoever comes to the door.
# The interface for programs has walls and a file of its own (test_api).
_DOOR = ("api/", "sign-in/", "sign-out/", "switched-off/", "security/")


def _patterns(found: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for pattern in found:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern.url_patterns, route)
        else:
            yield route


def _addresses(**ids: object) -> list[str]:
    """Every address behind the door; ids that are not given lead to nothing."""

    def fill(match: re.Match[str]) -> str:
        kind, name = match[1] or "str", match[2]
        return str(ids.get(name, {"uuid": uuid4(), "int": 1}.get(kind, "idea")))

    routes = _patterns(get_resolver("config.urls.console").url_patterns)
    return [
        "/" + re.sub(r"<(?:(\w+):)?(\w+)>", fill, route) for route in routes if not route.startswith(_DOOR)
    ]


@pytest.fixture
def everything(acme: Organisation) -> Client:
    """Somebody with every role, in acme alone."""
    roles = [role for role in Role if role is not Role.OPERATOR]
    return desk_of(make_staff(*roles, organisation=acme))


def test_a_stranger_is_led_to_the_door_from_everywhere(acme: Organisation) -> None:
    stranger = Client(headers={"host": "console.localhost"})

    for address in _addresses(organisation=acme.pk):
        for response in (stranger.get(address), stranger.post(address)):
            assert response.status_code in {302, 405}, address
            if response.status_code == 302:
                assert response["Location"].startswith("/sign-in/"), address


def test_another_organisation_does_not_exist(beta: Organisation, everything: Client) -> None:
    """I1, I2: whatever role somebody has elsewhere."""
    with tenant_context(beta.tenant):
        theirs = make_conversation()

    for address in _addresses(organisation=beta.pk, project=theirs.pk):
        if str(beta.pk) in address:
            for response in (everything.get(address), everything.post(address)):
                assert response.status_code in {404, 405}, address
                assert beta.name not in response.content.decode(errors="replace"), address


def test_another_organisations_project_is_none_of_ours(
    acme: Organisation, beta: Organisation, everything: Client
) -> None:
    """I3: an id of beta's under acme's address."""
    with tenant_context(beta.tenant):
        theirs = make_conversation()

    for address in _addresses(organisation=acme.pk, project=theirs.pk):
        if str(theirs.pk) in address:
            for response in (everything.get(address), everything.post(address)):
                assert response.status_code in {403, 404, 405}, address
                assert theirs.name not in response.content.decode(errors="replace"), address


def test_a_role_that_was_taken_away_opens_nothing(acme: Organisation) -> None:
    staff = make_staff(Role.FACILITATOR, organisation=acme)
    desk = desk_of(staff)
    with control_plane():
        Assignment.objects.filter(account_id=staff.id).delete()

    for address in _addresses(organisation=acme.pk):
        if str(acme.pk) in address:
            assert desk.get(address).status_code in {404, 405}, address


def test_an_organisations_host_has_no_console(acme: Organisation, everything: Client) -> None:
    """Scenario 11: somebody at the organisation guesses the console's addresses."""
    for address in _addresses(organisation=acme.pk):
        if address != "/":
            response = everything.get(address, headers={"host": f"{acme.slug}.localhost"})
            assert response.status_code == 404, address
