"""Corrections: made everywhere after the code, and never at the cost of somebody else."""

import pytest

from conversations.models import Conversation
from conversations.services.leaving import held_about
from kernel.tenancy import control_plane, tenant_context
from privacy.requests.models import Kind, Request, State
from privacy.vault import refusals, runner
from privacy.vault.interface import vault, vault_of_nobody
from privacy.vault.rights import RequestState, Wish
from privacy.vault.shapes import Held
from tenants.models import Organisation
from tests.asking import ask, confirm, finish
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
    confirm(number, address, Wish(email=taken, phone="07400 123456"))
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


def _held(talk: Conversation, address: str) -> Held:
    return held_about(talk, ticket_of(talk, address))


@pytest.mark.parametrize(
    ("kind", "wish"),
    [
        (Kind.DELETION, Wish()),
        (Kind.CORRECTION, Wish()),
        (Kind.CORRECTION, Wish(email="not an address")),
        (Kind.CORRECTION, Wish(group="Team")),
    ],
)
def test_a_wish_must_be_whole(kind: Kind, wish: Wish) -> None:
    address = new_address()
    number = ask(kind, address)

    with pytest.raises(refusals.NothingWished):
        confirm(number, address, wish)
    assert _shown(number) is RequestState.ASKED


def _state(number: str) -> str:
    with control_plane():
        return Request.objects.get(pk=number).state


def _shown(number: str) -> RequestState:
    return vault_of_nobody().request_progress(numbers=[number])[number].state
