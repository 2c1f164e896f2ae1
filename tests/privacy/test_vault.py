"""The vault's verbs, called directly and over HTTP: the same answers, the same refusals."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx
import pytest
from django.db import connections
from django.test import override_settings

from conversations.models import Conversation, Idea
from kernel.sealing import DoesNotOpen
from kernel.sessions import SealedRecords
from kernel.tenancy import Tenant, tenant_context
from kernel.zones import inside_vault
from privacy import anonymity
from privacy.anonymity import Kind, Proof
from privacy.vault import client as http_client
from privacy.vault import refusals, runner
from privacy.vault.interface import vault
from privacy.vault.models import Leaving, Person
from privacy.vault.opened import opened
from privacy.vault.shapes import Contributions, MailingKind
from privacy.vault.verb import Caller
from tenants.models import Organisation
from tests.conftest import both_forms
from tests.making import (
    NOON,
    code_sent_to,
    enrol,
    make_conversation,
    make_idea,
    make_people,
    new_address,
    ticket_of,
)

pytestmark = both_forms


def _person(talk: Conversation, ticket: anonymity.Ticket) -> Person:
    with inside_vault():
        return Person.objects.get(pk=ticket.person)


# Proofs --------------------------------------------------------------------------------


def test_a_proof_is_for_one_verb_once_and_now(talk: Conversation, address: str) -> None:
    ticket = ticket_of(talk, address)
    good = anonymity.prove(ticket, "answer_survey")
    vault().answer_survey(conversation=talk.pk, proof=good, answers={})
    old_nonce = (0).to_bytes(8, "big") + good.nonce[8:]
    old = Proof(ticket.person, old_nonce, anonymity.proof_mac(ticket.secret, "answer_survey", old_nonce))

    for proof in (
        good,  # again
        anonymity.prove(ticket, "leave"),
        old,
        replace(anonymity.prove(ticket, "answer_survey"), person=uuid4()),
        replace(anonymity.prove(ticket, "answer_survey"), mac=b"\0" * 32),
    ):
        with pytest.raises(refusals.ProofRefused):
            vault().answer_survey(conversation=talk.pk, proof=proof, answers={})


def test_answers_are_sealed_and_replaced(talk: Conversation, address: str) -> None:
    """R05."""
    ticket = ticket_of(talk, address)
    for answers in ({"age": "35-44", "role": "nurse"}, {"age": "45-54"}):
        vault().answer_survey(
            conversation=talk.pk, proof=anonymity.prove(ticket, "answer_survey"), answers=answers
        )

    person = _person(talk, ticket)
    with inside_vault():
        keys = opened(Caller(talk_tenant().organisation, ""), talk.pk)
    assert b"45-54" not in bytes(person.sealed_survey or b"")
    assert keys.unseal("person", "survey", person.pk, person.sealed_survey or b"") == b'{"age": "45-54"}'


@pytest.mark.parametrize(
    "answers", [{"age": ""}, {"": "x"}, {"Age": "x"}, {"a" * 61: "x"}, {f"q{n}": "x" for n in range(21)}]
)
def test_a_strange_answer_is_refused(talk: Conversation, address: str, answers: dict[str, str]) -> None:
    ticket = ticket_of(talk, address)

    with pytest.raises(refusals.AnswersRefused):
        vault().answer_survey(
            conversation=talk.pk, proof=anonymity.prove(ticket, "answer_survey"), answers=answers
        )


# Routes --------------------------------------------------------------------------------


def test_delivering_marks_the_author_and_answers_nothing(talk: Conversation) -> None:
    """R26: nobody learns whether there was anybody."""
    alice, ben = make_people(talk, 2)
    idea = Idea.objects.get(pk=make_idea(talk, alice))

    for _time in range(2):
        vault().deliver(conversation=talk.pk, route=bytes(idea.route or b""), contribution=idea.pk)

    assert _person(talk, alice).is_waiting
    assert not _person(talk, ben).is_waiting


def test_a_route_that_was_moved_is_refused(talk: Conversation) -> None:
    """L18: bound to its contribution and to its conversation."""
    (alice,) = make_people(talk)
    one, two = make_idea(talk, alice), make_idea(talk, alice)
    route = bytes(Idea.objects.get(pk=one).route or b"")
    elsewhere = make_conversation()

    for conversation, wrong, contribution in (
        (talk, route, two),
        (elsewhere, route, one),
        (talk, route[:-1], one),
        (talk, b"", one),
        (talk, bytes(80), one),
    ):
        with pytest.raises(refusals.RouteRefused):
            vault().deliver(conversation=conversation.pk, route=wrong, contribution=contribution)
    assert not _person(talk, alice).is_waiting


def test_a_sweep_over_routes_raises_an_alarm(
    talk: Conversation, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from privacy.vault.verbs import contact

    monkeypatch.setattr(contact, "_ROUTES_PER_HOUR", 0)
    (alice,) = make_people(talk)
    idea = Idea.objects.get(pk=make_idea(talk, alice))

    vault().deliver(conversation=talk.pk, route=bytes(idea.route or b""), contribution=idea.pk)

    assert "many_routes_opened" in caplog.text
    assert str(alice.person) not in caplog.text


# Leaving -------------------------------------------------------------------------------


@pytest.mark.parametrize("contributions", list(Contributions))
def test_leaving_ends_everything_at_once(
    talk: Conversation, address: str, contributions: Contributions
) -> None:
    """R14, scenario 23."""
    ticket = ticket_of(talk, address)
    sessions = SealedRecords("session", seconds=60)
    session = sessions.create(b"a session", handle=ticket.handle)

    vault().leave(conversation=talk.pk, proof=anonymity.prove(ticket, "leave"), contributions=contributions)

    person = _person(talk, ticket)
    assert sessions.read(session) is None
    assert person.email_index is person.sealed_email is person.sealed_password is person.sealed_survey is None
    assert person.handle != ticket.handle
    with pytest.raises(refusals.CodeRefused):
        ticket_of(talk, address)
    with pytest.raises(refusals.ProofRefused):
        vault().answer_survey(
            conversation=talk.pk, proof=anonymity.prove(ticket, "answer_survey"), answers={}
        )


def test_who_left_stays_away_from_a_new_roster(talk: Conversation, address: str) -> None:
    """R14, P11: and the report does not tell that somebody stayed away."""
    ticket, stays = ticket_of(talk, address), new_address()
    vault().leave(
        conversation=talk.pk, proof=anonymity.prove(ticket, "leave"), contributions=Contributions.KEEP
    )

    job = vault().enrol(
        conversation=talk.pk, roster=f"email\n{address}\n{stays}\n".encode(), areas=["everybody"]
    )
    runner.run_waiting()

    report = vault().job(conversation=talk.pk, job=job).report
    assert report is not None
    assert (report.people, report.troubles) == (2, [])
    assert ticket_of(talk, stays)
    with pytest.raises(refusals.CodeRefused):
        ticket_of(talk, address)


def test_erasing_on_a_request_needs_the_code_of_the_address(talk: Conversation, address: str) -> None:
    """R63."""
    vault().send_code(conversation=talk.pk, address=address, browser="staff")
    code = code_sent_to(address) or ""
    erase = {"conversation": talk.pk, "browser": "staff", "contributions": Contributions.KEEP}

    with pytest.raises(refusals.CodeRefused):
        vault().erase(**erase, address=address, code="00000000")  # type: ignore[arg-type]
    with pytest.raises(refusals.CodeRefused):
        vault().erase(**erase, address=new_address(), code=code)  # type: ignore[arg-type]
    vault().erase(**erase, address=address, code=code)  # type: ignore[arg-type]

    with pytest.raises(refusals.CodeRefused):
        ticket_of(talk, address)


def test_own_tags_are_complete_mixed_and_only_of_those_who_leave(talk: Conversation, address: str) -> None:
    other = new_address()
    enrol(talk, other)
    keeping, withdrawing = ticket_of(talk, address), ticket_of(talk, other)
    (stays,) = make_people(talk)
    idea = make_idea(talk, stays)
    for ticket, choice in ((keeping, Contributions.KEEP), (withdrawing, Contributions.WITHDRAW)):
        vault().leave(conversation=talk.pk, proof=anonymity.prove(ticket, "leave"), contributions=choice)

    found = vault().own_tags(conversation=talk.pk, ideas=[idea], reported=[], split=[])

    assert set(found.kept) == _all_tags(keeping.secret, idea)
    assert set(found.withdrawn) == _all_tags(withdrawing.secret, idea)
    assert found.kept != sorted(found.kept)
    vault().forget(conversation=talk.pk, batch=found.batch)
    again = vault().own_tags(conversation=talk.pk, ideas=[idea], reported=[], split=[])
    assert (again.kept, again.withdrawn) == ([], [])
    with inside_vault():
        assert not Person.objects.filter(pk__in=[keeping.person, withdrawing.person]).exists()
        assert not Person.objects.filter(conversation_id=talk.pk).exclude(leaving=Leaving.NO).exists()


def test_purging_takes_people_and_keys(talk: Conversation, address: str) -> None:
    job = vault().purge(conversation=talk.pk)
    runner.run_waiting()

    assert vault().job(conversation=talk.pk, job=job).state == "done"
    assert talk.pk not in vault().conversations()
    with pytest.raises(refusals.UnknownConversation):
        vault().send_code(conversation=talk.pk, address=address, browser="b")
    with inside_vault():
        assert not Person.objects.filter(conversation_id=talk.pk).exists()


# Walls ---------------------------------------------------------------------------------


def test_another_organisations_conversation_does_not_exist(
    talk: Conversation, address: str, beta: Organisation
) -> None:
    """I28: every verb, called for A's conversation with B's credentials."""
    proof = Proof(person=uuid4(), nonce=bytes(24), mac=bytes(32))
    ours: Any = {"conversation": talk.pk}
    with tenant_context(beta.tenant):
        theirs = vault()
        for ask in (
            lambda: theirs.prepare(conversation=talk.pk, name="Mine now", site="http://beta/"),
            lambda: theirs.enrol(**ours, roster=b"email\n", areas=["everybody"]),
            lambda: theirs.enrol_voices(**ours, count=1, area="everybody"),
            lambda: theirs.send_code(**ours, address=address, browser="b"),
            lambda: theirs.redeem(**ours, address=address, code="1", browser="b"),
            lambda: theirs.enter(**ours, address=address, password="1", browser="b"),
            lambda: theirs.set_password(**ours, proof=proof, password="1234567890"),
            lambda: theirs.answer_survey(**ours, proof=proof, answers={}),
            lambda: theirs.export(**ours, proof=proof),
            lambda: theirs.look(**ours, proof=proof),
            lambda: theirs.support(**ours, text="Help", contact=address),
            lambda: theirs.departure(**ours, reference="ABCD-EFGH-JKLM"),
            lambda: theirs.deliver(**ours, route=bytes(80), contribution=uuid4()),
            lambda: theirs.leave(**ours, proof=proof, contributions=Contributions.KEEP),
            lambda: theirs.erase(
                **ours, address=address, code="1", browser="b", contributions=Contributions.KEEP
            ),
            lambda: theirs.own_tags(**ours, ideas=[], reported=[], split=[]),
            lambda: theirs.carry(**ours, source=uuid4(), target=uuid4(), votes=[], tags=[]),
            lambda: theirs.split(**ours, route=bytes(80), parent=uuid4(), ids=[], first=0),
            lambda: theirs.unseal(**ours, sealed=bytes(80), contribution=uuid4(), act=uuid4()),
            lambda: theirs.forget(**ours, batch=uuid4()),
            lambda: theirs.invite(**ours, key="opening", opens_at=NOON, closes_at=None),
            lambda: theirs.resend(**ours),
            lambda: theirs.announce(
                **ours, kind=MailingKind.REMINDER, key="a", subject="", text="", due_at=NOON
            ),
            lambda: theirs.mailings(**ours),
            lambda: theirs.stop_letters(**ours, address=address),
            lambda: theirs.set_letters(**ours, proof=proof, wanted=False),
            lambda: theirs.purge(**ours),
        ):
            with pytest.raises(refusals.UnknownConversation):
                ask()
        with pytest.raises(refusals.UnknownJob):
            theirs.job(**ours, job=uuid4())


def test_a_sealed_value_moved_to_another_row_or_column_does_not_open(
    talk: Conversation, address: str
) -> None:
    """L18: an administrator who swaps ciphertexts gets nothing."""
    other = new_address()
    enrol(talk, other)
    one, two = _person(talk, ticket_of(talk, address)), _person(talk, ticket_of(talk, other))
    with inside_vault():
        keys = opened(Caller(talk_tenant().organisation, ""), talk.pk)

    assert keys.unseal("person", "email", one.pk, one.sealed_email or b"") == address.encode()
    for table, column, row in (
        ("person", "email", two.pk),
        ("person", "phone", one.pk),
        ("letter", "email", one.pk),
    ):
        with pytest.raises(DoesNotOpen):
            keys.unseal(table, column, row, one.sealed_email or b"")


def test_addresses_are_all_of_one_length(talk: Conversation) -> None:
    enrol(talk, "a@b.cd", f"{'x' * 60}@a-rather-long-domain.example")

    with inside_vault():
        people = list(Person.objects.filter(conversation_id=talk.pk))

    assert len({len(person.sealed_email or b"") for person in people}) == 1
    assert len({len(person.sealed_attributes) for person in people}) == 1


def test_nothing_of_a_person_stands_in_clear(talk: Conversation, address: str) -> None:
    """Architecture 2: a dump of the vault's database without keys shows no address."""
    vault().send_code(conversation=talk.pk, address=address, browser="b")
    with inside_vault(), connections["vault"].cursor() as cursor:
        for table in ("vault_person", "vault_letter", "vault_job"):
            cursor.execute(f"SELECT encode({table}::text::bytea, 'escape') FROM {table}")
            assert not [
                row for row in cursor.fetchall() if address.encode().hex() in row[0] or address in row[0]
            ]
    runner.run_waiting()


def talk_tenant() -> Tenant:
    from kernel.tenancy import current_tenant

    return current_tenant()


def _all_tags(secret: bytes, idea: object) -> set[bytes]:
    return {
        *anonymity.owner_tags(secret, Kind.IDEA),
        *anonymity.owner_tags(secret, Kind.COMMENT),
        anonymity.voter_tag(secret, idea),  # type: ignore[arg-type]
    }


def test_a_vault_that_is_away_gives_one_sentence(in_acme: Tenant) -> None:
    """F6."""
    conversation = make_conversation()
    with override_settings(VAULT_URL="http://127.0.0.1:1", VAULT_TOKEN="x"):
        http_client.transports[:] = [httpx.HTTPTransport()]
        http_client._client.cache_clear()
        try:
            with pytest.raises(refusals.VaultDown):
                vault().send_code(conversation=conversation.pk, address="a@b.cd", browser="b")
        finally:
            http_client._client.cache_clear()
