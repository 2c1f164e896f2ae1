"""Coding by an analyst's program (R71, R50)."""

from uuid import UUID, uuid4

import pytest

from conversations.models import Conversation
from kernel.tenancy import tenant_context
from tenants.models import Organisation, Role
from tests.api.programs import Program, staff_program
from tests.coding import code
from tests.making import change, make_conversation, make_idea, make_people
from web.api.scopes import Scope

_TEXT = "More daylight on the ward."


@pytest.fixture
def idea(acme: Organisation, talk: Conversation) -> UUID:
    with tenant_context(acme.tenant):
        return make_idea(talk, make_people(talk)[0], _TEXT)


@pytest.fixture
def light(acme: Organisation, talk: Conversation) -> str:
    """A code of the frame."""
    with tenant_context(acme.tenant):
        return str(code(talk, "Light").pk)


def _desk(acme: Organisation, talk: Conversation, role: Role = Role.ANALYST, *scopes: Scope) -> Program:
    program = staff_program(role, organisation=acme, scopes=scopes or tuple(Scope))
    return program.within(f"organisations/{acme.pk}/projects/{talk.pk}/coding/")


def test_a_contribution_is_read_coded_and_put_back(
    acme: Organisation, talk: Conversation, idea: UUID, light: str
) -> None:
    """R50: from the list, with a passage, in the progress, and taken back."""
    desk = _desk(acme, talk)

    assert [one["name"] for one in desk.get("frame/").json()["items"]] == ["Light"]
    assert [one["id"] for one in desk.get("posts/").json()["items"]] == [str(idea)]
    given = {"seen": 0, "codes": [light], "passages": [{"code": light, "start": 5, "end": 13}]}
    told = desk.send("PUT", f"posts/{idea}/", given)
    assert told.status_code == 200, told.content
    assert (told.json()["is_read"], told.json()["codes"]) == (True, [light])
    assert told.json()["passages"] == [{"code": light, "start": 5, "end": 13}]
    assert desk.get("posts/").json()["items"] == []
    assert desk.get("posts/?show=mine").json()["items"][0]["id"] == str(idea)
    assert sum(part["read"] for part in desk.get("progress/").json()["items"]) == 1
    assert desk.post(f"posts/{idea}/undo/").json()["is_read"] is False


def test_what_a_colleague_gave_is_not_seen(
    acme: Organisation, talk: Conversation, idea: UUID, light: str
) -> None:
    """R52: a second reading is independent of the first."""
    _desk(acme, talk).send("PUT", f"posts/{idea}/", {"seen": 0, "codes": [light]})

    second = _desk(acme, talk).get(f"posts/{idea}/").json()

    assert (second["is_read"], second["codes"]) == (False, [])


@pytest.mark.parametrize(
    ("given", "code_of_problem"),
    [
        ({"codes": []}, "input_not_readable"),
        ({"seen": 9}, "text_changed"),
        ({"seen": 0, "codes": [str(uuid4())]}, "code_gone"),
        ({"seen": 0, "passages": [{"code": str(uuid4()), "start": 5}]}, "input_not_readable"),
        ({"seen": 0, "codes": "all"}, "input_not_readable"),
    ],
)
def test_what_does_not_fit_is_refused(
    acme: Organisation, talk: Conversation, idea: UUID, given: object, code_of_problem: str
) -> None:
    desk = _desk(acme, talk)

    assert desk.code(desk.send("PUT", f"posts/{idea}/", given)) == code_of_problem


def test_others_code_nothing(acme: Organisation, talk: Conversation, idea: UUID, light: str) -> None:
    """R65: another role, another scope, another project, and once it is complete."""
    given = {"seen": 0, "codes": [light]}
    for desk, expected in (
        (_desk(acme, talk, Role.FACILITATOR), "role_missing"),
        (_desk(acme, talk, Role.ANALYST, Scope.READ, Scope.WRITE), "scope_missing"),
    ):
        assert desk.code(desk.send("PUT", f"posts/{idea}/", given)) == expected
    with tenant_context(acme.tenant):
        other = make_conversation()
    elsewhere = _desk(acme, other)
    assert elsewhere.code(elsewhere.send("PUT", f"posts/{idea}/", given)) == "not_found"
    assert elsewhere.code(elsewhere.get("posts/?after=nonsense")) == "not_found"
    from django.utils import timezone

    with tenant_context(acme.tenant):
        change(talk, completed_at=timezone.now())
    desk = _desk(acme, talk)
    assert desk.code(desk.send("PUT", f"posts/{idea}/", given)) == "coding_is_over"
