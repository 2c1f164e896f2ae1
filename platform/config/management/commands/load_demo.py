import random
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.models import Account
from config import demo_closed, demo_words
from conversations.models import Conversation, MessageKind, Stream
from conversations.queries.conversations import conversation_at
from conversations.services import conversations, importing, posting, tallies, voting
from conversations.services.conversations import Question
from conversations.services.surveys import define_survey
from conversations.services.threads import write_to_author
from kernel.messages import letters
from kernel.tenancy import Tenant, control_plane, tenant_context
from privacy.anonymity import Kind, Ticket
from privacy.vault import runner
from privacy.vault.interface import vault
from tenants import queries
from tenants.models import Role
from tenants.permissions import Staff
from tenants.services import client_users, staff
from tenants.services.organisations import create_organisation

_PEOPLE = ["robin", "kit", "sam", "alex", "charlie", "frankie", "jamie", "jo", "lee", "max", "nicky", "pat"]
# Somebody at each organisation who commissioned the conversation.
_SPONSOR = "sponsor@demo.example"
_ANALYST, _SECOND_ANALYST = "analyst@demo.example", "second-analyst@demo.example"
_HOSPITAL = "Demo Hospital"
_VOICES = 40
_SEED = 20  # the same demonstration each time
_BIODIVERSITY = "scoop-hivemind.biodiversity"
_CREDIT = (
    "Demonstration data. Statements and votes are those of the public conversation “Protecting and Restoring NZ’s"
    " Biodiversity” (2019), gathered using the Polis software (compdemocracy.org/polis) and licensed under CC BY 4.0"
    " by The Computational Democracy Project. Days were moved."
)


class Command(BaseCommand):
    help = "Load two demonstration organisations, unless they are there already."

    def handle(self, *_args: Any, **_options: Any) -> None:
        readers = self._staff()
        hospital = self._organisation("demo-hospital", _HOSPITAL, "#1d4f91")
        if hospital is not None:
            with tenant_context(hospital):
                client_users.create_accounts([_SPONSOR])
                made = _own_words()
                define_survey(conversation=made.pk, questions=demo_words.SURVEY)
                _talk(made)
                _invite_demo_people("workplace")
                _write_to_robin(made)
                demo_closed.load(organisation=_HOSPITAL, by=readers)
        council = self._organisation("demo-council", "Demo Council", "#2e6b34")
        if council is not None:
            self._fill_council(council)

    def _staff(self) -> tuple[Staff, Staff]:
        """
        One of each role, everywhere, and a second analyst; returns both analysts.

        Each sets up a second factor of their own when they first sign in.
        """
        for role in Role:
            self._one_of_staff(f"{role.replace(' ', '-')}@demo.example", f"Demo {role.label.lower()}", role)
        self._one_of_staff(_SECOND_ANALYST, "Demo second analyst", Role.ANALYST)
        with control_plane():
            found = [Account.objects.get(email=address) for address in (_ANALYST, _SECOND_ANALYST)]
        first, second = (Staff(one.pk, one.name, frozenset({Role.ANALYST})) for one in found)
        return first, second

    def _one_of_staff(self, address: str, name: str, role: Role) -> None:
        try:
            made = staff.create_staff(email=address, name=name, by=None)
        except staff.AddressTaken:
            return
        staff.assign(account=made.pk, role=role, organisation=None, by=None)

    def _organisation(self, slug: str, name: str, colour: str) -> Tenant | None:
        if queries.organisation(slug) is not None:
            return None
        host = f"{slug}.{settings.BASE_DOMAIN.split(':')[0]}"
        made = create_organisation(
            name=name, slug=slug, domain=host, brand_colour=colour, on=timezone.localdate()
        )
        return made.tenant

    def _fill_council(self, council: Tenant) -> None:
        with tenant_context(council):
            client_users.create_accounts([_SPONSOR])
        export = Path(settings.POLIS_EXPORTS) / _BIODIVERSITY
        if not export.is_dir():
            self.stdout.write(
                f"No export lies at {settings.POLIS_EXPORTS}, so both organisations show our own words."
            )
            with tenant_context(council):
                _talk(_own_words())
                _invite_demo_people("workplace")
            return
        call_command(
            "import_conversation",
            str(export),
            organisation="demo-council",
            slug="biodiversity",
            name="Protecting and restoring biodiversity",
            question="What should be done to protect and restore nature here?",
            introduction="A real public conversation, reopened for this demonstration. Read, add your idea, and vote.",
            notice=_CREDIT,
            reopen=True,
            stdout=self.stdout,
        )
        with tenant_context(council):
            _invite_demo_people("biodiversity")


