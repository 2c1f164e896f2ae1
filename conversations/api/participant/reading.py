"""Questions, ideas, comments: what everybody in an area reads, with one's own votes and marks."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from conversations.api.participant import seats
from conversations.api.participant.base import SignedIn
from conversations.api.participant.shapes import (
    CommentShape,
    IdeasAsked,
    IdeaShape,
    NewComment,
    NewIdea,
    Posted,
    SearchAsked,
    StreamShape,
)
from conversations.permissions import POSTS, SEARCHES, ConversationClosed, NotOpenYet, ReadOnly
from conversations.queries import conversations, ideas, search
from conversations.queries.ideas import Sort
from conversations.services import posting
from conversations.services.posting import NotHere, TooManyPosts
from conversations.services.texts import TextMissing, TextTooLong
from kernel.errors import NotFound
from privacy.anonymity import Kind
from web.api.endpoint import operation
from web.api.scopes import Scope
from web.api.shapes import After, list_of, page_of

_EXAMPLE = {
    "id": "0b7d1f5e-9d3c-4c1e-8a35-6a1f7f1c2b3d",
    "stream": "5c1f2a3b-4d5e-4f60-8172-93a4b5c6d7e8",
    "text": "More daylight.",
    "day": "2026-06-10",
    "source": "participant",
    "likes": 12,
    "dislikes": 3,
    "comments": 4,
    "is_edited": False,
    "edited_why": "",
    "is_pinned": False,
    "own_vote": "like",
    "is_own": False,
}
_POSTING = [ReadOnly, NotOpenYet, ConversationClosed, TextMissing, TextTooLong, NotHere, TooManyPosts]


class Streams(SignedIn):
    tag = "Ideas"

    @operation("list_streams", gives=list_of(StreamShape))
    def get(self, request: Request) -> Response:  # noqa: ARG002  (the framework's signature)
        """The questions of the conversation, with numbers of contributions in one's own area."""
        found = conversations.streams(self.conversation, area=self.ticket.area)
        return self.given(list_of(StreamShape), {"items": found})


class Ideas(SignedIn):
    tag = "Ideas"

    @operation(
        "list_ideas",
        asks=IdeasAsked,
        gives=page_of(IdeaShape),
        refuses=[NotFound],
        got={"items": [_EXAMPLE], "after": None},
    )
    def get(self, request: Request, stream: UUID) -> Response:  # noqa: ARG002
        """Ideas under a question in one's own area, twenty at a time. The first page begins with pinned prompts."""
        asked = self.asked(IdeasAsked)
        conversations.stream_at(self.conversation, stream, at=self.now)
        page = ideas.page_of(
            self.conversation,
            stream,
            sort=Sort(asked["sort"]),
            after=asked.get("after"),
            by=self.ticket,
            known=self.seat.session.ideas,
        )
        return self.given(page_of(IdeaShape), {"items": page.ideas, "after": page.after})

    @operation(
        "post_idea",
        takes=NewIdea,
        gives=Posted,
        status=201,
        scope=Scope.WRITE,
        refuses=_POSTING,
        sent={"text": "More daylight."},
        got={"id": _EXAMPLE["id"]},
    )
    def post(self, request: Request, stream: UUID) -> Response:  # noqa: ARG002
        """Post an idea. The same key twice is one idea, and the same id comes back."""
        text = self.taken(NewIdea)["text"]
        self.count("post", POSTS)
        posted = posting.post_idea(
            conversation=self.conversation,
            stream=stream,
            by=self.ticket,
            form=self.form(),
            text=text,
            at=self.now,
        )
        seats.note_post(self.seat, Kind.IDEA)
        return self.given(Posted, {"id": posted}, status=201)


class OneIdea(SignedIn):
    tag = "Ideas"

    @operation("get_idea", gives=IdeaShape, refuses=[NotFound], got=_EXAMPLE)
    def get(self, request: Request, idea: UUID) -> Response:  # noqa: ARG002
        """One idea of one's own area."""
        return self.given(IdeaShape, _idea(self, idea))


class Comments(SignedIn):
    tag = "Comments"

    @operation("list_comments", asks=After, gives=page_of(CommentShape), refuses=[NotFound])
    def get(self, request: Request, idea: UUID) -> Response:  # noqa: ARG002
        """The comments on an idea, oldest first, twenty at a time."""
        asked = self.asked(After)
        _idea(self, idea)
        page = ideas.comments_of(
            idea, after=asked.get("after"), by=self.ticket, known=self.seat.session.comments
        )
        return self.given(page_of(CommentShape), {"items": page.comments, "after": page.after})

    @operation(
        "post_comment",
        takes=NewComment,
        gives=Posted,
        status=201,
        scope=Scope.WRITE,
        refuses=_POSTING,
        sent={"text": "And plants."},
    )
    def post(self, request: Request, idea: UUID) -> Response:  # noqa: ARG002
        """Comment on an idea. The same key twice is one comment, and the same id comes back."""
        text = self.taken(NewComment)["text"]
        self.count("post", POSTS)
        posted = posting.add_comment(
            conversation=self.conversation,
            idea=idea,
            by=self.ticket,
            form=self.form(),
            text=text,
            at=self.now,
        )
        seats.note_post(self.seat, Kind.COMMENT)
        return self.given(Posted, {"id": posted}, status=201)


class Search(SignedIn):
    tag = "Ideas"

    @operation("search_ideas", asks=SearchAsked, gives=page_of(IdeaShape), refuses=[NotFound])
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Ideas of one's own area that hold the words, twenty at a time."""
        asked = self.asked(SearchAsked)
        self.count_here("search", SEARCHES)
        if "stream" in asked:
            conversations.stream_at(self.conversation, asked["stream"], at=self.now)
        found = search.ideas_with(
            self.conversation,
            search.asked(asked["q"]).words,
            stream=asked.get("stream"),
            sort=Sort(asked["sort"]),
            after=asked.get("after"),
            by=self.ticket,
            known=self.seat.session.ideas,
        )
        return self.given(page_of(IdeaShape), {"items": found.ideas, "after": found.after})


def _idea(endpoint: SignedIn, idea: UUID) -> ideas.IdeaCard:
    """Raises NotFound, also for an idea of a question that opens later."""
    found, _question = ideas.idea_at(
        endpoint.conversation, idea, by=endpoint.ticket, known=endpoint.seat.session.ideas
    )
    conversations.stream_at(endpoint.conversation, found.stream, at=endpoint.now)
    return found
