import pytest

from conversations.models import Conversation
from kernel.tenancy import tenant_context
from tenants.models import Organisation
from tests.api.programs import Program, participant
from tests.making import make_conversation


@pytest.fixture
def talk(acme: Organisation) -> Conversation:
    """An open conversation of acme's, for this test alone."""
    with tenant_context(acme.tenant):
        return make_conversation()


@pytest.fixture
def ash(acme: Organisation, talk: Conversation) -> Program:
    """The program of somebody on the roster of `talk`, signed in by code."""
    return participant(acme, talk)
