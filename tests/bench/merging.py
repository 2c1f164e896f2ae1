"""Merging two ideas with thousands of votes each: seconds, and as a ratio to copying the votes by SQL."""

import time
from uuid import UUID

from tests.bench.ground import Report

VOTES = 5_000
_BOTH = 1_000
_SECONDS = 8.0


def measure(report: Report, *, votes: int = VOTES) -> None:
    import config.celery  # noqa: F401  (the notices' task finds its broker)
    from conversations.models import Idea, Vote
    from conversations.services import tallies
    from kernel.tenancy import tenant_context
    from privacy import anonymity
    from tests import acting
    from tests.making import make_conversation, make_idea, make_organisation, make_people

    organisation = make_organisation()
    with tenant_context(organisation.tenant):
        talk = make_conversation()
        people = make_people(talk, 2 * votes - _BOTH)
        target, source = make_idea(talk, people[0], "More daylight"), make_idea(talk, people[1], "Lamps")
        key = bytes(talk.public_key)
        for idea, voters in ((target, people[:votes]), (source, people[-votes:])):
            Vote.objects.bulk_create(
                Vote(
                    idea_id=idea,
                    voter_tag=anonymity.voter_tag(voter.secret, idea),
                    value=1,
                    route=anonymity.route(key, person=voter.person, contribution=idea),
                )
                for voter in voters
            )
        tallies.recount(conversation=talk.pk)
        floor = _floor(source, make_idea(talk, people[0], "A third"))
        started = time.perf_counter()
        act = acting.merge(talk, target, source)
        seconds = time.perf_counter() - started
        assert Idea.objects.get(pk=target).likes == 2 * votes - _BOTH
        report.bound(
            "M3", f"merging two ideas with {votes:,} votes each", ours=seconds, unit="s", most=_SECONDS
        )
        report.say(f"copying as many rows by SQL takes {floor:.2f} s: {seconds / floor:.0f}x")
        started = time.perf_counter()
        acting.undo(talk, act)
        report.say(f"undoing it takes {time.perf_counter() - started:.2f} s")
        assert tallies.recount(conversation=talk.pk) == 0


def _floor(source: UUID, onto: UUID) -> float:
    """Seconds to write the source's votes once more under another idea, with nobody asked and nothing sealed."""
    from kernel.database import change

    started = time.perf_counter()
    change(
        "INSERT INTO conversations_vote (idea_id, voter_tag, value, route)"
        " SELECT %s, voter_tag, value, route FROM conversations_vote WHERE idea_id = %s",
        [onto, source],
    )
    seconds = time.perf_counter() - started
    change("DELETE FROM conversations_vote WHERE idea_id = %s", [onto])
    return seconds
