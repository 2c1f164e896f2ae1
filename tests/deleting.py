"""Deletions for tests: a conversation with people and everything they do, completed, and taken as far as it goes."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from django.utils import timezone

from conversations.models import Conversation
from conversations.services import lifecycle, posting, voting
from kernel.tenancy import control_plane, owner_in, tenant_context
from privacy.deletion.models import Purge
from privacy.deletion.services import steps
from privacy.vault import runner
from tenants.models import Organisation, Role
from tests.making import change, enrol, make_conversation, make_idea, make_people, new_address
from tests.staffing import make_staff

_ROUNDS = 40


@dataclass(frozen=True)
class Ended:
    """A project that is complete."""

    organisation: Organisation
    talk: Conversation
    addresses: tuple[str, ...]
    ideas: tuple[UUID, ...]

    @property
    def project(self) -> UUID:
        return self.talk.pk


def make_ended(organisation: Organisation, *, people: int = 4) -> Ended:
    """People with addresses, ideas, comments and votes; then closed and completed by an operator."""
    with tenant_context(organisation.tenant):
        talk = make_conversation()
        addresses = tuple(new_address() for _person in range(people))
        enrol(talk, *addresses)
        tickets = make_people(talk, people)
        ideas = tuple(make_idea(talk, by, f"Idea number {n}.") for n, by in enumerate(tickets))
        for by in tickets[1:]:
            voting.cast_vote(conversation=talk, idea=ideas[0], by=by, value=1, at=timezone.now())
        posting.add_comment(
            conversation=talk, idea=ideas[0], by=tickets[1], form=str(uuid4()), text="Yes.", at=timezone.now()
        )
    complete(organisation, talk)
    return Ended(organisation, talk, addresses, ideas)


def complete(organisation: Organisation, talk: Conversation) -> None:
    operator = make_staff(Role.OPERATOR)
    with tenant_context(organisation.tenant):
        change(talk, closes_at=timezone.now() - timedelta(minutes=1))
        lifecycle.complete(by=operator, conversation=talk.pk, typed=talk.slug, at=timezone.now())


def purge_of(project: UUID) -> Purge:
    with control_plane():
        return Purge.objects.get(pk=project)


def take_further(project: UUID, *, rounds: int = _ROUNDS) -> Purge:
    """Ticks and the vault's runner in turns, until it is certified or does not go on. Nobody waits in between."""
    before, steps.PATIENCE = steps.PATIENCE, 0.0
    try:
        for _round in range(rounds):
            steps.run_due(only=project, is_waiting_over=True)
            runner.run_waiting()
            if purge_of(project).provisional_at:
                break
    finally:
        steps.PATIENCE = before
    return purge_of(project)


def as_owner(statement: str, *values: object) -> None:
    """Behind the back of the site's login, which may not do this."""
    with owner_in("public") as owner, owner.cursor() as cursor:
        cursor.execute(statement, values)


def let_days_pass(project: UUID, days: float) -> None:
    """As if it had been completed so much earlier, by the database's clock."""
    as_owner(_EARLIER, *[round(days * 24)] * 3, str(project))


_EARLIER = """
    UPDATE deletion_purge SET completed_at = completed_at - make_interval(hours => %s),
        final_from = final_from - make_interval(hours => %s),
        ended = COALESCE((SELECT jsonb_object_agg(key, (value #>> '{}')::timestamptz - make_interval(hours => %s))
                          FROM jsonb_each(ended)), '{}')
    WHERE project = %s
"""
