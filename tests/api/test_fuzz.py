"""
The interfaces under requests that nobody would write (threats (d) 10).

A fixed share of them in every run; `make fuzz` sends FUZZ_REQUESTS, others each time.
"""

import os
import random
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import override_settings
from django.utils import timezone

from accounts import tokens
from accounts.models import Account, Token
from conversations.api.client import rosters
from conversations.api.participant import door, own, reacting, reading, seats
from conversations.models import Comment, Conversation, Idea, MessageKind
from conversations.services import posting, threads
from conversations.services.queue import filling
from kernel.tenancy import control_plane, tenant_context
from privacy.anonymity import Kind, Ticket
from tenants.models import Job, Organisation
from tenants.models import Role as StaffRole
from tests.api.fuzzing import Role, World, run, secrets_of
from tests.coding import code
from tests.making import enrol, make_conversation, make_idea, make_people, new_address, stream_of, ticket_of
from tests.reporting.sponsoring import make_sponsor
from tests.staffing import make_staff
from web.api.scopes import Scope

_CANARY = "CANARY-of-beta"
# Some two thousand in every run.
_REQUESTS = int(os.environ.get("FUZZ_REQUESTS", "2300"))
_NUMBER = (
    int(os.environ.get("FUZZ_SEED", "7")) if "FUZZ_REQUESTS" not in os.environ else random.randrange(2**31)
)
# What each role asks, in operations of its schemas: the requests are dealt out evenly.
_PAIRS = 210
_EXAMPLES = max(1, _REQUESTS // _PAIRS)
_STAFF = {
    "facilitator": StaffRole.FACILITATOR,
    "analyst": StaffRole.ANALYST,
    "privacy officer": StaffRole.PRIVACY_OFFICER,
    "operator": StaffRole.OPERATOR,
}
_ROLES = ["stranger at the site", "stranger at the console", "participant", "client user", *_STAFF]


@pytest.fixture(autouse=True)
def _without_limits(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Limits would answer in place of what is to be tried; they have tests of their own."""
    endless = "100000000/minute"
    for module, names in (
        (door, ("CODES_PER_NETWORK", "TRIES_PER_NETWORK")),
        (reading, ("POSTS", "SEARCHES")),
        (reacting, ("VOTES", "REPORTS")),
        (own, ("POSTS", "MESSAGES")),
        (rosters, ("READINGS",)),
    ):
        for name in names:
            monkeypatch.setattr(module, name, endless)
    with override_settings(API_REQUESTS=endless):
        yield


@pytest.fixture
def talk(acme: Organisation) -> Conversation:
    with tenant_context(acme.tenant):
        return make_conversation()


@pytest.fixture
def ash(acme: Organisation, talk: Conversation) -> Ticket:
    address = new_address()
    with tenant_context(acme.tenant):
        enrol(talk, address)
        return ticket_of(talk, address)


@pytest.fixture
def world(acme: Organisation, beta: Organisation, talk: Conversation, ash: Ticket) -> World:
    """Both organisations have a conversation with posts; beta's say that they are beta's."""
    pool: dict[str, set[str]] = {}
    secrets: list[str] = []
    for organisation, canary in ((acme, ""), (beta, _CANARY)):
        with tenant_context(organisation.tenant):
            found = talk if organisation is acme else make_conversation()
            (ben,) = make_people(found)
            authors = [ben, ash] if organisation is acme else [ben]
            for author in authors:
                stored = _fill(found, author, canary)
                secrets += secrets_of(author, *stored)
            filling.fill_missing(conversation=found)
            ideas = Idea.objects.filter(stream__conversation=found).values_list("pk", flat=True)
            comments = Comment.objects.filter(idea__in=list(ideas)).values_list("pk", flat=True)
            frame_code = code(found, f"Light {canary}").pk
            posts = {str(one) for one in (*ideas, *comments)}
            for name, values in {
                "slug": {found.slug},
                "stream": {str(stream_of(found).pk)},
                "idea": {str(one) for one in ideas},
                "comment": {str(one) for one in comments},
                "post": posts,
                "id": posts,
                "code": {str(frame_code)},
                "organisation": {str(organisation.pk)},
                "project": {str(found.pk)},
            }.items():
                pool.setdefault(name, set()).update(values)
    return World({name: sorted(values) for name, values in pool.items()}, _CANARY, secrets)


def _fill(talk: Conversation, author: Ticket, canary: str) -> list[bytes]:
    """An idea with a comment and a message; returns what is stored in place of its author."""
    now = timezone.now()
    idea = make_idea(talk, author, f"More daylight. {canary}")
    comment = posting.add_comment(
        conversation=talk, idea=idea, by=author, form="one", text=f"And plants. {canary}", at=now
    )
    threads.write_to_author(
        conversation=talk,
        kind=Kind.IDEA,
        contribution=idea,
        message=MessageKind.QUESTION,
        text=f"Where? {canary}",
        at=now,
    )
    kept = [Idea.objects.get(pk=idea), Comment.objects.get(pk=comment)]
    return [bytes(value) for one in kept for value in (one.owner_tag or b"", one.route or b"")]


def _role(name: str, acme: Organisation, talk: Conversation, ash: Ticket) -> Role:
    site, console = f"{acme.slug}.localhost", settings.CONSOLE_HOST
    if name.startswith("stranger"):
        host = site if name.endswith("site") else console
        return Role(name, host, "/api/v1/schema/", "", lambda: "")
    if name == "participant":

        def seat() -> str:
            with tenant_context(acme.tenant):
                return seats.start(talk, ash, ["read", "write"]).token

        return Role(name, site, "/api/v1/schema/", seat(), seat)
    if name == "client user":
        account = make_sponsor(acme)

        def of_client() -> str:
            with tenant_context(acme.tenant):
                return _token(account, (Scope.READ, Scope.ROSTER))

        return Role(name, site, "/api/v1/organisation/schema/", of_client(), of_client)
    role = _STAFF[name]
    staff = make_staff(role, organisation=None if role is StaffRole.OPERATOR else acme)

    def of_staff() -> str:
        with control_plane():
            return _token(Account.objects.get(pk=staff.id), tuple(Scope))

    return Role(name, console, "/api/v1/schema/", of_staff(), of_staff)


def _token(account: Account, scopes: tuple[Scope, ...]) -> str:
    Token.objects.filter(account=account, name="ended").delete()
    name = "kept" if not Token.objects.filter(account=account).exists() else "ended"
    made = tokens.make_token(account=account, name=name, scopes=scopes, days=1, at=timezone.now())
    return made.secret


@pytest.mark.parametrize("name", _ROLES)
def test_whatever_is_sent_nothing_breaks_and_nothing_leaks(
    name: str, acme: Organisation, talk: Conversation, ash: Ticket, world: World
) -> None:
    """R71, R70, I1: 0 faults of ours, 0 foreign canaries, 0 values of an author, every answer as described."""
    role = _role(name, acme, talk, ash)

    sent = run(role, world, examples=_EXAMPLES, number=_NUMBER)

    print(f"{name}: {sent.total()} requests of number {_NUMBER}, {dict(sorted(sent.items()))}")
    assert name.startswith("stranger") or any(status < 300 for status in sent)
    with control_plane():
        # What an operator asked for by chance is not made by the next test that makes what waits.
        Job.objects.filter(state="waiting", asked_by__isnull=False).delete()
