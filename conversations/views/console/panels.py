"""The acts as a facilitator meets them: a button with its key, and a form with the reasons it may have."""

from dataclasses import dataclass

from conversations.models import ActKind, Rule, State
from conversations.queries.facilitated import Facilitated
from conversations.services.acts import RULES
from privacy.anonymity import Kind


@dataclass(frozen=True, slots=True)
class Panel:
    """An act as a button with its key, and as a form with the reasons it may have."""

    kind: ActKind
    words: str
    key: str
    of_ideas_only: bool = False
    states: tuple[State, ...] = (State.SHOWN,)

    @property
    def rules(self) -> tuple[Rule, ...]:
        return RULES[self.kind]

    def is_for(self, post: Facilitated) -> bool:
        return post.state in self.states and (post.kind == Kind.IDEA or not self.of_ideas_only)


_READABLE = (State.SHOWN, State.HIDDEN)
PANELS = (
    Panel(ActKind.EDIT, "Edit", "e", states=_READABLE),
    Panel(ActKind.MASK, "Mask words", "m", states=_READABLE),
    Panel(ActKind.HIDE, "Hide", "h"),
    Panel(ActKind.REMOVE, "Remove", "r", states=_READABLE),
    Panel(ActKind.RESTORE, "Show again", "a", states=(State.HIDDEN,)),
    Panel(ActKind.MOVE, "Move", "v", of_ideas_only=True, states=_READABLE),
    Panel(ActKind.SPLIT, "Split", "s", of_ideas_only=True),
    Panel(ActKind.MERGE, "Merge", "g", of_ideas_only=True),
)


HIDING = next(panel for panel in PANELS if panel.kind is ActKind.HIDE)


def buttons_for(post: Facilitated) -> list[Panel]:
    return [panel for panel in PANELS if panel.is_for(post)]
