"""Requests in the vault: found everywhere, done part by part, proven, and silent about who is known."""

import json
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from django.conf import settings
from django.utils import timezone

from conversations.models import Conversation, Idea
from conversations.services import copying, posting, voting
from kernel.messages import letters
from kernel.tenancy import control_plane, tenant_context
from kernel.zones import inside_vault
from privacy.anonymity import Ticket
from privacy.keys.configured import key_store
from privacy.requests.models import Kind, Request, State
from privacy.requests.services import asking
from privacy.vault import departures, fulfilment, refusals, runner
from privacy.vault.interface import vault, vault_of_nobody
from privacy.vault.models import Person, RequestContact, RequestPart
from privacy.vault.rights import RequestKind, RequestLetter, RequestState, Wish
from tenants.models import Organisation
from tests.asking import access_to, ask, code_to, confirm, finish, letters_to
from tests.conftest import both_forms, database_name
from tests.machinery import admin_url
from tests.making import change as change_conversation
from tests.making import enrol, make_conversation, make_idea, make_organisation, new_address, ticket_of

DELETE, KEEP = Wish(keeps=False), Wish(keeps=True)


@pytest.fixture(scope="module")
def third() -> Organisation:
    return make_organisation()


@pytest.fixture
def somebody(
    acme: Organisation, beta: Organisation, third: Organisation
) -> tuple[str, dict[str, Conversation]]:
    """One address on the rosters of three organisations, with an idea at each; beside somebody else."""
    address, talks = new_address(), {}
    for organisation in (acme, beta, third):
        with tenant_context(organisation.tenant):
            talk = make_conversation()
            enrol(talk, address, new_address())
            make_idea(talk, ticket_of(talk, address), f"Of {organisation.slug}")
            talks[organisation.slug] = talk
    return address, talks


def _people(talk: Conversation) -> int:
    with inside_vault():
        return Person.objects.filter(conversation=talk.pk).count()


def _state(number: str) -> str:
    with control_plane():
        return Request.objects.get(pk=number).state


@both_forms
def test_a_deletion_finds_somebody_in_every_organisation(
    somebody: tuple[str, dict[str, Conversation]], acme: Organisation, beta: Organisation, third: Organisation
) -> None:
    """R63, P11: also where the conversation is over. Tombstones are set, and one letter proves all of it."""
    address, talks = somebody
    with tenant_context(beta.tenant):
        change_conversation(talks["beta"], completed_at=timezone.now())
    number = ask(Kind.DELETION, address)
    confirm(number, address, DELETE)
    before = _state(number)
    finish(number, acme, beta, third)

    assert (before, _state(number)) == (State.RUNNING, State.DONE)
    assert [_people(talk) for talk in talks.values()] == [1, 1, 1]
    for organisation, talk in zip((acme, beta, third), talks.values(), strict=True):
        assert key_store().tombstones(organisation.pk, talk.pk)
        with tenant_context(organisation.tenant):
            assert list(Idea.objects.filter(stream__conversation=talk).values_list("text", flat=True)) == [""]
    assert "3 conversations" in letters_to(address)[0]


def test_a_request_to_one_organisation_leaves_the_others_alone(
    somebody: tuple[str, dict[str, Conversation]], acme: Organisation
) -> None:
    """R63."""
    address, talks = somebody
    vault_of_nobody().open_request(
        number="AAAA-2222", kind=RequestKind.DELETION, address=address, organisation=acme.pk, language="en"
    )
    vault_of_nobody().confirm_request(number="AAAA-2222", code=code_to(address), wish=KEEP)
    runner.run_waiting()
    finish("AAAA-2222", acme)

    assert [_people(talk) for talk in talks.values()] == [1, 2, 2]
    with inside_vault():
        RequestContact.objects.filter(number="AAAA-2222").delete()


def test_somebody_unknown_gets_the_same_letter_first_and_the_truth_last(
    somebody: tuple[str, dict[str, Conversation]], acme: Organisation, beta: Organisation, third: Organisation
) -> None:
    """Adversary 17, R63: only the mailbox itself learns that nothing is held."""
    known, unknown = somebody[0], new_address()
    numbers = {address: ask(Kind.DELETION, address) for address in (known, unknown)}
    firsts = [
        letters_to(address)[0].replace(numbers[address], "").replace(code_to(address), "")
        for address in (known, unknown)
    ]
    for address in (known, unknown):
        confirm(numbers[address], address, KEEP)
        assert _shown(numbers[address]) is RequestState.CONFIRMED
    for number in numbers.values():
        finish(number, acme, beta, third)

    assert firsts[0] == firsts[1]
    assert {_state(number) for number in numbers.values()} == {State.DONE}
    assert "Nothing is held under this address" in letters_to(unknown)[0]
    assert "Nothing is held" not in letters_to(known)[0]


