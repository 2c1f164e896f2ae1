"""The description of a site's interface, as people read it: its operations with what they take, give and refuse."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from markupsafe import Markup, escape

from web.api.client import BYTES
from web.api.endpoint import JSON, KEY_HEADER
from web.api.examples import Schema, example_of, kind_of
from web.api.files import CSV
from web.api.scopes import Scope
from web.api.schema import document
from web.markdown import rendered

_METHODS = ("get", "post", "put", "patch", "delete")
_CODE = re.compile(r"^`(\w+)`: (.*)$")
_KEY = re.compile(r"^(\s*)(&#34;.*?&#34;)(: )", re.MULTILINE)
_FORMATS = {"uuid": "an id", "date": "a day", "date-time": "a moment", "uri": "an address", "binary": "a file"}
_KINDS = {"string": "text", "integer": "a whole number", "number": "a number", "boolean": "true or false"}
_MOST_KEPT = 64
_SUCCESS = range(200, 300)


@dataclass(frozen=True, slots=True)
class Field:
    """Something that is sent, or explained of what comes back. `name` leads inside with dots."""

    name: str
    kind: str
    is_needed: bool
    said: Markup


@dataclass(frozen=True, slots=True)
class Refusal:
    status: int
    code: str
    said: str


@dataclass(frozen=True, slots=True)
class Operation:
    name: str
    method: str
    path: str
    summary: str
    said: Markup
    scope: str
    needs_token: bool
    # By where it stands: "In the address", "In the query", "In the body".
    places: Sequence[tuple[str, Sequence[Field]]]
    is_repeatable: bool
    request: str
    status: int
    status_words: str
    answer: Markup
    explained: Sequence[Field]
    refusals: Sequence[Refusal]


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    anchor: str
    operations: Sequence[Operation]


@dataclass(frozen=True, slots=True)
class Reference:
    title: str
    groups: Sequence[Group]
    # Those that its operations ask for, in the order of all there are.
    scopes: Sequence[Scope]

    @property
    def count(self) -> int:
        return sum(len(group.operations) for group in self.groups)


@lru_cache(maxsize=_MOST_KEPT)
def reference(urlconf: str, site: str) -> Reference:
    """Of one site, with requests to `site`, such as https://riverside.example.org."""
    found = document(urlconf)
    shapes = found["components"]["schemas"]
    groups: dict[str, list[Operation]] = {}
    for path, methods in found["paths"].items():
        for method in _METHODS:
            if method in methods:
                made = _operation(site, path, method, methods[method], shapes)
                groups.setdefault(methods[method]["tags"][0], []).append(made)
    asked = {operation.scope for group in groups.values() for operation in group}
    return Reference(
        title=found["info"]["title"],
        groups=[Group(name, f"about-{_slug(name)}", found) for name, found in groups.items()],
        scopes=[scope for scope in Scope if scope.value in asked],
    )


def coloured(value: Any) -> Markup:  # noqa: ANN401  (JSON)
    """JSON with its names marked, as HTML."""
    text = value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
    return Markup(_KEY.sub(r"\1<b>\2</b>\3", str(escape(text))))  # noqa: S704  (escaped before)


def _operation(
    site: str, path: str, method: str, said: dict[str, Any], shapes: Mapping[str, Schema]
) -> Operation:
    parameters = said.get("parameters", [])
    status, answer, explained = _answer(said, shapes)
    summary, _line, more = said["description"].partition("\n")
    whole = said["summary"] if summary.rstrip(".") == said["summary"] else summary
    return Operation(
        name=said["operationId"],
        method=method.upper(),
        path=path,
        summary=whole.rstrip("."),
        said=rendered(more.rpartition("Scope:")[0].strip()).html,
        scope=said["x-scope"],
        needs_token=bool(said.get("security")),
        places=_places(parameters, said, shapes),
        is_repeatable=any(one["in"] == "header" for one in parameters),
        request=_request(site, path, method, said, shapes),
        status=status,
        status_words=HTTPStatus(status).phrase,
        answer=answer,
        explained=explained,
        refusals=list(_refusals(said)),
    )


# What is sent ----------------------------------------------------------------------------


def _places(
    parameters: Sequence[dict[str, Any]], said: dict[str, Any], shapes: Mapping[str, Schema]
) -> list[tuple[str, list[Field]]]:
    places = []
    for where, title in (("path", "In the address"), ("query", "In the query")):
        fields = [
            Field(
                one["name"],
                _kind(one["schema"], shapes),
                bool(one.get("required")),
                _marked(one.get("description", "")),
            )
            for one in parameters
            if one["in"] == where
        ]
        places.append((title, fields))
    contents = said.get("requestBody", {}).get("content", {})
    if BYTES in contents:
        kinds = [kind for kind in contents if kind != BYTES]
        words = _marked("The file itself; or a form with it, in the part `file`.")
        places.append(("The body", [Field("", ", ".join(kinds), is_needed=True, said=words)]))
    elif JSON in contents:
        places.append(("In the body", list(_fields(contents[JSON]["schema"], shapes))))
    return [(title, fields) for title, fields in places if fields]


