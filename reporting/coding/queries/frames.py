"""The coding frame: its codes depth first, its versions and its history."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q
from django.db.models.functions import Coalesce

from conversations.models import Conversation, Emptying, Source, State
from kernel.errors import NotFound
from reporting.coding.models import Change, Code, CodeState, Example, Frame, FrameVersion

PAGE = 50


@dataclass(frozen=True, slots=True)
class CodeLine:
    """A code of the frame. `path` are the names from the top down to its own; `examples` are quotes as they stand now."""

    id: UUID
    path: tuple[str, ...]
    name: str
    definition: str
    colour: str
    examples: tuple[str, ...] = ()
    memo: str = ""

    @property
    def depth(self) -> int:
        return len(self.path) - 1

    @property
    def full_name(self) -> str:
        return " / ".join(self.path)


@dataclass(frozen=True, slots=True)
class Node:
    """A code with those below it."""

    line: CodeLine
    below: list["Node"]


def frame_of(conversation: Conversation) -> list[CodeLine]:
    """The codes in use, each before those below it."""
    return lines_of(list(_active(conversation)), quotes_of(conversation))


def code_lines(conversation: Conversation) -> list[CodeLine]:
    """The same without their examples, in one query."""
    return lines_of(list(_active(conversation)), {})


def lines_of(codes: list[Code], quotes: dict[UUID, list[str]]) -> list[CodeLine]:
    below: dict[UUID | None, list[Code]] = defaultdict(list)
    for code in sorted(codes, key=lambda code: (code.position, code.name, code.pk)):
        below[code.parent_id].append(code)

    def under(parent: UUID | None, path: tuple[str, ...]) -> Iterator[CodeLine]:
        for code in below[parent]:
            here = (*path, code.name)
            yield CodeLine(
                id=code.pk,
                path=here,
                name=code.name,
                definition=code.definition,
                colour=code.colour,
                examples=tuple(quotes.get(code.pk, ())),
                memo=code.memo,
            )
            yield from under(code.pk, here)

    return list(under(None, ()))


def nested(lines: list[CodeLine]) -> list[Node]:
    """Lines that stand depth first, as a tree."""
    top: list[Node] = []
    above: list[Node] = []
    for line in lines:
        node = Node(line, [])
        del above[line.depth :]
        (above[-1].below if above else top).append(node)
        above.append(node)
    return top


def frame_row(conversation: Conversation) -> Frame:
    """How the frame stands; a new one, not kept yet, where nobody began."""
    return Frame.objects.filter(pk=conversation.pk).first() or Frame(conversation=conversation)


def code_at(conversation: Conversation, code: UUID) -> Code:
    """Raises NotFound, also for a code of another conversation."""
    found = (
        Code.objects.filter(pk=code, frame=conversation.pk).select_related("parent", "merged_into").first()
    )
    if found is None:
        raise NotFound
    return found


def retired_codes(conversation: Conversation) -> list[Code]:
    """What is in the frame no more: retired, merged, split."""
    gone = Code.objects.filter(frame=conversation.pk).exclude(state=CodeState.ACTIVE)
    return list(gone.select_related("merged_into").order_by("name", "pk"))


def examples_of(code: Code) -> list[tuple[UUID, str]]:
    """The examples of a code with their ids; a quote whose text changed or that is not shown is left out."""
    return [(example, quote) for example, _code, quote in _quoted(Q(code=code))]


def quotes_of(conversation: Conversation) -> dict[UUID, list[str]]:
    quotes: dict[UUID, list[str]] = defaultdict(list)
    for _example, code, quote in _quoted(Q(code__frame=conversation.pk)):
        quotes[code].append(quote)
    return quotes


def versions_of(conversation: Conversation) -> list[FrameVersion]:
    return list(FrameVersion.objects.filter(frame=conversation.pk).order_by("-number").defer("lines"))


def version_at(conversation: Conversation, number: int) -> FrameVersion:
    """Raises NotFound."""
    found = FrameVersion.objects.filter(frame=conversation.pk, number=number).first()
    if found is None:
        raise NotFound
    return found


def changes_of(
    conversation: Conversation, *, before: int | None = None, code: UUID | None = None
) -> list[Change]:
    """The newest first, a page and one more after a change's number."""
    found = Change.objects.filter(frame=conversation.pk)
    if before is not None:
        found = found.filter(number__lt=before)
    if code is not None:
        found = found.filter(code=code)
    return list(found.order_by("-number")[: PAGE + 1])


def _active(conversation: Conversation) -> Iterator[Code]:
    return iter(Code.objects.filter(frame=conversation.pk, state=CodeState.ACTIVE))


def _quoted(of: Q) -> Iterator[tuple[UUID, UUID, str]]:
    """Quotes word for word from contributions that are shown in that version, and words of our own."""
    is_idea = Q(idea__state=State.SHOWN, idea__version=F("version")) & ~Q(idea__source=Source.FACILITATOR)
    is_comment = Q(
        comment__state=State.SHOWN, comment__version=F("version"), comment__idea__state=State.SHOWN
    )
    is_own = Q(idea__isnull=True, comment__isnull=True)
    found = Example.objects.filter(of).filter(is_own | is_idea | is_comment).order_by("position", "pk")
    for example, code, words, text, start, end in found.values_list(
        "pk", "code", "words", Coalesce("idea__text", "comment__text"), "start", "end"
    ):
        yield example, code, words if start is None else text[start:end]


def conversations_with_frames(*, at: datetime) -> list[Conversation]:
    """Those that are still being coded."""
    frames = Frame.objects.select_related("conversation").filter(conversation__emptying=Emptying.NO)
    found = [frame.conversation for frame in frames]
    return [conversation for conversation in found if not conversation.is_complete(at=at)]
