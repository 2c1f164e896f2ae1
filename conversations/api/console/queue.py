"""The work queue of facilitators, and what they do to a post: the same acts, rules and records as on the pages."""

from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from conversations.api.console.base import ProjectEndpoint
from conversations.api.console.shapes import (
    LANES,
    Claimed,
    Done,
    NewAct,
    PostShape,
    QueueAsked,
    QueueLine,
    ToUndo,
    Undone,
)
from conversations.models import ActKind, Post
from conversations.queries import facilitated, queue
from conversations.queries.acts import acts_on
from conversations.queries.facilitated import Facilitated
from conversations.queries.queue import Filters
from conversations.services import acts
from conversations.services.acts import Part
from conversations.services.queue import acting, claims, filling, finishing
from conversations.services.queue.acting import Intent, StreamMissing
from conversations.services.queue.claims import ClaimedByAnother
from kernel.errors import NotFound
from privacy.anonymity import Kind
from tenants.models import Role
from tenants.permissions import RoleMissing
from web.api.endpoint import operation
from web.api.scopes import Scope
from web.api.shapes import page_of

_REFUSES = [RoleMissing, NotFound]
_FACILITATOR = (Role.FACILITATOR,)


class _AtWork(ProjectEndpoint):
    tag = "Queue"
    roles = {"get": _FACILITATOR, "post": _FACILITATOR}


class Queue(_AtWork):
    @operation("list_queue", asks=QueueAsked, gives=page_of(QueueLine), refuses=_REFUSES)
    def get(self, request: Request) -> Response:  # noqa: ARG002  (the framework's signature)
        """What is to be looked at, the most urgent first, twenty-five at a time."""
        asked = self.asked(QueueAsked)
        filling.fill_missing(conversation=self.conversation)
        lane = asked.get("lane", "")
        filters = Filters(
            lane=LANES.get(lane),
            is_done=lane == "done",
            stream=asked.get("stream"),
            area=asked.get("area"),
            kind=asked.get("kind", ""),
            words=asked["q"],
        )
        page = queue.page_of(
            self.conversation, filters, after=asked.get("after"), by=self.staff.id, at=self.now
        )
        return self.given(page_of(QueueLine), {"items": page.rows, "after": page.after})


class OnePost(_AtWork):
    @operation("get_post", gives=PostShape, refuses=_REFUSES)
    def get(self, request: Request, post: UUID) -> Response:  # noqa: ARG002
        """A post with its reports, hints, thread and history. Never a time, a tag, or anything else of its author."""
        found = facilitated.post_at(self.conversation, post)
        return self.given(PostShape, _Whole(self, found))


class Claim(_AtWork):
    @operation(
        "claim_post", gives=Claimed, scope=Scope.ACTS, repeatable=False, refuses=[*_REFUSES, ClaimedByAnother]
    )
    def post(self, request: Request, post: UUID) -> Response:  # noqa: ARG002
        """Work on a post for a quarter of an hour, or for longer; any other that one held is given back."""
        until = claims.claim(conversation=self.conversation, item=post, by=self.staff, at=self.now)
        return self.given(Claimed, {"until": until})


class GiveBack(_AtWork):
    @operation("give_post_back", status=204, scope=Scope.ACTS, repeatable=False, refuses=_REFUSES)
    def post(self, request: Request, post: UUID) -> Response:  # noqa: ARG002
        """Let others have it."""
        claims.give_back(conversation=self.conversation, item=post, by=self.staff)
        return self.nothing()


class Finish(_AtWork):
    @operation(
        "finish_post", status=204, scope=Scope.ACTS, repeatable=False, refuses=[*_REFUSES, ClaimedByAnother]
    )
    def post(self, request: Request, post: UUID) -> Response:  # noqa: ARG002
        """There is nothing (more) to do about it."""
        finishing.finish(conversation=self.conversation, item=post, by=self.staff, at=self.now)
        return self.nothing()


class Acts(_AtWork):
    tag = "Acts"

    @operation(
        "act",
        takes=NewAct,
        gives=Done,
        status=201,
        scope=Scope.ACTS,
        refuses=[
            *_REFUSES,
            ClaimedByAnother,
            StreamMissing,
            acts.RuleMissing,
            acts.NoteTooLong,
            acts.ChangedMeanwhile,
            acts.DoesNotFit,
            acts.NothingChanged,
            acts.WordsNotThere,
            acts.PartsMissing,
            acts.NothingToMerge,
            acts.AreasDiffer,
        ],
        sent={"kind": "mask", "seen": 0, "rule": "person", "words": ["Sam"], "note": "Thank you."},
        got={"act": "0b7d1f5e-9d3c-4c1e-8a35-6a1f7f1c2b3d"},
    )
    def post(self, request: Request, post: UUID) -> Response:  # noqa: ARG002
        """Do something to a post. Its author is told what and by which rule, and it can be taken back."""
        said = self.taken(NewAct)
        shown = facilitated.post_at(self.conversation, post)
        done = acting.perform(
            conversation=self.conversation,
            post=Post(Kind(shown.kind), post, said["seen"]),
            intent=_intent(said),
            by=self.staff,
            at=self.now,
        )
        return self.given(Done, {"act": done.pk}, status=201)


class Undo(_AtWork):
    tag = "Acts"

    @operation(
        "undo_acts",
        takes=ToUndo,
        gives=Undone,
        scope=Scope.ACTS,
        refuses=[*_REFUSES, acts.NotTheLatest, acts.UndoneAlready, acts.TakenAway],
    )
    def post(self, request: Request) -> Response:  # noqa: ARG002
        """Take acts back, and open their posts again."""
        said = self.taken(ToUndo)
        posts = acting.undo(conversation=self.conversation, done=said["acts"], by=self.staff, at=self.now)
        return self.given(Undone, {"posts": posts})


def _intent(said: dict[str, Any]) -> Intent:
    return Intent(
        kind=ActKind(said["kind"]),
        rule=said["rule"],
        note=said["note"],
        text=said["text"],
        words=said["words"],
        stream=said.get("stream"),
        parts=[Part(part["text"], part["stream"], tuple(part["comments"])) for part in said["parts"]],
        sources=[Post(Kind.IDEA, source["id"], source["seen"]) for source in said["sources"]],
    )


class _Whole:
    """A post with what stands around it, asked for when it is written."""

    def __init__(self, endpoint: ProjectEndpoint, post: Facilitated) -> None:
        self._post = post
        self.reports = facilitated.reports_of(post.id)
        self.thread = facilitated.thread_of(post.id, at=endpoint.now)
        self.history = acts_on(endpoint.conversation, Post(Kind(post.kind), post.id))

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  (that of the post)
        return getattr(self._post, name)