def _fields(schema: Schema, shapes: Mapping[str, Schema], before: str = "") -> Iterator[Field]:
    """Of an object with those of the objects in it."""
    shape = _shape(schema, shapes)
    needed = shape.get("required", ())
    for name, inner in shape.get("properties", {}).items():
        yield Field(
            before + name, _kind(inner, shapes), name in needed, _marked(inner.get("description", ""))
        )
        below = _real(inner, shapes)
        is_list = kind_of(below) == "array"
        within = _real(below.get("items", {}), shapes) if is_list else below
        if "properties" in within:
            yield from _fields(within, shapes, f"{before}{name}{'[]' if is_list else ''}.")


def _request(site: str, path: str, method: str, said: dict[str, Any], shapes: Mapping[str, Schema]) -> str:
    """A line for the shell."""
    filled = re.sub(r"\{(\w+)\}", lambda match: _place(match[1]), path)
    needed = [one for one in said.get("parameters", []) if one["in"] == "query" and one.get("required")]
    query = "&".join(f"{one['name']}={example_of(one['schema'], shapes, one['name'])}" for one in needed)
    address = f"{site}{filled}{'?' if query else ''}{query}"
    lines = [f"curl {'' if method == 'get' else f'-X {method.upper()} '}{shlex.quote(address)}"]
    if said.get("security"):
        lines.append('-H "Authorization: Bearer $TOKEN"')
    if any(one["in"] == "header" for one in said.get("parameters", [])):
        lines.append(f'-H "{KEY_HEADER}: $(uuidgen)"')
    contents = said.get("requestBody", {}).get("content", {})
    if BYTES in contents:
        lines += [f'-H "Content-Type: {CSV}"', "--data-binary @roster.csv"]
    elif JSON in contents:
        body = _given(contents[JSON], shapes)
        lines += [f'-H "Content-Type: {JSON}"', f"-d {shlex.quote(json.dumps(body, ensure_ascii=False))}"]
    return " \\\n  ".join(lines)


def _place(name: str) -> str:
    return str(example_of({"type": "string"}, {}, name)).lower().replace(" ", "-")


# What comes back -------------------------------------------------------------------------


def _answer(said: dict[str, Any], shapes: Mapping[str, Schema]) -> tuple[int, Markup, list[Field]]:
    """The status, an example, and the fields that have something said of them."""
    status = next(int(status) for status in said["responses"] if status.isdecimal() and int(status) in _SUCCESS)
    content = said["responses"][str(status)].get("content", {})
    if JSON not in content:
        words = "The bytes of the file." if content else ""
        return status, Markup(escape(words)), []
    fields = [field for field in _fields(content[JSON]["schema"], shapes) if field.said]
    return status, coloured(_given(content[JSON], shapes)), fields


def _given(content: dict[str, Any], shapes: Mapping[str, Schema]) -> Any:  # noqa: ANN401  (JSON)
    """The example that is given, or else one that is made."""
    for example in content.get("examples", {}).values():
        return example["value"]
    return example_of(content["schema"], shapes)


def _refusals(said: dict[str, Any]) -> Iterator[Refusal]:
    for status, response in sorted(said["responses"].items()):
        if status.isdecimal() and int(status) not in _SUCCESS:
            for line in response["description"].split("\n\n"):
                match = _CODE.match(line)
                if match is not None:
                    yield Refusal(int(status), match[1], match[2])


# In words --------------------------------------------------------------------------------


def _kind(schema: Schema, shapes: Mapping[str, Schema]) -> str:
    real = _real(schema, shapes)
    null = ", or null" if real is not schema and "oneOf" in schema or "null" in schema.get("type", ()) else ""
    if "enum" in real:
        return " or ".join(f"“{value}”" for value in real["enum"] if value is not None) + null
    kind = kind_of(real)
    if kind == "array":
        return f"a list of {_several(_kind(real.get('items', {}), shapes))}{null}"
    if kind == "object":
        return ("names and values" if "additionalProperties" in real else "an object") + null
    words = _FORMATS.get(real.get("format", ""), _KINDS.get(kind, kind))
    most = f", up to {real['maxLength']:,} characters" if "maxLength" in real else ""
    return f"{words}{most}{null}"


def _several(kind: str) -> str:
    return {"text": "texts", "an id": "ids", "an object": "objects", "a whole number": "whole numbers"}.get(kind, kind)


def _real(schema: Schema, shapes: Mapping[str, Schema]) -> Schema:
    """Without what leads to it, and without its null."""
    for several in ("oneOf", "anyOf", "allOf"):
        if several in schema:
            return _real(next(one for one in schema[several] if one.get("type") != "null"), shapes)
    return _shape(schema, shapes)


def _shape(schema: Schema, shapes: Mapping[str, Schema]) -> Schema:
    return shapes[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def _marked(text: str) -> Markup:
    """A sentence with its code marked, as HTML without a paragraph."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704  (escaped before)


def _slug(words: str) -> str:
    return re.sub(r"[^a-z]+", "-", words.lower())
