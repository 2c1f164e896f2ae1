"""The description of a site's interface, as people read it: its operations with what they take, give and refuse."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Any

from markupsafe import Markup, escape

from web.api.client import BYTES
from web.api.endpoint import JSON, KEY_HEADER
from web.api.examples import Schema, example_of, kind_of
from web.api.files import CSV, FORM
from web.api.schema import document
from web.api.scopes import Scope
from web.markdown import rendered

_METHODS = ("get", "post", "put", "patch", "delete")
_CODE = re.compile(r"^`(\w+)`: (.*)$")
_KEY = re.compile(r"^(\s*)(&#34;.*?&#34;)(: )", re.MULTILINE)
EVERYBODY, CLIENTS = "/api/v1/", "/api/v1/organisation/"
_FORMATS = {
    "uuid": "an id",
    "date": "a day",
    "date-time": "a moment",
    "uri": "an address",
    "binary": "a file",
}
_KINDS = {"string": "text", "integer": "a whole number", "number": "a number", "boolean": "true or false"}
# By their tags; the others follow in the order of their addresses.
_FIRST = (
    "Token",
    "Sign-in",
    "Conversations",
    "Organisations",
    "Projects",
    "Ideas",
    "Comments",
    "Votes",
    "One's own",
)
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
    summary: Markup
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
    # What is to be said of its fields; where another operation answers the same, its name, and nothing here.
    explained: Sequence[Field]
    explained_at: str
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


@cache
def reference(urlconf: str) -> Reference:
    """Of one site. Requests are for a shell in which API and TOKEN are set, and what an address names by id."""
    found = document(urlconf)
    shapes = found["components"]["schemas"]
    explained: dict[str, str] = {}
    # Where somebody reads it, if that is possible, and otherwise where it comes first.
    for method in _METHODS:
        for methods in found["paths"].values():
            if method in methods:
                explained.setdefault(_answered(methods[method]), methods[method]["operationId"])
    groups: dict[str, list[Operation]] = {name: [] for name in _FIRST}
    for path, methods in found["paths"].items():
        for method in _METHODS:
            if method in methods:
                made = _operation(path, method, methods[method], shapes, explained)
                groups.setdefault(methods[method]["tags"][0], []).append(made)
    asked = {operation.scope for group in groups.values() for operation in group}
    return Reference(
        title=found["info"]["title"],
        groups=[Group(name, f"about-{_slug(name)}", group) for name, group in groups.items() if group],
        scopes=[scope for scope in Scope if scope.value in asked],
    )


def coloured(value: Any) -> Markup:  # noqa: ANN401  (JSON)
    """JSON with its names marked, as HTML."""
    text = value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
    return Markup(_KEY.sub(r"\1<b>\2</b>\3", str(escape(text))))  # noqa: S704  (escaped before)


def _operation(
    path: str,
    method: str,
    said: dict[str, Any],
    shapes: Mapping[str, Schema],
    explained: Mapping[str, str],
) -> Operation:
    parameters = said.get("parameters", [])
    status, answer, fields = _answer(said, shapes)
    explained_at = explained[_answered(said)] if fields else said["operationId"]
    is_here = explained_at == said["operationId"]
    first, _line, more = said["description"].partition("\n")
    summary, _stop, rest = first.partition(". ")
    return Operation(
        name=said["operationId"],
        method=method.upper(),
        path=path,
        summary=_marked(summary.rstrip(".")),
        said=rendered(f"{rest}\n{more.rpartition('Scope:')[0]}".strip()).html,
        scope=said["x-scope"],
        needs_token=bool(said.get("security")),
        places=_places(path, said, shapes),
        is_repeatable=any(one["in"] == "header" for one in parameters),
        request=_request(path, method, said, shapes),
        status=status,
        status_words=HTTPStatus(status).phrase,
        answer=answer,
        explained=fields if is_here else [],
        explained_at="" if is_here else explained_at,
        refusals=list(_refusals(said)),
    )


# What is sent ----------------------------------------------------------------------------


def _places(
    address: str, said: dict[str, Any], shapes: Mapping[str, Schema]
) -> list[tuple[str, list[Field]]]:
    """Those in the address in the order in which they stand there."""
    parameters = said.get("parameters", [])
    places = []
    for where, title in (("path", "In the address"), ("query", "In the query")):
        fields = [
            Field(
                one["name"],
                _kind(one["schema"], shapes),
                bool(one.get("required")),
                _marked(one.get("description", "")),
            )
            for one in sorted(parameters, key=lambda one: address.find(f"{{{one['name']}}}"))
            if one["in"] == where
        ]
        places.append((title, fields))
    contents = said.get("requestBody", {}).get("content", {})
    if BYTES in contents:
        kinds = [
            Field(
                kind,
                "a form with the file" if kind == FORM else "the file as it is",
                is_needed=True,
                said=Markup(),
            )
            for kind in contents
        ]
        places.append(("The body, by its content type", kinds))
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


def _request(path: str, method: str, said: dict[str, Any], shapes: Mapping[str, Schema]) -> str:
    """A line for the shell."""
    filled = re.sub(r"\{(\w+)\}", lambda match: f"${match[1].upper()}", path.removeprefix(_base(path)))
    needed = [one for one in said.get("parameters", []) if one["in"] == "query" and one.get("required")]
    query = "&".join(f"{one['name']}={example_of(one['schema'], shapes, one['name'])}" for one in needed)
    address = f"$API/{filled}{'?' if query else ''}{query}"
    lines = [f'curl {"" if method == "get" else f"-X {method.upper()} "}"{address}"']
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


def _base(path: str) -> str:
    """What every address of a site begins with."""
    return next(base for base in (CLIENTS, EVERYBODY) if path.startswith(base))


# What comes back -------------------------------------------------------------------------


def _answered(said: dict[str, Any]) -> str:
    """The shape of an answer, by name; where it has none, the operation's own."""
    for status, response in said["responses"].items():
        if status.isdecimal() and int(status) in _SUCCESS and JSON in response.get("content", {}):
            return str(response["content"][JSON]["schema"].get("$ref", said["operationId"]))
    return str(said["operationId"])


def _answer(said: dict[str, Any], shapes: Mapping[str, Schema]) -> tuple[int, Markup, list[Field]]:
    """The status, an example, and the fields that have something said of them."""
    status = next(
        int(status) for status in said["responses"] if status.isdecimal() and int(status) in _SUCCESS
    )
    content = said["responses"][str(status)].get("content", {})
    if JSON not in content:
        words = "The bytes of the file." if content else ""
        return status, escape(words), []
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
    null = (
        ", or null" if (real is not schema and "oneOf" in schema) or "null" in schema.get("type", ()) else ""
    )
    if "enum" in real:
        return " or ".join(f"“{value}”" for value in real["enum"] if value is not None) + null
    kind = kind_of(real)
    if kind == "array":
        return f"a list of {_several(_kind(real.get('items', {}), shapes))}{null}"
    if kind == "object":
        return ("names and values" if "additionalProperties" in real else "an object") + null
    words = _FORMATS.get(real.get("format", ""), _KINDS.get(kind, kind))
    # Where the sentence beside it says how much, that is what counts.
    says_it = "haracters" in schema.get("description", "")
    most = f", up to {real['maxLength']:,} characters" if "maxLength" in real and not says_it else ""
    return f"{words}{most}{null}"


def _several(kind: str) -> str:
    first, comma, rest = kind.partition(",")
    many = {"text": "texts", "an id": "ids", "an object": "objects", "a whole number": "whole numbers"}
    return f"{many.get(first, first)}{comma}{rest}"


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
