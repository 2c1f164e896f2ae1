"""Opinion groups as the vault found them, with the words of their ideas as they stand now."""

from uuid import UUID

import msgspec

from conversations.models import Conversation
from privacy.opinions.found import GroupsFound, IdeaFound
from reporting.findings.models import OpinionRun
from reporting.findings.queries.ideas import texts_of
from reporting.shapes import OpinionGroup, OpinionGroups, OpinionIdea

_LETTERS = "ABCDE"


def run_of(conversation: Conversation) -> OpinionRun | None:
    """The one time that groups were asked for."""
    return OpinionRun.objects.filter(conversation=conversation).first()


def runs_under_way() -> list[OpinionRun]:
    return list(OpinionRun.objects.filter(found_on=None, has_failed=False).select_related("conversation"))


def opinion_groups_of(conversation: Conversation) -> OpinionGroups | None:
    """None before they were found. An idea that is no longer shown is left out, and nothing else changes."""
    run = run_of(conversation)
    if run is None or run.found is None or run.found_on is None:
        return None
    found = msgspec.convert(run.found, GroupsFound)
    words = texts_of({line.idea for line in (*found.common, *found.dividing, *found.typical)})
    typical = {line.id: line for line in _worded(found.typical, words)}
    return OpinionGroups(
        groups=[
            OpinionGroup(
                name=f"Group {_LETTERS[n]}",
                people=group.people,
                x=group.x,
                y=group.y,
                typical=[typical[idea] for idea in group.typical if idea in typical],
            )
            for n, group in enumerate(found.groups)
        ],
        people=found.people,
        left_out=found.left_out,
        silhouette=found.silhouette,
        explained=found.explained,
        is_clear=found.is_clear,
        common=_worded(found.common, words),
        dividing=_worded(found.dividing, words),
        found_on=run.found_on,
    )


def _worded(lines: list[IdeaFound], words: dict[UUID, str]) -> list[OpinionIdea]:
    return [OpinionIdea(line.idea, words[line.idea], line.likes) for line in lines if line.idea in words]
