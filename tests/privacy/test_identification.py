"""Identification in the vault: asked by one, approved by another, seen once. In both forms."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import override_settings
from django.utils import timezone

from conversations.models import Conversation, Idea, Vote
from conversations.services import voting
from kernel.errors import DomainError
from kernel.messages import letters
from kernel.tenancy import Tenant, current_tenant, tenant_context
from kernel.zones import inside_vault
from privacy import anonymity
from privacy.anonymity import Ticket
from privacy.vault import officers, refusals, runner
from privacy.vault.interface import vault
from privacy.vault.models import Grant, GrantState, Warned
from privacy.vault.shapes import Contributions, Ground, Identified, Written
from tenants.models import Organisation
from tests.conftest import both_forms
from tests.mailing import body
from tests.making import enrol, make_conversation, make_idea, new_address, ticket_of
from tests.postbox import Postbox

pytestmark = both_forms
ASKS, DECIDES = uuid4(), uuid4()
OFFICER = "officer@clever.example"


@pytest.fixture
def talk(in_acme: Tenant) -> Conversation:
    with inside_vault():
        officers.add(in_acme.organisation, OFFICER)
    return make_conversation()


@pytest.fixture
def post(talk: Conversation, author: Ticket) -> Written:
    return _written(make_idea(talk, author))


def _written(idea: UUID) -> Written:
    found = Idea.objects.get(pk=idea)
    return Written(
        id=found.pk, route=bytes(found.route or b""), tag=bytes(found.owner_tag or b""), day=found.day
    )


def _ask(talk: Conversation, post: Written, ground: Ground = Ground.ABUSE) -> UUID:
    return vault().ask_identification(conversation=talk.pk, about=post, ground=ground, by=ASKS)


def _approved(talk: Conversation, post: Written, ground: Ground = Ground.ABUSE) -> UUID:
    grant = _ask(talk, post, ground)
    vault().approve_identification(conversation=talk.pk, grant=grant, by=DECIDES)
    return grant


def _identify(talk: Conversation, post: Written, grant: UUID, by: UUID = ASKS) -> Identified:
    return vault().identify(conversation=talk.pk, about=post, grant=grant, by=by)


def _outcomes(*works: Callable[[], object]) -> list[object]:
    """What each came to, all at the same moment in threads of their own; a refusal by its class."""
    barrier, tenant = threading.Barrier(len(works)), current_tenant()

    def run(work: Callable[[], object]) -> object:
        with tenant_context(tenant):
            barrier.wait()
            try:
                return work()
            except DomainError as refusal:
                return type(refusal)
            finally:
                connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def test_asked_by_one_and_approved_by_another_it_opens_once(
    talk: Conversation, address: str, post: Written
) -> None:
    """R27, scenario 21."""
    grant = _ask(talk, post)
    with pytest.raises(refusals.OwnRequest):
        vault().approve_identification(conversation=talk.pk, grant=grant, by=ASKS)
    with pytest.raises(refusals.NotGranted):
        _identify(talk, post, grant)
    vault().approve_identification(conversation=talk.pk, grant=grant, by=DECIDES)

    assert _identify(talk, post, grant) == Identified(email=address, phone="")
    with pytest.raises(refusals.GrantSpent):
        _identify(talk, post, grant)


def test_a_grant_is_for_one_contribution_and_for_whoever_asked(
    talk: Conversation, author: Ticket, post: Written
) -> None:
    grant, other = _approved(talk, post), _written(make_idea(talk, author))

    for about, by in ((other, ASKS), (post, DECIDES), (post, uuid4())):
        with pytest.raises(refusals.NotGranted):
            _identify(talk, about, grant, by)
    with pytest.raises(refusals.NotGranted):
        _identify(talk, post, uuid4())


def test_a_grant_is_over_after_a_day_to_the_second(talk: Conversation, post: Written) -> None:
    """F18: at the moment it ends it is over already."""
    grant = _approved(talk, post)
    with inside_vault():
        Grant.objects.filter(pk=grant).update(expires_at=timezone.now())

    with pytest.raises(refusals.NotGranted):
        _identify(talk, post, grant)


def test_many_who_look_at_once_see_it_once(talk: Conversation, address: str, post: Written) -> None:
    """F18."""
    grant = _approved(talk, post)

    found = _outcomes(*[lambda: _identify(talk, post, grant)] * 4)

    assert found.count(Identified(email=address, phone="")) == 1
    assert found.count(refusals.GrantSpent) == 3


def test_two_approvals_at_once_are_one(talk: Conversation, post: Written) -> None:
    """F18: and an approval that races a refusal is one of both."""
    grant, other = _ask(talk, post), _ask(talk, post)

    def approve(what: UUID, by: UUID) -> Callable[[], object]:
        return lambda: vault().approve_identification(conversation=talk.pk, grant=what, by=by)

    found = _outcomes(approve(grant, DECIDES), approve(grant, uuid4()))
    _outcomes(
        approve(other, DECIDES),
        lambda: vault().refuse_identification(conversation=talk.pk, grant=other, by=uuid4()),
    )

    assert sorted(map(str, found)) == sorted(map(str, [None, refusals.RequestDecided]))
    with inside_vault():
        assert Grant.objects.get(pk=other).state == GrantState.REFUSED


def test_a_refused_request_stays_closed(talk: Conversation, post: Written) -> None:
    grant = _ask(talk, post)
    vault().refuse_identification(conversation=talk.pk, grant=grant, by=DECIDES)

    with pytest.raises(refusals.RequestDecided):
        vault().approve_identification(conversation=talk.pk, grant=grant, by=DECIDES)
    with pytest.raises(refusals.NotGranted):
        _identify(talk, post, grant)


def test_a_vote_is_never_identified(talk: Conversation, author: Ticket, post: Written) -> None:
    """R27: a vote's route names its voter and the idea. Put in the place of the idea's own, it opens nothing."""
    voter_address = new_address()
    enrol(talk, voter_address)
    voter = ticket_of(talk, voter_address)
    voting.cast_vote(conversation=talk, idea=post.id, by=voter, value=1, at=timezone.now())
    vote = Vote.objects.get(voter_tag=anonymity.voter_tag(voter.secret, post.id))
    swapped = Written(id=post.id, route=bytes(vote.route or b""), tag=post.tag, day=post.day)
    grant = _approved(talk, swapped)

    with pytest.raises(refusals.RouteRefused):
        _identify(talk, swapped, grant)
    with pytest.raises(refusals.GrantSpent):
        _identify(talk, post, grant)


def test_a_part_of_a_split_post_leads_to_its_author(talk: Conversation, address: str, post: Written) -> None:
    """R23, R27: and only with the post it was split from."""
    part = uuid4()
    (ties,) = vault().split(conversation=talk.pk, route=post.route, parent=post.id, ids=[part], first=0)
    about = Written(id=part, route=ties.route, tag=ties.owner_tag, day=post.day, part_of=post.id)
    alone = replace(about, part_of=None)

    assert _identify(talk, about, _approved(talk, about)).email == address
    with pytest.raises(refusals.RouteRefused):
        _identify(talk, alone, _approved(talk, alone))


# Warnings --------------------------------------------------------------------------------


def _warn(talk: Conversation, post: Written) -> None:
    vault().warn(conversation=talk.pk, route=post.route, contribution=post.id)


def _warned(author: Ticket) -> list[date]:
    with inside_vault():
        return list(Warned.objects.filter(person=author.person).order_by("day").values_list("day", flat=True))


def test_a_warning_counts_once_for_each_contribution(
    talk: Conversation, author: Ticket, post: Written
) -> None:
    """R27: and its person finds its day among what is held about them."""
    for _twice in range(2):
        _warn(talk, post)
    _warn(talk, _written(make_idea(talk, author)))

    held = vault().export(conversation=talk.pk, proof=anonymity.prove(author, "export"))
    today = timezone.now().astimezone(talk.zone).date()
    assert _warned(author) == held.warned_on == [today, today]


@pytest.mark.parametrize(
    ("days_before", "is_enough"),
    [
        ([], False),
        ([9], False),
        ([9, 9], False),
        ([9, 2], False),
        ([9, 3], True),
        ([4, 3], True),
        ([9, 0], False),
    ],
)
def test_ignored_warnings_are_counted_by_the_vault_itself(
    talk: Conversation, author: Ticket, post: Written, days_before: list[int], is_enough: bool
) -> None:
    """R27: two warnings on two days, each at least 3 days before the day of the post."""
    for days in days_before:
        earlier = _written(make_idea(talk, author))
        _warn(talk, earlier)
        with inside_vault():
            newest = Warned.objects.filter(
                person=author.person, day=timezone.now().astimezone(talk.zone).date()
            )
            newest.update(day=post.day - timedelta(days=days))
    grant = _approved(talk, post, Ground.WARNINGS)

    if is_enough:
        assert _identify(talk, post, grant).email
        return
    with pytest.raises(refusals.NotWarned):
        _identify(talk, post, grant)
    with pytest.raises(refusals.GrantSpent):
        _identify(talk, post, grant)


def test_asking_on_the_ground_of_warnings_tells_nothing_about_them(talk: Conversation, post: Written) -> None:
    """The count never leaves: nobody can go through the posts and ask whose author was warned."""
    assert _ask(talk, post, Ground.WARNINGS)


def test_whoever_left_is_found_by_nobody(talk: Conversation, author: Ticket, post: Written) -> None:
    grant = _approved(talk, post)
    vault().leave(
        conversation=talk.pk, proof=anonymity.prove(author, "leave"), contributions=Contributions.KEEP
    )

    with pytest.raises(refusals.NobodyThere):
        _identify(talk, post, grant)


# Officers --------------------------------------------------------------------------------


def test_without_an_officer_on_the_vaults_list_nothing_opens(talk: Conversation, post: Written) -> None:
    """R27: fails closed, also where the list was emptied after the approval."""
    grant = _approved(talk, post)
    with inside_vault():
        officers.remove(current_tenant().organisation, OFFICER)

    with pytest.raises(refusals.NoOfficer):
        _ask(talk, post)
    with pytest.raises(refusals.NoOfficer):
        _identify(talk, post, grant)
    with inside_vault():
        assert Grant.objects.get(pk=grant).state == GrantState.APPROVED


def test_officers_are_told_before_it_opens_and_of_this_organisation_alone(
    talk: Conversation, address: str, post: Written, postbox: Postbox, beta: Organisation
) -> None:
    """R27, I29: no names, no content, one link."""
    with inside_vault():
        officers.add(current_tenant().organisation, "second@clever.example")
        officers.add(beta.pk, "elsewhere@clever.example")
    grant = _approved(talk, post)

    _identify(talk, post, grant)

    assert sorted(postbox.recipients()) == [OFFICER, "second@clever.example"]
    (mail,) = postbox.mail_to(OFFICER)
    link = f"http://console.localhost:8000/organisations/{current_tenant().organisation}/projects/{talk.pk}/identifications/"
    assert (mail["Subject"], body(mail).strip()) == ("Somebody is being identified now", link)
    with inside_vault():
        officers.remove(current_tenant().organisation, "second@clever.example")


def test_where_no_officer_can_be_told_it_stays_closed_and_the_grant_is_good(
    talk: Conversation, post: Written, postbox: Postbox
) -> None:
    """R27: fails closed. One officer of two who is reached is enough."""
    grant = _approved(talk, post)
    with override_settings(EMAIL_PORT=1), pytest.raises(refusals.OfficersNotReached):
        _identify(talk, post, grant)
    with inside_vault():
        officers.add(current_tenant().organisation, "refused@clever.example")

    assert _identify(talk, post, grant)
    assert postbox.recipients() == [OFFICER]
    with inside_vault():
        officers.remove(current_tenant().organisation, "refused@clever.example")


def test_officers_hear_of_each_step_with_the_head_of_the_audit(talk: Conversation) -> None:
    """R64."""
    vault().tell_officers(conversation=talk.pk, head="7 abcdef")
    runner.run_waiting()

    told = [letter for letter in letters(to=OFFICER) if str(talk.pk) in letter.text]
    assert len(told) == 1
    assert "7 abcdef" in told[0].text


def test_the_list_is_kept_by_a_command(talk: Conversation, acme: Organisation) -> None:
    call_command("privacy_officers", "add", acme.slug, "New@Clever.example")
    with inside_vault():
        assert "new@clever.example" in officers.listed(acme.pk)
    call_command("privacy_officers", "remove", acme.slug, "new@clever.example")

    for words in (["remove", acme.slug, "new@clever.example"], ["add", acme.slug, "no address"]):
        with pytest.raises(CommandError):
            call_command("privacy_officers", *words)
    call_command("privacy_officers", "list", acme.slug)


def test_grants_lead_to_no_contribution_and_no_person(
    talk: Conversation, author: Ticket, post: Written
) -> None:
    """Architecture 2: the vault never holds what anybody wrote."""
    _warn(talk, post)
    _approved(talk, post)

    with inside_vault(), connections["vault"].cursor() as cursor:
        cursor.execute("SELECT row_to_json(g)::text FROM vault_grant g WHERE conversation_id = %s", [talk.pk])
        grants = str(cursor.fetchall())
        cursor.execute("SELECT row_to_json(w)::text FROM vault_warned w")
        warnings = str(cursor.fetchall())
    for row in (grants, warnings):
        assert str(post.id) not in row
        assert post.id.hex not in row
    assert str(author.person) not in grants


# Walls -----------------------------------------------------------------------------------


def test_another_organisation_asks_for_nobody(talk: Conversation, post: Written, beta: Organisation) -> None:
    """I28."""
    grant = _approved(talk, post)
    with inside_vault():
        officers.add(beta.pk, OFFICER)
    with tenant_context(beta.tenant):
        theirs = vault()
        for ask in (
            lambda: theirs.ask_identification(conversation=talk.pk, about=post, ground=Ground.ABUSE, by=ASKS),
            lambda: theirs.approve_identification(conversation=talk.pk, grant=grant, by=DECIDES),
            lambda: theirs.refuse_identification(conversation=talk.pk, grant=grant, by=DECIDES),
            lambda: theirs.identify(conversation=talk.pk, about=post, grant=grant, by=ASKS),
            lambda: theirs.warn(conversation=talk.pk, route=post.route, contribution=post.id),
            lambda: theirs.restrict(conversation=talk.pk, route=post.route, contribution=post.id),
            lambda: theirs.unrestrict(conversation=talk.pk, route=post.route, contribution=post.id),
            lambda: theirs.unseal_name(conversation=talk.pk, contribution=post.id, sealed=b"x"),
            lambda: theirs.tell_officers(conversation=talk.pk, head=""),
        ):
            with pytest.raises(refusals.UnknownConversation):
                ask()
