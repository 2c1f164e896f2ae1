"""
What withdrawing and removing leave behind in coding, and what coding does when a project is deleted.

Codes, passages, examples and suggestions vanish from every page and figure at the moment a contribution is not
shown any more, because all of them start from what is shown. Their rows follow within minutes, here.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.db import transaction

from conversations.models import Emptying, State
from kernel.database import change
from kernel.tenancy import tenant_context
from privacy.scanning.services import masked
from privacy.stores import Described, Scope
from reporting.coding.models import Change, Code, Example, Frame, FrameVersion, Suggestion

Mask = Callable[[list[str]], dict[int, str]]
Written = type[Code] | type[Example] | type[FrameVersion] | type[Change]

_NOTHING_LEFT = "[…]"
# Whatever has neither holds no address and no number.
_MAY_REACH = re.compile(r"@|%40|=40|[0-9](?:[ ().+/-]{0,3}[0-9]){6}|[A-Za-z0-9+/_-]{20}")
_EMPTIED = f"('{State.WITHDRAWN}', '{State.REMOVED}')"
_GONE = f"""
    SELECT id FROM conversations_idea WHERE state IN {_EMPTIED}
    UNION ALL
    SELECT id FROM conversations_comment WHERE state IN {_EMPTIED}
"""
_OF = "SELECT id FROM conversations_stream WHERE conversation_id = %s"
_IDEAS = f"SELECT id FROM conversations_idea WHERE stream_id IN ({_OF})"
_COMMENTS = f"SELECT id FROM conversations_comment WHERE idea_id IN ({_IDEAS})"
_ABOUT = f"(idea_id IN ({_IDEAS}) OR comment_id IN ({_COMMENTS}))"
# For the nightly rewrite: what hangs on others before those.
REWRITTEN = {
    "givencode": f"reading_id IN (SELECT id FROM coding_reading WHERE {_ABOUT})",
    "settledcode": f"settlement_id IN (SELECT id FROM coding_settlement WHERE {_ABOUT})",
    "reading": _ABOUT,
    "settlement": _ABOUT,
    "suggestion": _ABOUT,
    "example": "code_id IN (SELECT id FROM coding_code WHERE frame_id = %s)",
}


def forget_emptied() -> int:
    """Delete whatever hangs on contributions that were withdrawn or removed. May be run again."""
    with transaction.atomic():
        return sum(
            change(statement)
            for statement in (
                f"""DELETE FROM coding_givencode WHERE reading_id IN
                    (SELECT id FROM coding_reading WHERE post IN ({_GONE}))""",
                f"""DELETE FROM coding_settledcode WHERE settlement_id IN
                    (SELECT id FROM coding_settlement WHERE post IN ({_GONE}))""",
                f"DELETE FROM coding_reading WHERE post IN ({_GONE})",
                f"DELETE FROM coding_settlement WHERE post IN ({_GONE})",
                f"DELETE FROM coding_suggestion WHERE post IN ({_GONE})",
                f"DELETE FROM coding_example WHERE COALESCE(idea_id, comment_id) IN ({_GONE})",
            )
        )


@dataclass(frozen=True)
class Coding(Described):
    """What analysts wrote and coded, as a store of the data map."""

    def erase(self, scope: Scope) -> int:
        """Names and definitions, memos and examples of our own may hold an address. Raises StoreAway."""
        with tenant_context(scope.tenant):
            frame = Frame.objects.filter(pk=scope.project, is_masked=False).first()
            if frame is None:
                return 0
            mask = partial(masked, scope)
            with transaction.atomic():
                gone = change(
                    f"DELETE FROM coding_suggestion WHERE {_ABOUT}", [scope.project] * _ABOUT.count("%s")
                )
                gone += change(
                    f"UPDATE coding_reading SET before = NULL WHERE {_ABOUT} AND before IS NOT NULL",
                    [scope.project] * _ABOUT.count("%s"),
                )
                for model, columns in _WRITTEN:
                    gone += _mask(model, columns, frame, mask)
                gone += _mask_versions(frame, mask)
                Frame.objects.filter(pk=frame.pk).update(is_masked=True)
        return gone + 1

    def remaining(self, scope: Scope) -> int:
        with tenant_context(scope.tenant):
            return Frame.objects.filter(pk=scope.project, is_masked=False).count()


def mask_again() -> int:
    """
    What a backup brought back of a purged conversation. Nobody can tell any more whose address a text may hold,
    so every text that may hold one goes.
    """
    gone = 0
    for frame in Frame.objects.filter(is_masked=False, conversation__emptying=Emptying.DONE):
        with transaction.atomic():
            for model, columns in _WRITTEN:
                gone += _mask(model, columns, frame, _without_what_may_reach)
            gone += _mask_versions(frame, _without_what_may_reach)
            gone += Suggestion.objects.filter(code__frame=frame).delete()[0]
            Frame.objects.filter(pk=frame.pk).update(is_masked=True)
    return gone


def _without_what_may_reach(texts: list[str]) -> dict[int, str]:
    return {place: _NOTHING_LEFT for place, text in enumerate(texts) if _MAY_REACH.search(text)}


def _mask(model: Written, columns: tuple[str, ...], frame: Frame, mask: Mask) -> int:
    gone = 0
    of = "code__frame" if model is Example else "frame"
    found = list(model.objects.filter(**{of: frame}).values_list("pk", *columns))
    for place, column in enumerate(columns, start=1):
        for line, text in mask([line[place] for line in found]).items():
            model.objects.filter(pk=found[line][0]).update(**{column: text})
            gone += 1
    return gone


def _mask_versions(frame: Frame, mask: Mask) -> int:
    gone = 0
    for version in FrameVersion.objects.filter(frame=frame):
        texts = [text for line in version.lines for text in (*line["path"], line["definition"])]
        less = mask(texts)
        if less:
            left = iter([less.get(place, text) for place, text in enumerate(texts)])
            version.lines = [
                {**line, "path": [next(left) for _name in line["path"]], "definition": next(left)}
                for line in version.lines
            ]
            FrameVersion.objects.filter(pk=version.pk).update(lines=version.lines)
            gone += len(less)
    return gone


_WRITTEN: tuple[tuple[Written, tuple[str, ...]], ...] = (
    (Code, ("name", "definition", "memo")),
    (Example, ("words",)),
    (FrameVersion, ("note",)),
    (Change, ("before", "after")),
)


def _models(*names: str) -> frozenset[str]:
    return frozenset(f"model:coding.{name}" for name in names)


CODING = Coding(
    name="Coding",
    holds="the coding frame with its versions and history, memos, which analyst gave which code to which"
    " contribution, what was settled, what was suggested; passages and quotes as places in the text, no words of it",
    where="the organisation's own schema",
    covers=_models(
        *("Frame", "Code", "Example", "FrameVersion", "Change", "Reading", "GivenCode", "Settlement"),
        *("SettledCode", "Suggestion"),
    ),
    stays="frame, codes given and settled; addresses and numbers of participants in what analysts wrote are masked,"
    " suggestions go",
)