def _invite_demo_people(slug: str) -> None:
    """A roster of people whose messages arrive in the demonstration's outbox."""
    conversation = conversation_at(slug)
    areas = list(conversation.areas.values_list("code", flat=True))
    roster = "\n".join(["email", *(f"{name}@demo.example" for name in _PEOPLE)])
    vault().enrol(conversation=conversation.pk, roster=roster.encode(), areas=areas)
    runner.run_waiting()


def _write_to_robin(conversation: Conversation) -> None:
    """An idea of the first demonstration participant, and a question of the facilitators about it."""
    address = f"{_PEOPLE[0]}@demo.example"
    vault().send_code(conversation=conversation.pk, address=address, browser="demo")
    runner.run_waiting()
    code = next(word for word in letters()[0].text.split() if word.isdigit() and len(word) == 8)
    robin = vault().redeem(conversation=conversation.pk, address=address, code=code, browser="demo")
    stream = Stream.objects.filter(conversation=conversation).order_by("position")[0]
    idea = posting.post_idea(
        conversation=conversation,
        stream=stream.pk,
        by=robin,
        form=str(uuid4()),
        text=demo_words.ROBIN_WROTE,
        at=timezone.now(),
    )
    write_to_author(
        conversation=conversation,
        kind=Kind.IDEA,
        contribution=idea,
        message=MessageKind.QUESTION,
        text=demo_words.FACILITATORS_ASK,
        at=timezone.now(),
    )


def _own_words() -> Conversation:
    today = timezone.localdate()
    made = conversations.create_conversation(
        slug="workplace",
        name=demo_words.NAME,
        introduction=demo_words.INTRODUCTION,
        notice=demo_words.OWN_WORDS,
        questions=[Question(question, context) for question, context, _ideas in demo_words.QUESTIONS],
        areas=[("everybody", "Everybody")],
    )
    opens_at = datetime.combine(today - timedelta(days=5), time(9), tzinfo=made.zone)
    closes_at = datetime.combine(today + timedelta(days=15), time(17), tzinfo=made.zone)
    conversations.schedule_conversation(conversation=made.pk, opens_at=opens_at, closes_at=closes_at)
    return conversation_at("workplace")


def _talk(conversation: Conversation) -> None:
    """Voices without address post, comment and vote through the services, like anybody."""
    chance = random.Random(_SEED)  # noqa: S311  (a demonstration, not a secret)
    voices = vault().enrol_voices(conversation=conversation.pk, count=_VOICES, area="everybody")
    streams = Stream.objects.filter(conversation=conversation).order_by("position")
    for stream, (_question, _context, ideas) in zip(streams, demo_words.QUESTIONS, strict=True):
        for idea in ideas:
            _discuss(conversation, stream.pk, idea, chance.sample(voices, len(voices)))
    tallies.count_conversation(conversation=conversation.pk)
    importing.finish_import(conversation=conversation, at=timezone.now())


def _discuss(
    conversation: Conversation, stream: UUID, idea: demo_words.DemoIdea, voices: list[Ticket]
) -> None:
    assert conversation.opens_at is not None  # noqa: S101  (it was just scheduled)
    at = conversation.opens_at + timedelta(days=idea.day - 1, hours=1)
    posted = posting.post_idea(
        conversation=conversation, stream=stream, by=voices[0], form=str(uuid4()), text=idea.text, at=at
    )
    for voice, text in zip(voices[1:], idea.comments, strict=False):
        posting.add_comment(
            conversation=conversation, idea=posted, by=voice, form=str(uuid4()), text=text, at=at
        )
    values = [voting.LIKE] * idea.likes + [voting.DISLIKE] * idea.dislikes
    for voice, value in zip(voices[1:], values, strict=False):
        voting.cast_vote(conversation=conversation, idea=posted, by=voice, value=value, at=at)
