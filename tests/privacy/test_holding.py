"""What the vault tells a person about themselves, and what it does for them. In both forms."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from conversations.models import Conversation
from conversations.services import rewriting
from kernel.sessions import SealedRecords
from kernel.tenancy import Tenant
from kernel.zones import inside_vault
from privacy import anonymity
from privacy.anonymity import Ticket
from privacy.vault import refusals, runner
from privacy.vault.endings import Departure
from privacy.vault.interface import vault
from privacy.vault.models import Person, SupportMessage
from privacy.vault.shapes import Contributions
from tests.conftest import both_forms
from tests.making import make_conversation, make_idea, new_address, ticket_of

pytestmark = both_forms


def _enrolled(talk: Conversation, roster: str, areas: list[str] | None = None) -> None:
    job = vault().enrol(conversation=talk.pk, roster=roster.encode(), areas=areas or ["everybody"])
    runner.run_waiting()
    assert vault().job(conversation=talk.pk, job=job).state == "done"


def _export(talk: Conversation, ticket: Ticket) -> object:
    return vault().export(conversation=talk.pk, proof=anonymity.prove(ticket, "export"))


def test_everything_held_is_told_to_the_person(talk: Conversation) -> None:
    """R14."""
    addresses = [new_address() for _ in range(11)]
    _enrolled(talk, "\n".join(["email,phone,profession", *(f"{a},,Nurse" for a in addresses)]))
    ticket = ticket_of(talk, addresses[0])
    assert not ticket.is_surveyed

    changed = vault().answer_survey(
        conversation=talk.pk, proof=anonymity.prove(ticket, "answer_survey"), answers={"age": "30-39"}
    )
    held = vault().export(conversation=talk.pk, proof=anonymity.prove(changed, "export"))

    assert changed.is_surveyed
    assert (held.email, held.phone, held.area) == (addresses[0], "", "everybody")
    assert (held.dimensions, held.answers) == ({"profession": "nurse"}, {"age": "30-39"})
    assert (held.has_password, held.gets_letters, held.is_restricted) == (False, True, False)


def test_a_foreign_proof_opens_nothing(talk: Conversation) -> None:
    one, other = new_address(), new_address()
    _enrolled(talk, f"email\n{one}\n{other}")
    mine, theirs = ticket_of(talk, one), ticket_of(talk, other, browser="c")
    stolen = anonymity.prove(Ticket(theirs.person, mine.secret, "", True, ""), "export")

    for ask in (vault().export, vault().look):
        with pytest.raises(refusals.ProofRefused):
            ask(conversation=talk.pk, proof=stolen)


def test_an_area_is_chosen_once_where_the_roster_names_none(in_acme: Tenant) -> None:
    """R06: the choice ends the sessions so far; a roster's area cannot be chosen away."""
    talk = make_conversation(areas=("staff", "students"))
    address = new_address()
    _enrolled(talk, f"email\n{address}", ["staff", "students"])
    ticket = ticket_of(talk, address)
    sessions = SealedRecords("session", seconds=60)
    token = sessions.create(b"session", handle=ticket.handle)
    assert ticket.area == ""

    chosen = vault().answer_survey(
        conversation=talk.pk, proof=anonymity.prove(ticket, "answer_survey"), answers={}, area="staff"
    )
    again = vault().answer_survey(
        conversation=talk.pk, proof=anonymity.prove(chosen, "answer_survey"), answers={}, area="students"
    )

    assert (chosen.area, again.area) == ("staff", "staff")
    assert chosen.handle != ticket.handle
    assert sessions.read(token) is None
    _enrolled(talk, f"email\n{address}", ["staff", "students"])
    assert ticket_of(talk, address).area == "staff"


def test_looking_takes_the_mark_away(talk: Conversation) -> None:
    address = new_address()
    _enrolled(talk, f"email\n{address}")
    ticket = ticket_of(talk, address)
    with inside_vault():
        Person.objects.filter(pk=ticket.person).update(is_waiting=True)

    vault().look(conversation=talk.pk, proof=anonymity.prove(ticket, "look"))

    with inside_vault():
        assert not Person.objects.get(pk=ticket.person).is_waiting


def test_a_call_for_help_is_sealed(talk: Conversation) -> None:
    """R04: and all are of one length."""
    vault().support(conversation=talk.pk, text="I got no code.", contact="me@home.example")
    vault().support(conversation=talk.pk, text="x" * 2000, contact="y" * 320)

    with inside_vault():
        kept = list(SupportMessage.objects.filter(conversation=talk.pk))
    assert len({len(bytes(message.sealed)) for message in kept}) == 1
    assert all(b"home.example" not in bytes(message.sealed) for message in kept)


def test_a_leaving_has_a_number_that_tells_when_it_is_done(talk: Conversation) -> None:
    """R14, scenario 24."""
    address = new_address()
    _enrolled(talk, f"email\n{address}")
    ticket = ticket_of(talk, address)
    make_idea(talk, ticket)

    reference = vault().leave(
        conversation=talk.pk, proof=anonymity.prove(ticket, "leave"), contributions=Contributions.WITHDRAW
    )

    assert vault().departure(conversation=talk.pk, reference=reference) is Departure.WAITING
    rewriting.rewrite_conversation(conversation=talk, at=timezone.now() + timedelta(days=1))
    assert vault().departure(conversation=talk.pk, reference=reference) is Departure.DONE
    for unknown in ("", "AAAA-BBBB-CCCC", json.dumps({})):
        with pytest.raises(refusals.UnknownReference):
            vault().departure(conversation=talk.pk, reference=unknown)
