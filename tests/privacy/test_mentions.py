"""Which words of a text are names of the roster: found in the vault, and nothing else comes out."""

import time

import pytest

from conversations.models import Conversation
from kernel.tenancy import Tenant, tenant_context
from privacy.vault.interface import vault
from privacy.vault.refusals import UnknownConversation
from tenants.models import Organisation
from tests.making import enrol, make_conversation


def _named(talk: Conversation, text: str) -> list[str]:
    return vault().mentions(conversation=talk.pk, texts=[text])[0]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ask Jane Smith about it", ["Jane Smith"]),
        ("ask jane smith about it", ["jane smith"]),
        ("SMITH, JANE was there", ["SMITH, JANE"]),
        ("J. Smith said so, and so did J Smith", ["J. Smith", "J Smith"]),
        ("José Núñez-Ruiz is kind", []),
        ("Jose Nunez is kind, so is José Núñez", ["Jose Nunez", "José Núñez"]),
        ("a hand is needed", []),
        ("The ward team at reception", []),
        ("Jane likes the smith", []),
        ("", []),
    ],
)
def test_names_of_the_roster_are_found_as_they_stand_in_the_text(
    in_acme: Tenant, text: str, found: list[str]
) -> None:
    """R20."""
    talk = make_conversation()
    enrol(
        talk,
        *("jane.smith2@people.example", "a.hand@people.example", "jose_nunez+work@people.example"),
        *("ward.team@people.example", "reception@people.example", "jane@people.example"),
    )

    assert _named(talk, text) == found


def test_another_organisations_roster_is_not_asked(acme: Organisation, beta: Organisation) -> None:
    """R20, I: nor another conversation's."""
    with tenant_context(acme.tenant):
        talk, other = make_conversation(), make_conversation()
        enrol(talk, "kim.okafor@people.example")
        assert _named(talk, "Kim Okafor") == ["Kim Okafor"]
        assert _named(other, "Kim Okafor") == []
    with tenant_context(beta.tenant), pytest.raises(UnknownConversation):
        _named(talk, "Kim Okafor")


def test_a_large_roster_and_many_texts_take_seconds(in_acme: Tenant) -> None:
    """R20: here a tenth of the size, in a tenth of the time."""
    talk = make_conversation()
    enrol(
        talk,
        *(
            f"first{'x' * (n % 7)}.last{'abcdefghij'[n % 10] * (n // 10 % 9)}@{n}.example"
            for n in range(2_000)
        ),
    )
    texts = ["Somebody wrote about the rota, and about firstx lasta, again and again. " * 10] * 100

    started = time.perf_counter()
    found = vault().mentions(conversation=talk.pk, texts=texts)

    assert time.perf_counter() - started < 2
    assert len(found) == 100


def test_asking_very_much_alarms(
    in_acme: Tenant, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever sends lists of names reads the roster."""
    from privacy.vault.verbs import mentions

    monkeypatch.setattr(mentions, "_TEXTS_PER_HOUR", 0)
    talk = make_conversation()

    _named(talk, "Jane Smith")

    assert "many_names_compared" in caplog.text
    assert "Jane" not in caplog.text
