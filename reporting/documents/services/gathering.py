"""What an analysis consists of at one moment, as plain data: everything a report may show, and nobody."""

from dataclasses import asdict, fields, is_dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from conversations.models import Conversation
from reporting import shapes
from reporting.coding.queries import frame_of, progress_of
from reporting.documents import queries
from reporting.documents.services import drawing
from reporting.figures.queries import is_over, participation_tables, people_who_took_part, released_tables
from reporting.findings.queries import opinion_groups_of, posts_of, themes_of

# A share is never truer than this, and more digits would differ between machines.
_DIGITS = 6


def analysis_of(conversation: Conversation, *, at: datetime) -> dict[str, Any]:
    """Days, counts, shares and released tables. No route, no tag, no word of anybody's, no moment of a day."""
    posts = posts_of(conversation)
    themes = themes_of(conversation, posts=posts)
    released = [*participation_tables(conversation), *released_tables(conversation)]
    groups = opinion_groups_of(conversation)
    progress = progress_of(conversation)
    questions = queries.questions_with_totals(conversation)
    found: dict[str, Any] = {
        "conversation": conversation.pk,
        "taken_on": at.astimezone(conversation.zone).date(),
        "questions": questions,
        "totals": {name: sum(one[name] for one in questions) for name in ("ideas", "comments", "votes")},
        "people": people_who_took_part(conversation),
        "people_is_over": is_over(participation_tables(conversation)),
        "frame": [
            {"id": line.id, "path": list(line.path), "definition": line.definition, "colour": line.colour}
            for line in frame_of(conversation)
        ],
        "coded": {
            "version": queries.frame_version(conversation),
            "contributions": progress.contributions,
            "coded": progress.coded,
        },
        "themes": themes,
        "charts": drawing.charts_of(conversation, posts, themes, groups),
        "tables": list({table.id: table for table in released}.values()),
        "opinion_groups": _without_words(groups),
    }
    plain: dict[str, Any] = _plain(found)
    return plain


def _without_words(groups: shapes.OpinionGroups | None) -> dict[str, Any] | None:
    """Ideas by their ids: their words are looked up when a report is published, as they stand then."""
    if groups is None:
        return None
    found: dict[str, Any] = {
        field.name: getattr(groups, field.name) for field in fields(groups) if field.name != "groups"
    }
    found["groups"] = [asdict(group) for group in groups.groups]
    for ideas in (*(group["typical"] for group in found["groups"]),):
        for idea in ideas:
            idea.pop("text")
    for kind in ("common", "dividing"):
        found[kind] = [{"id": idea.id, "likes": idea.likes} for idea in found[kind]]
    return found


def _plain(value: Any) -> Any:  # noqa: ANN401  (whatever the shapes hold)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, float):
        return round(value, _DIGITS)
    return str(value) if isinstance(value, UUID | date) else value