def test_a_deletion_of_nobody_is_called_done_no_sooner_than_the_next_morning() -> None:
    """Adversary 11: the pace in the register tells staff nothing."""
    address = new_address()
    number = ask(Kind.DELETION, address)
    confirm(number, address, KEEP)
    runner.run_waiting()

    assert _shown(number) is RequestState.CONFIRMED


def test_a_copy_holds_everything_of_the_person_and_nothing_of_others(
    acme: Organisation, beta: Organisation
) -> None:
    """R63, R14: every contribution, vote and answer, out of two organisations."""
    address, other = new_address(), new_address()
    for organisation in (acme, beta):
        with tenant_context(organisation.tenant):
            talk = make_conversation()
            enrol(talk, address, other)
            own, theirs = ticket_of(talk, address), ticket_of(talk, other)
            ideas = [make_idea(talk, own, f"Mine {n} at {organisation.slug}") for n in range(3)]
            foreign = make_idea(talk, theirs, "Not mine at all")
            _comment_and_vote(talk, foreign, own, f"I agree at {organisation.slug}")
            _comment_and_vote(talk, ideas[0], theirs, "A foreign answer")
            vault().support(conversation=talk.pk, text="No code arrives.", contact=address)
    number = ask(Kind.COPY, address)
    confirm(number, address)
    finish(number, acme, beta)

    copy = json.loads(asking.copy_online(number=number, code=access_to(address)))
    text = json.dumps(copy)
    assert len(copy["conversations"]) == 2
    for found in copy["conversations"]:
        assert found["about_you"]["email"] == address
        assert len(found["you_wrote"]) == 4
        assert found["you_voted"] == [{"idea": "Not mine at all", "vote": "like"}]
        assert [call["text"] for call in found["you_asked_for_help"]] == ["No code arrives."]
    assert other not in text
    assert "A foreign answer" not in text


def _comment_and_vote(talk: Conversation, idea: UUID, by: Ticket, text: str) -> None:
    posting.add_comment(
        conversation=talk,
        idea=idea,
        by=by,
        form=str(uuid4()),
        text=text,
        at=timezone.now(),
    )
    voting.cast_vote(conversation=talk, idea=idea, by=by, value=1, at=timezone.now())


def test_a_copy_opens_with_the_second_code_alone(acme: Organisation) -> None:
    """R63: whoever hears the first code read out, such as staff, opens nothing with it."""
    address = new_address()
    number = ask(Kind.COPY, address)
    first = code_to(address)
    confirm(number, address)
    finish(number)

    with pytest.raises(refusals.CodeRefused):
        asking.copy_online(number=number, code=first)
    assert asking.show_online(number=number, code=first).copy_until is None
    assert asking.show_online(number=number, code=access_to(address)).copy_until is not None


def test_another_organisation_gets_no_tags(acme: Organisation, beta: Organisation) -> None:
    """R63: a part exists for the organisation that holds it, once, while the copy waits."""
    address = new_address()
    with tenant_context(acme.tenant):
        talk = make_conversation()
        enrol(talk, address)
    number = ask(Kind.COPY, address)
    confirm(number, address)
    with tenant_context(acme.tenant):
        (wanted,) = [found for found in vault().copies_wanted() if found.conversation == talk.pk]
    with tenant_context(beta.tenant):
        assert wanted not in vault().copies_wanted()
        with pytest.raises(refusals.UnknownConversation):
            vault().copy_tags(conversation=talk.pk, part=wanted.part, ideas=[], split=[])
    with tenant_context(acme.tenant):
        copying.hand_in_copies(at=timezone.now())
        with pytest.raises(refusals.UnknownRequest):
            vault().copy_tags(conversation=talk.pk, part=wanted.part, ideas=[], split=[])


