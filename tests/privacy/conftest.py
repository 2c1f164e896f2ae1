import pytest

from conversations.models import Conversation
from kernel.tenancy import Tenant
from privacy.anonymity import Ticket
from privacy.deletion.services import steps
from tests.making import enrol, make_conversation, new_address, ticket_of


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a deletion nobody waits for the vault's runner: it comes by between two ticks."""
    monkeypatch.setattr(steps, "PATIENCE", 0.0)


@pytest.fixture
def talk(in_acme: Tenant) -> Conversation:
    return make_conversation()


@pytest.fixture
def address(talk: Conversation) -> str:
    """Of somebody who is on the roster."""
    address = new_address()
    enrol(talk, address)
    return address


@pytest.fixture
def author(talk: Conversation, address: str) -> Ticket:
    return ticket_of(talk, address)
