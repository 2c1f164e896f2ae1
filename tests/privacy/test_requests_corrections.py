"""Corrections: made everywhere after the code, and never at the cost of somebody else."""

import pytest
from django.utils import timezone

from conversations.models import Conversation
from conversations.services.leaving import held_about
from kernel.tenancy import control_plane, tenant_context
from privacy.requests.models import Kind, Request, State
from privacy.requests.services import asking
from privacy.vault import refusals, runner
from privacy.vault.interface import vault, vault_of_nobody
from privacy.vault.rights import RequestState, Wish
from privacy.vault.shapes import Held
from tenants.models import Organisation
from tests.asking import ask, code_to, confirm, finish
from tests.making import enrol, make_conversation, new_address, ticket_of


def test_a_correction_changes_the_address_everywhere(acme: Organisation, beta: Organisation) -> None:
    """R63: and the old one opens nothing any more."""
    old, new, talks = new_address(), new_address(), {}
    for organisation in (acme, beta):
        with tenant_context(organisation.tenant):
            talks[organisation.slug] = make_conversation()
            enrol(talks[organisation.slug], old)
    number = ask(Kind.CORRECTION, old)
    confirm(number, old, Wish(email=new))
    runner.run_waiting()
    with tenant_context(acme.tenant), pytest.raises(refusals.CodeRefused):
        ticket_of(talks["acme"], new)
    asking.confirm_online(number=number, code=code_to(new), wish=Wish(), at=timezone.now())
    finish(number)

    for organisation in (acme, beta):
        with tenant_context(organisation.tenant):
            assert ticket_of(talks[organisation.slug], new)
            with pytest.raises(refusals.CodeRefused):
                ticket_of(talks[organisation.slug], old)
    assert _state(number) == State.DONE


def test_a_correction_never_takes_an_address_from_somebody_else(acme: Organisation) -> None:
    address, taken = new_address(), new_address()
    with tenant_context(acme.tenant):
        talk = make_conversation()
        enrol(talk, address, taken)
        before = ticket_of(talk, taken).person
    number = ask(Kind.CORRECTION, address)
    confirm(number, address, Wish(email=taken))
    confirm(number, taken)
    finish(number)

    with tenant_context(acme.tenant):
        assert ticket_of(talk, taken).person == before
        assert ticket_of(talk, address).person != before


def test_a_correction_of_a_group_needs_one_that_the_list_has(acme: Organisation) -> None:
    address = new_address()
    with tenant_context(acme.tenant):
        talk = make_conversation()
        lines = [f"{new_address()},Nurses" for _n in range(12)] + [
            f"{new_address()},Doctors" for _n in range(12)
        ]
        roster = "\n".join(["email,Team", f"{address},Nurses", *lines]).encode()
        vault().enrol(conversation=talk.pk, roster=roster, areas=["everybody"])
        runner.run_waiting()
    for value, expected in (("Astronauts", "nurses"), ("doctors", "doctors")):
        number = ask(Kind.CORRECTION, address)
        confirm(number, address, Wish(group="team", value=value))
        finish(number)
        with tenant_context(acme.tenant):
            assert _held(talk, address).dimensions == {"team": expected}


def test_a_new_address_is_taken_over_only_with_the_code_that_went_there(acme: Organisation) -> None:
    """R63: a slip of the finger locks nobody out, and gives nobody's place away."""
    address, wrong = new_address(), new_address()
    with tenant_context(acme.tenant):
        talk = make_conversation()
        enrol(talk, address)
    number = ask(Kind.CORRECTION, address)
    first = code_to(address)
    confirm(number, address, Wish(email=wrong))

    with pytest.raises(refusals.CodeRefused):
        asking.confirm_online(number=number, code=first, wish=Wish(email=wrong), at=timezone.now())
    assert _shown(number) is RequestState.ASKED
    vault_of_nobody().send_request_code(number=number)
    shown = asking.show_online(number=number, code=code_to(address))
    assert (shown.state, shown.proves_new) == (RequestState.ASKED, False)
    with tenant_context(acme.tenant):
        assert ticket_of(talk, address)


def test_an_area_is_corrected_to_one_there_is(acme: Organisation) -> None:
    address = new_address()
    with tenant_context(acme.tenant):
        talk = make_conversation(areas=("staff", "students"))
        lines = [f"{new_address()},{area}" for area in ("staff", "students") for _n in range(60)]
        roster = "\n".join(["email,area", f"{address},staff", *lines]).encode()
        vault().enrol(conversation=talk.pk, roster=roster, areas=["staff", "students"])
        runner.run_waiting()
    for value, expected in (("moon", "staff"), ("Students", "students")):
        number = ask(Kind.CORRECTION, address)
        confirm(number, address, Wish(group="Area", value=value))
        finish(number)
        with tenant_context(acme.tenant):
            assert ticket_of(talk, address).area == expected


def _held(talk: Conversation, address: str) -> Held:
    return held_about(talk, ticket_of(talk, address))


@pytest.mark.parametrize(
    ("kind", "wish"),
    [
        (Kind.DELETION, Wish()),
        (Kind.CORRECTION, Wish()),
        (Kind.CORRECTION, Wish(email="not an address")),
        (Kind.CORRECTION, Wish(group="Team")),
        (Kind.CORRECTION, Wish(email="new@example.org", phone="07400 123456")),
    ],
)
def test_a_wish_must_be_whole(kind: Kind, wish: Wish) -> None:
    address = new_address()
    number = ask(kind, address)

    with pytest.raises((refusals.NothingWished, refusals.OneAtATime)):
        confirm(number, address, wish)
    assert _shown(number) is RequestState.ASKED


def _state(number: str) -> str:
    with control_plane():
        return Request.objects.get(pk=number).state


def _shown(number: str) -> RequestState:
    return vault_of_nobody().request_progress(numbers=[number])[number].state
