"""The acts as a facilitator meets them: a button with its key, and a form with the reasons it may have."""

from dataclasses import dataclass

from conversations.models import ActKind, Rule, State
from conversations.queries.facilitated import Facilitated
from privacy.anonymity import Kind

_AGAINST_RULES = (Rule.PERSON, Rule.ABUSE, Rule.CRIME, Rule.SAFETY, Rule.REPEATED)


@dataclass(frozen=True, slots=True)
class Panel:
    """An act as a button with its key, and as a form with the reasons it may have."""

    kind: ActKind
    words: str
    key: str
    rules: tuple[Rule, ...]
    of_ideas_only: bool = False
    states: tuple[State, ...] = (State.SHOWN,)

    def is_for(self, post: Facilitated) -> bool:
        return post.state in self.states and (post.kind == Kind.IDEA or not self.of_ideas_only)


PANELS = (
    Panel(ActKind.EDIT, "Edit", "e", (Rule.PERSON, Rule.ABUSE, Rule.SAFETY, Rule.CLARITY)),
    Panel(ActKind.MASK, "Mask words", "m", (Rule.PERSON, Rule.ABUSE, Rule.SAFETY)),
    Panel(ActKind.HIDE, "Hide", "h", _AGAINST_RULES),
    Panel(ActKind.REMOVE, "Remove", "r", _AGAINST_RULES, states=(State.SHOWN, State.HIDDEN)),
    Panel(ActKind.RESTORE, "Show again", "a", (Rule.REVIEW,), states=(State.HIDDEN, State.REMOVED)),
    Panel(ActKind.MOVE, "Move", "v", (Rule.TOPIC,), of_ideas_only=True),
    Panel(ActKind.SPLIT, "Split", "s", (Rule.SEVERAL,), of_ideas_only=True),
    Panel(ActKind.MERGE, "Merge", "g", (Rule.SAME, Rule.REPEATED), of_ideas_only=True),
)
BY_KIND = {panel.kind: panel for panel in PANELS}


HIDING = BY_KIND[ActKind.HIDE]


def buttons_for(post: Facilitated) -> list[Panel]:
    return [panel for panel in PANELS if panel.is_for(post)]
