"""Coding for analysts' programs: the frame, what waits to be read, and what one gives to it. Nothing of colleagues."""

from typing import Any, ClassVar
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from conversations.api.console.base import ProjectEndpoint
from conversations.models import Source
from kernel.errors import NotFound
from privacy.anonymity import Kind
from reporting.coding.permissions import CodingIsOver
from reporting.coding.queries import desk
from reporting.coding.queries.desk import Filters, Show
from reporting.coding.queries.frames import code_lines
from reporting.coding.queries.progress import progress_of
from reporting.coding.services import given
from reporting.coding.services.given import Given, Passage
from reporting.coding.services.holding import CodeGone
from tenants.models import Role
from tenants.permissions import RoleMissing
from web.api.endpoint import operation
from web.api.scopes import Scope
from web.api.shapes import After, Shape, Text, Whole, list_of, page_of

_KINDS = [kind.value for kind in Kind]
_MOST = 100
_REFUSES = [RoleMissing, NotFound]


class CodeShape(Shape):
    """A code of the frame. `path` are the names from the top down to its own."""

    id = serializers.UUIDField()
    path = serializers.ListField(child=Text())
    name = Text()
    definition = Text()
    colour = Text()


class ProgressShape(Shape):
    """How far one question is read in one area."""

    stream = serializers.UUIDField()
    question = Text()
    area = serializers.UUIDField()
    contributions = serializers.IntegerField()
    read = serializers.IntegerField()
    twice = serializers.IntegerField()
    coded = serializers.IntegerField()
    changed = serializers.IntegerField()


class DeskAsked(After):
    show = serializers.ChoiceField([show.value for show in Show], required=False, default=Show.NEW.value)
    stream = serializers.UUIDField(required=False)
    area = serializers.UUIDField(required=False)
    kind = serializers.ChoiceField(_KINDS, required=False, default="")


class DeskLineShape(Shape):
    """A contribution as a line of the list; its text may be cut."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(_KINDS)
    day = serializers.DateField()
    text = Text()
    question = Text()


class PassageShape(Shape):
    """A code for the characters from `start` up to, and without, `end`."""

    code = serializers.UUIDField()
    start = Whole()
    end = Whole()


class DeskPostShape(Shape):
    """A contribution with what one gave to it. Codes are given to its `version`, as `seen`."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(_KINDS)
    text = Text()
    version = serializers.IntegerField()
    day = serializers.DateField()
    source = serializers.ChoiceField(Source.values)
    question = Text()
    area = Text()
    idea = serializers.UUIDField()
    is_read = serializers.BooleanField()
    is_due = serializers.BooleanField(help_text="Whether it changed since, and is to be looked at again.")
    codes = serializers.ListField(child=serializers.UUIDField())
    passages = PassageShape(many=True, source="places")


class GivenShape(Shape):
    """What one gives, in place of what one gave before. Nothing at all means: read, no code needed."""

    seen = Whole(help_text="The version that was read.")
    codes = serializers.ListField(
        child=serializers.UUIDField(), max_length=_MOST, required=False, default=list
    )
    passages = serializers.ListField(child=PassageShape(), max_length=_MOST, required=False, default=list)


class _Analyst(ProjectEndpoint):
    tag = "Coding"
    roles: ClassVar = dict.fromkeys(("get", "put", "post"), (Role.ANALYST,))


class Frame(_Analyst):
    @operation("get_frame", gives=list_of(CodeShape), refuses=_REFUSES)
    def get(self, request: Request) -> Response:  # noqa: ARG002  (the framework's signature)
        """The codes in use, each before those below it."""
        return self.given(list_of(CodeShape), {"items": code_lines(self.conversation)})


class Progress(_Analyst):
    @operation("get_coding_progress", gives=list_of(ProgressShape), refuses=_REFUSES)
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """How far the reading has got, by question and area."""
        return self.given(list_of(ProgressShape), {"items": progress_of(self.conversation).parts})


class Desk(_Analyst):
    @operation("list_to_code", asks=DeskAsked, gives=page_of(DeskLineShape), refuses=_REFUSES)
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Contributions of one list, twenty-five at a time."""
        asked = self.asked(DeskAsked)
        filters = Filters(
            show=Show(asked["show"]), stream=asked.get("stream"), area=asked.get("area"), kind=asked["kind"]
        )
        lines, after = desk.page_of(
            self.conversation, filters, by=self.staff.id, after=_key(asked.get("after"))
        )
        return self.given(
            page_of(DeskLineShape), {"items": lines, "after": None if after is None else str(after)}
        )


class OnePost(_Analyst):
    @operation("get_to_code", gives=DeskPostShape, refuses=_REFUSES)
    def get(self, request: Request, post: UUID) -> Response:  # noqa: ARG002
        """A contribution with what one gave to it, and nothing of anybody else."""
        return self._told(post)

    @operation(
        "code_post",
        takes=GivenShape,
        gives=DeskPostShape,
        scope=Scope.CODING,
        refuses=[
            *_REFUSES,
            CodingIsOver,
            CodeGone,
            given.TextChanged,
            given.PassageNotFound,
            given.TooManyGiven,
        ],
        sent={"seen": 0, "codes": ["0b7d1f5e-9d3c-4c1e-8a35-6a1f7f1c2b3d"]},
    )
    def put(self, request: Request, post: UUID) -> Response:  # noqa: ARG002
        """Give codes to a contribution and to passages of it."""
        said = self.taken(GivenShape)
        given.code_post(
            conversation=self.conversation,
            post=post,
            seen=said["seen"],
            given=_given(said),
            by=self.staff,
            at=self.now,
        )
        return self._told(post)

    def _told(self, post: UUID) -> Response:
        return self.given(DeskPostShape, desk.post_at(self.conversation, post, by=self.staff.id))


class TakeBack(_Analyst):
    @operation(
        "take_codes_back",
        gives=DeskPostShape,
        scope=Scope.CODING,
        refuses=[*_REFUSES, CodingIsOver, given.NothingToUndo],
    )
    def post(self, request: Request, post: UUID) -> Response:  # noqa: ARG002
        """Put back what stood there before one's last change."""
        given.take_back(conversation=self.conversation, post=post, by=self.staff, at=self.now)
        return self.given(DeskPostShape, desk.post_at(self.conversation, post, by=self.staff.id))


def _given(said: dict[str, Any]) -> Given:
    passages = (Passage(one["code"], one["start"], one["end"]) for one in said["passages"])
    return Given(codes=frozenset(said["codes"]), passages=frozenset(passages))


def _key(after: str | None) -> UUID | None:
    """Raises NotFound for what is none."""
    try:
        return None if after is None else UUID(after)
    except ValueError as reason:
        raise NotFound from reason
