"""What tests are made of: organisations, conversations, people. Always through the real services."""

import re
import secrets
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings
from django.test import Client
from django.utils import timezone

from conversations.models import Conversation, Stream
from conversations.queries.conversations import forget_conversations
from conversations.services import conversations, posting
from conversations.services.conversations import Question
from kernel.messages import letters
from kernel.tenancy import Tenant, tenant_context
from privacy.anonymity import Ticket
from privacy.vault import runner
from privacy.vault.interface import vault
from tenants.models import Organisation
from tenants.services.organisations import create_organisation

NOON = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)


def make_organisation(slug: str | None = None, *, colour: str = "#00625a") -> Organisation:
    slug = slug or f"org-{secrets.token_hex(6)}"
    return create_organisation(
        name=f"The {slug} organisation",
        slug=slug,
        domain=f"{slug}.localhost",
        brand_colour=colour,
        on=timezone.localdate(),
    )


def make_conversation(
    *,
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
    areas: tuple[str, ...] = ("everybody",),
    slug: str | None = None,
    questions: tuple[str, ...] = ("What should change?",),
) -> Conversation:
    """An open conversation of the current tenant, unless dates say otherwise."""
    now = timezone.now()
    made = conversations.create_conversation(
        slug=slug or f"talk-{secrets.token_hex(6)}",
        name="A better place to work",
        introduction="Say what you think.",
        questions=[Question(question) for question in questions],
        areas=[(code, code.title()) for code in areas],
    )
    conversations.schedule_conversation(
        conversation=made.pk,
        opens_at=opens_at or now - timedelta(days=3),
        closes_at=closes_at or now + timedelta(days=10),
    )
    return Conversation.objects.get(pk=made.pk)


def change(conversation: Conversation, **values: object) -> None:
    """Change a conversation behind the product's back, and let it notice at once."""
    Conversation.objects.filter(pk=conversation.pk).update(**values)
    forget_conversations()


def stream_of(conversation: Conversation) -> Stream:
    return Stream.objects.filter(conversation=conversation).order_by("position")[0]


def make_people(conversation: Conversation, count: int = 1, area: str = "everybody") -> list[Ticket]:
    """Signed-in people, as the vault would hand them over."""
    return vault().enrol_voices(conversation=conversation.pk, count=count, area=area)


def make_idea(
    conversation: Conversation, by: Ticket, text: str = "More daylight.", at: datetime | None = None
) -> UUID:
    return posting.post_idea(
        conversation=conversation,
        stream=stream_of(conversation).pk,
        by=by,
        form=str(uuid4()),
        text=text,
        at=at or timezone.now(),
    )


def enrol(conversation: Conversation, *addresses: str) -> None:
    """People with an address, through a roster and the vault's runner."""
    roster = "\n".join(["email", *addresses]).encode()
    areas = list(conversation.areas.values_list("code", flat=True))
    job = vault().enrol(conversation=conversation.pk, roster=roster, areas=areas)
    runner.run_waiting()
    assert _state_of(conversation, job) == "done"


def _state_of(conversation: Conversation, job: UUID) -> str:
    """A job's end; beside a running product its own runner may have been quicker to claim it."""
    for _try in range(200):
        state = vault().job(conversation=conversation.pk, job=job).state
        if state in {"done", "failed"}:
            return state
        time.sleep(0.05)
    return state


def new_address() -> str:
    return f"{secrets.token_hex(8)}@people.example"


def code_sent_to(address: str) -> str | None:
    """The newest code in the outbox for an address, after the runner has been by."""
    runner.run_waiting()
    sent = letters(to=address)
    match = re.search(r"\b\d{8}\b", sent[0].text) if sent else None
    return match[0] if match else None


def ticket_of(conversation: Conversation, address: str, browser: str = "b", tries: int = 1) -> Ticket:
    """Signed in at the vault itself, without the site. Beside a running product, its runner may send the code."""
    vault().send_code(conversation=conversation.pk, address=address, browser=browser)
    code = None
    while code is None and tries:
        code, tries = code_sent_to(address), tries - 1
        if tries:
            time.sleep(0.05)
    code = code or ""
    return vault().redeem(conversation=conversation.pk, address=address, code=code, browser=browser)


def client_of(organisation: Organisation | Tenant, **more: object) -> Client:
    host = (
        f"{organisation.slug}.localhost" if isinstance(organisation, Organisation) else str(more.pop("host"))
    )
    return Client(headers={"host": host}, **more)  # type: ignore[arg-type]


def sign_in(client: Client, conversation: Conversation, address: str) -> None:
    """Through the site's own pages, as a person does it."""
    client.post(f"/{conversation.slug}/sign-in/", {"address": address})
    code = code_sent_to(address)
    assert code is not None
    response = client.post(f"/{conversation.slug}/sign-in/code/", {"code": code})
    assert response.status_code == 302, response.content


def signed_in_client(
    organisation: Organisation, conversation: Conversation, address: str | None = None
) -> Client:
    """A browser of somebody on the roster, signed in."""
    address = address or new_address()
    client = client_of(organisation)
    with tenant_context(organisation.tenant):
        enrol(conversation, address)
    sign_in(client, conversation, address)
    return client


def keys_folder() -> Path:
    return Path(settings.KEY_STORE.split(":")[1])