def test_ten_wrong_codes_close_the_door_until_a_new_one_is_sent() -> None:
    address = new_address()
    number = ask(Kind.COPY, address)
    code = code_to(address)
    for _try in range(10):
        with pytest.raises(refusals.CodeRefused):
            asking.show_online(number=number, code="00000000")

    with pytest.raises(refusals.CodeRefused):
        asking.show_online(number=number, code=code)
    vault_of_nobody().send_request_code(number=number)
    assert asking.show_online(number=number, code=code_to(address)).state is RequestState.ASKED


def test_an_address_typed_anew_takes_the_place_of_the_first() -> None:
    """The code that went astray opens nothing."""
    wrong, right = new_address(), new_address()
    number = ask(Kind.COPY, wrong)
    astray = code_to(wrong)
    vault_of_nobody().open_request(
        number=number, kind=RequestKind.COPY, address=right, organisation=None, language="cy"
    )

    with pytest.raises(refusals.CodeRefused):
        asking.show_online(number=number, code=astray)
    letters_to(right)
    assert next(letter.subject for letter in letters(to=right)).startswith("Eich cais")


def test_a_runner_that_dies_between_two_organisations_goes_on(
    somebody: tuple[str, dict[str, Conversation]],
    acme: Organisation,
    beta: Organisation,
    third: Organisation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """F13: whatever it was at is rolled back and done by the next, and nothing twice."""
    address, talks = somebody
    number = ask(Kind.DELETION, address)
    vault_of_nobody().confirm_request(number=number, code=code_to(address), wish=KEEP)
    real, calls = departures.let_go, []

    def dies(*arguments: object) -> str:
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(fulfilment, "let_go", dies)
    with pytest.raises(KeyboardInterrupt):
        runner.run_waiting()
    with inside_vault():
        assert RequestPart.objects.filter(request__number=number, is_done=True).count() == 1
    runner.run_waiting()
    finish(number, acme, beta, third)

    assert len(calls) == 4
    assert [_people(talk) for talk in talks.values()] == [1, 1, 1]
    assert _state(number) == State.DONE


def test_a_refused_request_is_not_done_any_more() -> None:
    address = new_address()
    number = ask(Kind.DELETION, address)
    code = code_to(address)
    vault_of_nobody().close_request(number=number, letter=RequestLetter.EXCESSIVE)

    with pytest.raises(refusals.RequestOver):
        vault_of_nobody().confirm_request(number=number, code=code, wish=KEEP)
    assert "short time ago" in letters_to(address)[0]


def test_two_weeks_later_nothing_leads_to_the_person_and_the_proof_still_opens() -> None:
    """R63: number and code show that it was done; address and copy are gone."""
    address = new_address()
    number = ask(Kind.COPY, address)
    confirm(number, address)
    finish(number)
    access = access_to(address)
    with inside_vault():
        RequestContact.objects.filter(number=number).update(
            forget_on=timezone.now().date() - timedelta(days=1)
        )
    runner.run_waiting()

    shown = asking.show_online(number=number, code=access)
    assert (shown.state, shown.copy_until) == (RequestState.DONE, None)
    with inside_vault():
        kept = RequestContact.objects.get(number=number)
        assert (kept.sealed, kept.sealed_copy) == (None, None)


def test_no_dump_holds_the_address_or_who_belongs_together(
    somebody: tuple[str, dict[str, Conversation]],
) -> None:
    """R63, P9: neither the register nor the vault's rows, as text or as bytes, while it is being done."""
    address, _talks = somebody
    number = ask(Kind.COPY, address)
    confirm(number, address)
    with inside_vault():
        people = [str(person) for person in Person.objects.values_list("pk", flat=True)]

    found = _dump(
        "conversation", database_name(), "requests_request", "requests_requeststep", "kernel_auditentry"
    )
    sealed = _dump("vault", settings.DATABASES["vault"]["NAME"], "vault_requestcontact", "vault_requestpart")
    assert number in found
    for text in (found, sealed):
        assert address not in text
        assert address.encode().hex() not in text
        assert not [person for person in people if person in text or person.replace("-", "") in text]


def _dump(server: str, database: str, *tables: str) -> str:
    with psycopg.connect(admin_url(server, database)) as thief:
        return "\n".join(
            str(row) for table in tables for row in thief.execute(f"SELECT t::text FROM {table} t").fetchall()
        )


def _shown(number: str) -> RequestState:
    return vault_of_nobody().request_progress(numbers=[number])[number].state
