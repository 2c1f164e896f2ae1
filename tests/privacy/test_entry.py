"""Coming in: codes and passwords, directly and over HTTP."""

import re
from pathlib import Path

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from conversations.models import Conversation
from kernel.valkey import vault_client
from kernel.zones import inside_vault
from privacy import anonymity
from privacy.vault import refusals, runner
from privacy.vault.interface import vault
from privacy.vault.models import Letter, Person
from privacy.vault.passwords import OUR_WORDS, is_easy
from privacy.vault.verbs import entry
from tests.conftest import both_forms
from tests.making import code_sent_to, enrol, new_address, ticket_of

pytestmark = both_forms
_PRACTICE = (Path(__file__).resolve().parents[2] / "deploy/security/practice.md").read_text()


def test_a_code_gives_a_ticket_that_stays_the_same_person(talk: Conversation, address: str) -> None:
    """R03."""
    first, second = ticket_of(talk, address), ticket_of(talk, address, browser="another")

    assert first.person == second.person
    assert first.secret == second.secret
    assert len(first.secret) == 32
    assert (first.area, first.may_write) == ("everybody", True)


def test_two_people_share_nothing(talk: Conversation, address: str) -> None:
    other = new_address()
    enrol(talk, other)

    one, two = ticket_of(talk, address), ticket_of(talk, other)

    assert not {one.person, one.secret, one.handle} & {two.person, two.secret, two.handle}


def test_signing_in_writes_nothing_that_is_kept(talk: Conversation, address: str) -> None:
    """L17: no last sign-in, no counter, no row."""
    vault().send_code(conversation=talk.pk, address=address, browser="b")
    code = code_sent_to(address) or ""

    with CaptureQueriesContext(connections["vault"]) as asked:
        vault().redeem(conversation=talk.pk, address=address, code=code, browser="b")

    assert all(query["sql"].lstrip().startswith("SELECT") for query in asked)


def test_asking_does_the_same_for_known_and_unknown(talk: Conversation, address: str) -> None:
    """R03, Z12: the same statements, and rows that look alike."""
    asked = []
    for one in (address, new_address()):
        with CaptureQueriesContext(connections["vault"]) as seen:
            vault().send_code(conversation=talk.pk, address=one, browser="b")
        asked.append([query["sql"].split()[0] for query in seen])
    with inside_vault():
        letters = list(Letter.objects.filter(conversation_id=talk.pk))

    assert asked[0] == asked[1]
    assert len({len(letter.sealed) for letter in letters}) == 1
    runner.run_waiting()


@pytest.mark.parametrize("wrong", ["", "1", "abcdefgh", "9" * 30])
def test_a_wrong_code_is_refused(talk: Conversation, address: str, wrong: str) -> None:
    vault().send_code(conversation=talk.pk, address=address, browser="b")

    with pytest.raises(refusals.CodeRefused):
        vault().redeem(conversation=talk.pk, address=address, code=wrong, browser="b")
    runner.run_waiting()


def test_a_code_dies_after_ten_minutes(talk: Conversation, address: str) -> None:
    """R03."""
    vault().send_code(conversation=talk.pk, address=address, browser="b")
    client = vault_client()

    lives = [client.ttl(name) for name in client.scan_iter(f"vault:{talk.pk.hex}:code:*")]

    assert lives
    assert all(0 < life <= 600 for life in lives)
    runner.run_waiting()


def test_a_password_opens_the_door_and_a_wrong_one_does_not(talk: Conversation, address: str) -> None:
    """R03."""
    ticket = ticket_of(talk, address)

    vault().set_password(
        conversation=talk.pk, proof=anonymity.prove(ticket, "set_password"), password="correct horse battery"
    )

    came = vault().enter(conversation=talk.pk, address=address, password="correct horse battery", browser="b")
    assert came.person == ticket.person
    for wrong_address, wrong in ((address, "wrong password"), (new_address(), "correct horse battery")):
        with pytest.raises(refusals.PasswordRefused):
            vault().enter(conversation=talk.pk, address=wrong_address, password=wrong, browser="b")


def test_passwords_cannot_be_guessed_without_end(talk: Conversation, address: str) -> None:
    ticket = ticket_of(talk, address)
    proof = anonymity.prove(ticket, "set_password")
    vault().set_password(conversation=talk.pk, proof=proof, password="correct horse battery")
    for _try in range(10):
        with pytest.raises(refusals.PasswordRefused):
            vault().enter(conversation=talk.pk, address=address, password="wrong password", browser="b")

    with pytest.raises(refusals.PasswordRefused):
        vault().enter(conversation=talk.pk, address=address, password="correct horse battery", browser="b")


def test_a_short_password_is_refused(talk: Conversation, address: str) -> None:
    ticket = ticket_of(talk, address)

    with pytest.raises(refusals.PasswordTooShort):
        vault().set_password(
            conversation=talk.pk, proof=anonymity.prove(ticket, "set_password"), password="short"
        )


def test_a_password_lies_as_a_slow_digest_and_ends_with_nothing_but_another(
    talk: Conversation, address: str
) -> None:
    """ASVS 6.2.10, 11.4.2: Argon2id with what RFC 9106 asks for, sealed; and no day on which it would be over."""
    assert entry._hasher.hash("x").startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    about_it = {field.name for field in Person._meta.get_fields() if "password" in field.name}
    assert about_it == {"sealed_password"}
    ticket = ticket_of(talk, address)
    vault().set_password(
        conversation=talk.pk, proof=anonymity.prove(ticket, "set_password"), password="correct horse battery"
    )

    with inside_vault():
        kept = bytes(Person.objects.get(pk=ticket.person).sealed_password or b"")
    assert len(kept) > 256
    assert b"argon2" not in kept


def test_what_somebody_would_guess_first_is_easy() -> None:
    """ASVS 6.1.2, 6.2.4, 6.2.11: what stands in the list, with digits around too; words from the door; no rule about characters."""
    about = ["A better place to work", "https://acme.example", "kit.marlow@people.example"]
    easy = [
        "1234567890",
        "Password123!",
        "!!dragon2024",
        "qwerty12345",
        "aaaaaaaaaaaa",
        "BetterPlace1",
        "marlow-2026-kit",
    ]
    easy += ["clevertogether", "Acme Acme 2026", "ｐａｓｓｗｏｒｄ１２３"]
    hard = [
        "purple kettle marching",
        "8203947156",
        "better kettle marching",
        "ÜÄÖ ñandú ☂ x",
        "correct horse battery",
    ]

    assert [word for word in easy if not is_easy(word, about=about)] == []
    assert [word for word in hard if is_easy(word, about=about)] == []
    assert {f"`{word}`" for word in OUR_WORDS} <= set(re.findall(r"`\w+`", _PRACTICE))
