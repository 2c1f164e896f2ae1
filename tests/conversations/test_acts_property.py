"""
Random sequences of what people and facilitators do, held against a model in plain Python: no vote is lost
or doubled, counters equal recounts, and undoing is exact.
"""

from dataclasses import dataclass, field
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from conversations.models import Comment, Conversation, Idea, State, Stream, Vote
from conversations.services import tallies
from conversations.services.acts import NotTheLatest
from kernel.tenancy import Tenant
from privacy import anonymity
from privacy.anonymity import Ticket
from tests import acting
from tests.acting import idea_seen
from tests.making import make_conversation, make_idea, make_people

PEOPLE = 4
_NAMES = ("post", "vote", "vote", "vote", "withdraw", "comment", "merge", "merge", "split", "move", "hide")
_STEPS = st.lists(
    st.tuples(st.sampled_from((*_NAMES, "restore", "undo", "undo")), *[st.integers(0, 1_000)] * 3),
    min_size=8,
    max_size=25,
)


@dataclass
class Thing:
    """What the model knows of one idea. A vote is its value and the merge that carried it, if any."""

    votes: dict[int, tuple[int, UUID | None]] = field(default_factory=dict)
    state: str = State.SHOWN
    stream: int = 0


@dataclass
class Done:
    """An act that can be undone, with the state before it of what it touched."""

    act: UUID
    kind: str
    idea: UUID
    before: dict[UUID, tuple[str, int]]
    made: list[UUID] = field(default_factory=list)


class World:
    """The product on one side, the model on the other. Every step is done to both."""

    def __init__(self, talk: Conversation, people: list[Ticket]) -> None:
        self.talk, self.people = talk, people
        self.streams = list(Stream.objects.filter(conversation=talk).order_by("position"))
        self.things: dict[UUID, Thing] = {}
        self.comments: dict[UUID, UUID] = {}
        self.done: list[Done] = []
        self.moved: dict[UUID, list[tuple[UUID, UUID]]] = {}

        for n in range(3):
            self._post(n)
            for person in range(n, PEOPLE, 2):
                self._vote(list(self.things), n, person, person)

    def step(self, name: str, one: int, two: int, three: int) -> None:
        shown = [idea for idea, thing in self.things.items() if thing.state == State.SHOWN]
        if name == "post" or not shown:
            self._post(one % PEOPLE)
        elif name != "undo" or self.done:
            getattr(self, f"_{name}")(shown, one, two, three)

    def _post(self, person: int) -> None:
        self.things[make_idea(self.talk, self.people[person], f"Idea {len(self.things)}")] = Thing()

    def _vote(self, shown: list[UUID], one: int, two: int, three: int) -> None:
        idea, person, value = shown[one % len(shown)], two % PEOPLE, (1, -1)[three % 2]
        acting.vote(self.talk, idea, self.people[person], value)
        self.things[idea].votes[person] = (value, None)

    def _withdraw(self, shown: list[UUID], one: int, two: int, _three: int) -> None:
        idea, person = shown[one % len(shown)], two % PEOPLE
        acting.vote(self.talk, idea, self.people[person], 0)
        self.things[idea].votes.pop(person, None)

    def _comment(self, shown: list[UUID], one: int, two: int, _three: int) -> None:
        idea = shown[one % len(shown)]
        self.comments[acting.comment(self.talk, idea, self.people[two % PEOPLE])] = idea

    def _merge(self, shown: list[UUID], one: int, two: int, three: int) -> None:
        target = shown[one % len(shown)]
        sources = {shown[two % len(shown)], shown[three % len(shown)]} - {target}
        if not sources:
            return
        done = self._note("merge", target, target, *sources)
        done.act = acting.merge(self.talk, target, *sources, text=f"Merged {one}").pk
        # The product takes the sources in the order of their ids: whose vote is there first stands.
        for source in sorted(sources):
            for person, (value, _by) in self.things[source].votes.items():
                self.things[target].votes.setdefault(person, (value, done.act))
            self.things[source].state = State.MERGED
        self.moved[done.act] = [(comment, idea) for comment, idea in self.comments.items() if idea in sources]
        self.comments |= {comment: target for comment, _idea in self.moved[done.act]}

    def _split(self, shown: list[UUID], one: int, two: int, _three: int) -> None:
        whole = shown[one % len(shown)]
        if Idea.objects.filter(part_of=whole).count() > 20:
            return
        under = sorted(comment for comment, idea in self.comments.items() if idea == whole)[: two % 3]
        done = self._note("split", whole, whole)
        texts = [f"Part {len(self.things)} {n}" for n in range(2)]
        done.made = acting.split(self.talk, whole, *texts, comments=tuple(under))
        done.act = acting.act_on(whole)
        stream = self.things[whole].stream
        self.things |= {part: Thing(stream=stream) for part in done.made}
        self.things[whole].state = State.SPLIT
        self.comments |= dict.fromkeys(under, done.made[0])

    def _move(self, shown: list[UUID], one: int, _two: int, _three: int) -> None:
        idea = shown[one % len(shown)]
        other = 1 - self.things[idea].stream
        self._note("move", idea, idea).act = acting.move(self.talk, idea, self.streams[other]).pk
        self.things[idea].stream = other

    def _hide(self, shown: list[UUID], one: int, _two: int, _three: int) -> None:
        idea = shown[one % len(shown)]
        self._note("hide", idea, idea).act = acting.hide(self.talk, idea_seen(idea)).pk
        self.things[idea].state = State.HIDDEN

    def _restore(self, _shown: list[UUID], one: int, _two: int, _three: int) -> None:
        hidden = [idea for idea, thing in self.things.items() if thing.state == State.HIDDEN]
        if hidden:
            idea = hidden[one % len(hidden)]
            self._note("restore", idea, idea).act = acting.restore(self.talk, idea_seen(idea)).pk
            self.things[idea].state = State.SHOWN

    def _undo(self, _shown: list[UUID], one: int, _two: int, _three: int) -> None:
        done = self.done[-1 - one % min(len(self.done), 3)]
        later = self.done[self.done.index(done) + 1 :]
        touched = {*done.before, *done.made}
        if any(touched & {*other.before, *other.made} for other in later):
            with pytest.raises(NotTheLatest):
                acting.undo(self.talk, done.act)
            return
        acting.undo(self.talk, done.act)
        for idea, (state, stream) in done.before.items():
            self.things[idea].state, self.things[idea].stream = state, stream
        if done.kind == "merge":
            target = self.things[done.idea]
            target.votes = {who: vote for who, vote in target.votes.items() if vote[1] != done.act}
            self.comments |= dict(self.moved.pop(done.act))
        for part in done.made:
            self.things[part].state = State.REMOVED
            self.comments |= {c: done.idea for c, idea in self.comments.items() if idea == part}
        self.done.remove(done)

    def _note(self, kind: str, idea: UUID, *touched: UUID) -> Done:
        before = {one: (self.things[one].state, self.things[one].stream) for one in touched}
        self.done.append(Done(UUID(int=0), kind, idea, before))
        return self.done[-1]

    def check(self) -> None:
        """Votes by person, states, streams and comments are the model's; counters are those of a recount."""
        for idea in Idea.objects.filter(stream__conversation=self.talk):
            thing = self.things[idea.pk]
            stream = self.streams[thing.stream].pk
            assert (idea.state, idea.stream_id) == (thing.state, stream)
            values = [value for value, _by in thing.votes.values()]
            assert (idea.likes, idea.dislikes) == (values.count(1), values.count(-1))
            assert self._votes(idea.pk) == {
                who: (value, by is not None) for who, (value, by) in thing.votes.items()
            }
        found = Comment.objects.filter(idea__stream__conversation=self.talk)
        assert dict(found.values_list("pk", "idea")) == self.comments
        assert tallies.recount(conversation=self.talk.pk) == 0

    def _votes(self, idea: UUID) -> dict[int, tuple[int, bool]]:
        people = {anonymity.voter_tag(person.secret, idea): n for n, person in enumerate(self.people)}
        read = Vote.objects.filter(idea=idea).values_list("voter_tag", "value", "carried_by")
        return {people[bytes(tag)]: (value, by is not None) for tag, value, by in read}


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
@given(steps=_STEPS)
def test_no_vote_is_lost_or_doubled_whatever_facilitators_do(
    in_acme: Tenant, steps: list[tuple[str, int, int, int]]
) -> None:
    """R20-R24: after every random sequence, and again when everything was taken back."""
    talk = make_conversation(questions=("What should change?", "What is good?"))
    world = World(talk, make_people(talk, PEOPLE))
    for step in steps:
        world.step(*step)
    world.check()
    while world.done:
        world.step("undo", 0, 0, 0)
    world.check()
    assert not Vote.objects.filter(idea__stream__conversation=talk).exclude(carried_by=None).exists()


@settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(
    steps=_STEPS, acts=st.lists(st.sampled_from(["merge", "split", "move", "hide"]), min_size=1, max_size=6)
)
def test_where_nobody_acts_in_between_undoing_is_exact(
    in_acme: Tenant, steps: list[tuple[str, int, int, int]], acts: list[str]
) -> None:
    """R24: each idea, its votes and comments are what they were, to the byte."""
    talk = make_conversation(questions=("What should change?", "What is good?"))
    world = World(talk, make_people(talk, PEOPLE))
    for step in steps:
        world.step(*step)
    before, standing = _everything(talk), len(world.done)
    for n, name in enumerate(acts):
        world.step(name, n, n + 1, n + 2)
    while len(world.done) > standing:
        world.step("undo", 0, 0, 0)

    after = _everything(talk)
    assert {row: after[row] for row in before} == before


def _everything(talk: Conversation) -> dict[tuple[object, ...], tuple[object, ...]]:
    """All that participants' acts and facilitators' acts leave, but for how often something was changed."""
    ideas = Idea.objects.filter(stream__conversation=talk)
    facts = (
        "text",
        "state",
        "stream",
        "likes",
        "dislikes",
        "comment_count",
        "merges",
        "merged_into",
        "edited_for",
    )
    comments = Comment.objects.filter(idea__in=ideas).values_list("pk", "idea", "state", "text")
    votes = Vote.objects.filter(idea__in=ideas).values_list(
        "idea", "voter_tag", "value", "route", "carried_by"
    )
    return {
        **{(row[0],): row for row in ideas.values_list("pk", *facts)},
        **{(row[0],): row for row in comments},
        **{(row[0], bytes(row[1])): (row[2], bytes(row[3]), row[4]) for row in votes},
    }
