import pytest
from django.test import Client

from conversations.models import Conversation, Page
from conversations.queries.conversations import forget_conversations
from kernel.tenancy import tenant_context
from tenants.models import Organisation, Role
from tests.making import make_conversation, new_address, signed_in_client
from tests.staffing import desk_of, make_staff


@pytest.fixture
def talk(acme: Organisation) -> Conversation:
    """An open conversation of acme's, for this test alone. A file that needs another kind makes its own."""
    with tenant_context(acme.tenant):
        return make_conversation()


@pytest.fixture
def address() -> str:
    """Where the person at the browser is reached."""
    return new_address()


@pytest.fixture
def browser(acme: Organisation, talk: Conversation, address: str) -> Client:
    """Somebody of acme who is signed in to the conversation."""
    return signed_in_client(acme, talk, address)


@pytest.fixture
def _shipped_texts(acme: Organisation) -> None:
    """No page of acme's own: other tests publish some."""
    with tenant_context(acme.tenant):
        Page.objects.all().delete()
    forget_conversations()


@pytest.fixture
def at_desk(acme: Organisation) -> Client:
    """A facilitator of acme."""
    return desk_of(make_staff(Role.FACILITATOR, organisation=acme))
