"""Requests for data as tests make them: asked, confirmed with the code out of the mail, and done."""

import re
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from conversations.models import Conversation
from conversations.services import copying, rewriting
from kernel.messages import letters
from kernel.tenancy import tenant_context
from kernel.zones import inside_vault
from privacy.requests.models import Kind
from privacy.requests.services import asking, following
from privacy.vault import runner
from privacy.vault.models import Leaving, Person, RequestContact
from privacy.vault.refusals import UnknownConversation
from privacy.vault.rights import Wish
from tenants.models import Organisation

_ACCESS = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b")


def ask(kind: Kind, address: str, *, at: datetime | None = None) -> str:
    """Somebody asks on the page; returns the number."""
    return asking.ask_online(kind=kind, address=address, language="en", at=at or timezone.now())


def letters_to(address: str) -> list[str]:
    """The texts of what arrived, newest first."""
    runner.run_waiting()
    return [letter.text for letter in letters(to=address)]


def code_to(address: str) -> str:
    match = re.search(r"\b\d{8}\b", letters_to(address)[0])
    assert match is not None
    return match[0]


def access_to(address: str) -> str:
    """The second code, out of the letter that says it is done."""
    match = _ACCESS.search(letters_to(address)[0])
    assert match is not None
    return match[0]


def confirm(number: str, address: str, wish: Wish | None = None) -> None:
    asking.confirm_online(number=number, code=code_to(address), wish=wish or Wish(), at=timezone.now())
    runner.run_waiting()


def finish(number: str, *organisations: Organisation) -> None:
    """Each organisation hands in and has its night; then the time has come, and the register follows."""
    for organisation in organisations:
        with tenant_context(organisation.tenant):
            copying.hand_in_copies(at=timezone.now())
            for conversation in Conversation.objects.filter(pk__in=_somebody_leaves()):
                # What other tests are deleting opens to nobody any more.
                with suppress(UnknownConversation):
                    rewriting.rewrite_conversation(conversation=conversation, at=timezone.now())
    with inside_vault():
        RequestContact.objects.filter(number=number).update(ready_at=timezone.now() - timedelta(minutes=1))
    runner.run_waiting()
    following.follow(at=timezone.now())


def _somebody_leaves() -> list[UUID]:
    """The conversations whose night somebody waits for: few among all that other tests made."""
    with inside_vault():
        leaving = Person.objects.exclude(leaving=Leaving.NO)
        return list(leaving.values_list("conversation", flat=True).distinct())
