"""Opinion groups through the vault: from a snapshot, by the runner, once, and nothing but figures comes out."""

from uuid import UUID, uuid4

import pytest

from conversations.models import Conversation
from kernel.tenancy import Tenant, tenant_context
from privacy.anonymity import Ticket, route
from privacy.opinions.found import GroupsFound
from privacy.vault import runner, wire
from privacy.vault.groups import FrozenVote
from privacy.vault.interface import vault
from privacy.vault.models import Opinions
from privacy.vault.refusals import AlreadyReleased, SnapshotGone, UnknownConversation
from privacy.vault.shapes import OpinionsReport
from tenants.models import Organisation
from tests.making import make_conversation, make_people

IDEAS = [uuid4() for _ in range(12)]


@pytest.fixture
def talk(in_acme: Tenant) -> Conversation:
    return make_conversation()


def rows_of(talk: Conversation, people: list[Ticket]) -> list[FrozenVote]:
    """The first half likes the first ideas and dislikes the others; the second half does the opposite."""
    key = bytes(talk.public_key)
    return [
        FrozenVote(
            idea=idea,
            area="everybody",
            value=1 if (n < len(people) / 2) == (k < 6) or k == 11 else -1,
            route=route(key, person=person.person, contribution=idea),
        )
        for n, person in enumerate(people)
        for k, idea in enumerate(IDEAS)
        if (n + k) % 5
    ]


def frozen(talk: Conversation, rows: list[FrozenVote]) -> UUID:
    begun = vault().freeze(conversation=talk.pk)
    half = len(rows) // 2
    for number, part in enumerate((rows[:half], rows[half:])):
        vault().freeze_votes(conversation=talk.pk, snapshot=begun.id, number=number, rows=part)
    return vault().freeze_end(conversation=talk.pk, snapshot=begun.id, parts=2).id


def test_groups_are_found_by_the_runner_and_released_once(talk: Conversation) -> None:
    """R55, R53."""
    snapshot = frozen(talk, rows_of(talk, make_people(talk, 40)))
    assert vault().opinion_groups(conversation=talk.pk).state == ""

    job = vault().opinions(conversation=talk.pk, snapshot=snapshot)
    assert vault().opinions(conversation=talk.pk, snapshot=snapshot) == job
    assert vault().opinion_groups(conversation=talk.pk).state == "waiting"
    runner.run_waiting()

    report = vault().opinion_groups(conversation=talk.pk)
    assert report.found is not None
    assert [group.people for group in report.found.groups] == [20, 20]
    assert {line.idea for line in report.found.common} == {IDEAS[11]}
    with pytest.raises(AlreadyReleased):
        vault().opinions(conversation=talk.pk, snapshot=snapshot)


def test_what_the_vault_keeps_is_sealed(talk: Conversation) -> None:
    snapshot = frozen(talk, rows_of(talk, make_people(talk, 40)))
    vault().opinions(conversation=talk.pk, snapshot=snapshot)
    runner.run_waiting()

    from kernel.zones import inside_vault

    with inside_vault():
        kept = Opinions.objects.get(conversation=talk.pk)
    assert IDEAS[11].bytes not in bytes(kept.sealed)
    assert str(IDEAS[11]).encode() not in bytes(kept.sealed)


def test_votes_that_belong_to_another_idea_count_for_nobody(talk: Conversation) -> None:
    rows = rows_of(talk, make_people(talk, 40))
    moved = [FrozenVote(idea=uuid4(), area="everybody", value=1, route=row.route) for row in rows]
    vault().opinions(conversation=talk.pk, snapshot=frozen(talk, moved))
    runner.run_waiting()

    report = vault().opinion_groups(conversation=talk.pk)
    assert (report.state, report.found and report.found.groups) == ("done", [])


def test_another_organisation_finds_nothing(talk: Conversation, beta: Organisation) -> None:
    snapshot = frozen(talk, rows_of(talk, make_people(talk, 12)))
    with tenant_context(beta.tenant):
        with pytest.raises(UnknownConversation):
            vault().opinions(conversation=talk.pk, snapshot=snapshot)
        with pytest.raises(UnknownConversation):
            vault().opinion_groups(conversation=talk.pk)


def test_without_a_whole_snapshot_nothing_begins(talk: Conversation) -> None:
    begun = vault().freeze(conversation=talk.pk)

    for snapshot in (begun.id, uuid4()):
        with pytest.raises(SnapshotGone):
            vault().opinions(conversation=talk.pk, snapshot=snapshot)


def test_figures_travel_unchanged_to_another_process() -> None:
    nothing = GroupsFound([], 0, None, 0.0, 0, is_clear=False, common=[], dividing=[], typical=[])
    report = OpinionsReport(state="done", progress=100, found=nothing)

    assert wire.unpack_answer("opinion_groups", wire.pack_answer(report)) == report
