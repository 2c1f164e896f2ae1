"""Conversations with groups: people from a roster, who take part or do not."""

from datetime import timedelta
from uuid import UUID, uuid4

from django.utils import timezone

from conversations.models import Conversation, Vote
from conversations.services import posting, voting
from kernel.zones import inside_vault
from privacy.anonymity import Ticket
from privacy.vault import runner
from privacy.vault.interface import vault
from privacy.vault.models import Conversation as VaultConversation
from privacy.vault.models import Person
from privacy.vault.opened import opened_for
from privacy.vault.people import attributes_of, ticket_of
from reporting.figures.models import Release
from reporting.figures.services import releasing
from tenants.models import Organisation, Role
from tests.making import change, make_conversation, new_address, stream_of
from tests.staffing import make_staff


def make_groups(
    sizes: dict[str, int], *, area: str = "", more: str = ""
) -> tuple[Conversation, dict[str, list[Ticket]]]:
    """A conversation whose roster has teams of these sizes; tickets by team."""
    conversation = make_conversation()
    lines = [f"{new_address()},{team}" for team, size in sizes.items() for _n in range(size)]
    job = vault().enrol(
        conversation=conversation.pk, roster="\n".join(["email,team", *lines]).encode(), areas=["everybody"]
    )
    runner.run_waiting()
    assert vault().job(conversation=conversation.pk, job=job).state == "done"
    return conversation, tickets_of(conversation)


def tickets_of(conversation: Conversation, dimension: str = "team") -> dict[str, list[Ticket]]:
    """Everybody on the roster, signed in, by group."""
    found: dict[str, list[Ticket]] = {}
    with inside_vault():
        keys = opened_for(VaultConversation.objects.get(pk=conversation.pk))
        for person in Person.objects.filter(conversation_id=conversation.pk).order_by("pk"):
            group = attributes_of(keys, person).dimensions.get(dimension, "")
            found.setdefault(group, []).append(ticket_of(keys, person))
    return found


def take_part(conversation: Conversation, people: list[Ticket], *, likes: bool = True) -> UUID:
    """One of them posts an idea, and all of them vote on it. Returns the idea."""
    at = timezone.now()
    idea = posting.post_idea(
        conversation=conversation,
        stream=stream_of(conversation).pk,
        by=people[0],
        form=str(uuid4()),
        text="More daylight.",
        at=at,
    )
    for person in people:
        voting.cast_vote(conversation=conversation, idea=idea, by=person, value=1 if likes else -1, at=at)
    return idea


def close(conversation: Conversation) -> None:
    now = timezone.now()
    change(conversation, opens_at=now - timedelta(days=9), closes_at=now - timedelta(hours=1))
    conversation.refresh_from_db()


def release(conversation: Conversation, organisation: Organisation) -> Release:
    """The whole menu, through the real services and the vault's runner."""
    analyst = make_staff(Role.ANALYST, organisation=organisation)
    found = releasing.ask_for_figures(conversation=conversation, by=analyst, at=timezone.now())
    return carry_on(found)


def carry_on(found: Release) -> Release:
    releasing.hand_over(release=found)
    runner.run_waiting()
    found.refresh_from_db()
    releasing.follow(release=found)
    found.refresh_from_db()
    return found


def votes_in(conversation: Conversation) -> int:
    return Vote.objects.filter(idea__stream__conversation=conversation).count()
