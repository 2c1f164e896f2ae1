"""Coding in tests: analysts, a frame and contributions, through the real services."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from conversations.models import Area, Comment, Conversation, Idea, Stream
from reporting.coding.models import Code
from reporting.coding.queries.desk import text_now
from reporting.coding.services import frames, given
from reporting.coding.services.frames import Wording
from reporting.coding.services.given import Given
from tenants.models import Role
from tenants.permissions import Staff
from tests.making import stream_of

DAY = datetime(2026, 6, 10, tzinfo=UTC).date()


def analyst(name: str = "Ada Demo") -> Staff:
    return Staff(id=uuid4(), name=name, roles=frozenset({Role.ANALYST}))


ANALYST = analyst()


def code(
    talk: Conversation, name: str, parent: Code | None = None, by: Staff = ANALYST, **wording: Any
) -> Code:
    return frames.add_code(
        conversation=talk,
        parent=parent.pk if parent else None,
        wording=Wording(name, **wording),
        by=by,
        at=timezone.now(),
    )


def paper_ideas(
    talk: Conversation, texts: list[str], stream: Stream | None = None, area: Area | None = None
) -> list[UUID]:
    """Many ideas at once, as from paper: without tags, in the order of the texts."""
    stream = stream or stream_of(talk)
    area = area or Area.objects.filter(conversation=talk).order_by("position")[0]
    made = [Idea(text=text, stream=stream, area=area, day=DAY, source="paper") for text in texts]
    Idea.objects.bulk_create(made, batch_size=1000)
    return [idea.pk for idea in made]


def paper_comment(idea: UUID, text: str) -> UUID:
    return Comment.objects.create(idea_id=idea, text=text, day=DAY, source="paper").pk


def give(
    talk: Conversation,
    post: UUID,
    *codes: Code,
    by: Staff = ANALYST,
    passages: tuple[tuple[Code, str], ...] = (),
) -> None:
    """What an analyst gives: codes for the whole, and codes for words of the text."""
    text = text_now(talk, post)
    places = [given.passage_of(text.text, words, one.pk) for one, words in passages]
    given.code_post(
        conversation=talk,
        post=post,
        seen=text.version,
        given=Given(frozenset(one.pk for one in codes), frozenset(places)),
        by=by,
        at=timezone.now(),
    )
