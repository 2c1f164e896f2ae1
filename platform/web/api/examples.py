"""Examples of what is sent and what comes back, for operations whose description has none: made from its shapes."""

from collections.abc import Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

Schema = Mapping[str, Any]

_DAY, _MOMENT = "2026-06-03", "2026-06-03T09:00:00Z"
# What a text is by the name of its field; one that is not here is named after itself.
_TEXTS = {
    "address": "https://riverside.example.org/",
    "area": "everybody",
    "asking": "qMm0VbB3",
    "code": "porters",
    "colour": "#00625a",
    "column": "Team",
    "context": "Think of the rooms that you are in every day.",
    "definition": "Light in rooms and corridors, from windows or lamps.",
    "detail": "There is nothing at this address. Check it, or go back to the start page.",
    "digest": "9f2c0b61e4a7d8350cbb",
    "edited_why": "",
    "email": "ash@example.org",
    "form": "CSV",
    "heading": "Team",
    "introduction": "Say what would make this a better place to work.",
    "label": "Porters",
    "language": "en",
    "name": "A better place to work",
    "note": "",
    "notice": "A facilitator asks you something.",
    "path": "Light",
    "problem": "",
    "q": "daylight",
    "question": "What would make this a better place to work?",
    "reason": "this is no e-mail address",
    "said": "Everybody on the roster can be reached.",
    "state_why": "",
    "slug": "a-better-place",
    "scopes": "read",
    "text": "More daylight in the corridors.",
    "time_zone": "Europe/London",
    "title": "A better place to work",
    "todo": "",
    "token": "conversations_3q2h0vJ5",
    "why": "",
    "words": "It names my colleague.",
    "withheld": "Groups of fewer than 11 people are not shown.",
}
_NUMBERS = {
    "at_least": 5, "by_mail": 600, "by_text": 40, "came_back": 0, "coded": 1110, "comments": 5310, "contributions": 34,
    "dislikes": 9, "end": 14, "ideas": 1204, "invited": 640, "likes": 112, "number": 1, "paper": 15, "people": 640,
    "percent": 35, "shown": 35, "size": 48213, "start": 5, "took_part": 410, "votes": 41877,
}  # fmt: skip
_FORMATS = {
    "date": _DAY,
    "date-time": _MOMENT,
    "uri": "https://riverside.example.org/",
    "binary": "",
    "email": "ash@example.org",
}
_DEEPEST = 8


def example_of(schema: Schema, shapes: Mapping[str, Schema], name: str = "", depth: int = 0) -> Any:  # noqa: ANN401  (JSON)
    """A plausible value of this schema, the same each time; `name` is that of its field."""
    if "$ref" in schema:
        return example_of(shapes[schema["$ref"].rpartition("/")[2]], shapes, name, depth)
    if "enum" in schema:
        return schema["enum"][0]
    for several in ("oneOf", "anyOf", "allOf"):
        if several in schema:
            real = [one for one in schema[several] if one.get("type") != "null"]
            return example_of(real[0], shapes, name, depth)
    # What leads to the next page is null on the last.
    if name == "after" and "null" in schema.get("type", ()):
        return None
    return _of_kind(kind_of(schema), schema, shapes, name, depth)


def kind_of(schema: Schema) -> str:
    """Its type, whether or not it may be null."""
    kinds = schema.get("type", "object")
    if isinstance(kinds, str):
        return kinds
    return str(next(kind for kind in kinds if kind != "null"))


def _of_kind(kind: str, schema: Schema, shapes: Mapping[str, Schema], name: str, depth: int) -> Any:  # noqa: ANN401
    if kind == "object":
        return _object(schema, shapes, name, depth)
    if kind == "array":
        too_deep = depth >= _DEEPEST
        return [] if too_deep else [example_of(schema.get("items", {}), shapes, _one_of(name), depth + 1)]
    if kind == "string":
        return _text(schema, name)
    if kind == "boolean":
        return name.startswith(("may_", "is_read", "is_open"))
    if kind == "number":
        return 0.5
    return max(_NUMBERS.get(name, 12), schema.get("minimum", 0))


def _object(schema: Schema, shapes: Mapping[str, Schema], name: str, depth: int) -> dict[str, Any]:
    if "properties" in schema:
        found = schema["properties"].items()
        return {field: example_of(inner, shapes, field, depth + 1) for field, inner in found}
    inner = schema.get("additionalProperties")
    if not isinstance(inner, Mapping) or not inner:
        return {}
    return {"everybody": example_of(inner, shapes, "people" if name == "areas" else name, depth + 1)}


def _text(schema: Schema, name: str) -> str:
    kind = schema.get("format", "")
    if kind == "uuid" or name in {"id", "organisation", "project", "stream", "idea", "comment", "post"}:
        return str(uuid5(NAMESPACE_URL, name))
    if kind in _FORMATS:
        return _FORMATS[kind]
    text = _TEXTS.get(name, name.replace("_", " ").capitalize())
    return text[: schema.get("maxLength", len(text))]


def _one_of(name: str) -> str:
    """The name of one of several."""
    return {"rows": "label", "columns": "label"}.get(
        name, name.removesuffix("s") if name not in _TEXTS else name
    )
