"""
A small typed Python client, written out from the description of a site's interface.

One module with nothing of ours in it: it needs httpx alone. Each operation is a method, each shape a TypedDict,
and a refusal is raised with its code and sentence.
"""

import re
from collections.abc import Iterator
from typing import Any

BYTES = "application/octet-stream"
_METHODS = ("get", "post", "put", "patch", "delete")
_PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
Schema = dict[str, Any]


def python_client(document: Schema) -> str:
    """The source of the module."""
    shapes = document["components"]["schemas"]
    parts = [_HEAD.format(title=document["info"]["title"])]
    parts += [_shape(name, shapes[name]) for name in _in_order(shapes)]
    parts.append(_CLASS)
    parts += [
        _method(path, method, said, shapes)
        for path, methods in document["paths"].items()
        for method, said in methods.items()
        if method in _METHODS
    ]
    return "\n\n".join(parts) + "\n"


def _in_order(shapes: dict[str, Schema]) -> list[str]:
    """Each after those it is made of."""
    done: list[str] = []

    def add(name: str) -> None:
        if name not in done:
            for other in sorted(set(_references(shapes[name]))):
                if other != name:
                    add(other)
            done.append(name)

    for name in shapes:
        add(name)
    return done


def _references(schema: Any) -> Iterator[str]:  # noqa: ANN401  (JSON)
    if isinstance(schema, dict):
        if "$ref" in schema:
            yield schema["$ref"].rpartition("/")[2]
        for inner in schema.values():
            yield from _references(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from _references(inner)


def _shape(name: str, schema: Schema) -> str:
    lines = [f"class {name}(TypedDict):"]
    if schema.get("description"):
        lines += [f'    """{_one_line(schema["description"])}"""', ""]
    required = set(schema.get("required", ()))
    for field, inner in schema.get("properties", {}).items():
        kind = _type(inner)
        lines.append(f"    {field}: {kind if field in required else f'NotRequired[{kind}]'}")
    return "\n".join(lines if schema.get("properties") else [*lines, "    pass"])


def _type(schema: Schema) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    for several in ("oneOf", "anyOf", "allOf"):
        if several in schema:
            return " | ".join(dict.fromkeys(_type(one) for one in schema[several]))
    if "enum" in schema:
        return f"Literal[{', '.join(repr(value) for value in schema['enum'])}]"
    kinds = schema.get("type", "object")
    return " | ".join(_type_of(kind, schema) for kind in ([kinds] if isinstance(kinds, str) else kinds))


def _type_of(kind: str, schema: Schema) -> str:
    if kind == "array":
        return f"list[{_type(schema.get('items', {}))}]"
    if kind == "object":
        inner = schema.get("additionalProperties")
        return f"dict[str, {_type(inner)}]" if isinstance(inner, dict) and inner else "dict[str, Any]"
    return _PLAIN[kind]


def _method(path: str, method: str, said: Schema, shapes: dict[str, Schema]) -> str:
    parameters = said.get("parameters", [])
    in_path = re.findall(r"{(\w+)}", path)
    query = [one for one in parameters if one["in"] == "query"]
    has_key = any(one["in"] == "header" for one in parameters)
    is_file = _is_file(said)
    body = {} if is_file else _body(said, shapes)
    required = set(body.get("required", ()))
    fields = body.get("properties", {})
    named = ["content: bytes"] * is_file
    named += [f"{name}: {_type(fields[name])}" for name in fields if name in required]
    named += [f"{one['name']}: {_type(one['schema'])}" for one in query if one.get("required")]
    named += [f"{name}: {_type(fields[name])} | None = None" for name in fields if name not in required]
    named += [
        f"{one['name']}: {_type(one['schema'])} | None = None" for one in query if not one.get("required")
    ]
    named += ["idempotency_key: str | None = None"] * has_key
    arguments = ["self", *(f"{name}: str" for name in in_path), *(["*", *named] if named else [])]
    gives = _gives(said)
    sent = [f'"{method.upper()}"', f'f"{path}"' if in_path else f'"{path}"']
    sent += [f"query={_mapping([one['name'] for one in query])}"] * bool(query)
    sent += ["content=content"] * is_file
    sent += [f"body={_mapping(list(fields))}"] * ("requestBody" in said and not is_file)
    sent += ["key=idempotency_key"] * has_key
    return "\n".join(
        [
            f"    def {said['operationId']}({', '.join(arguments)}) -> {gives}:",
            f'        """{_one_line(said["summary"])}."""',
            *_sending(gives, f"self._send({', '.join(sent)})"),
        ]
    )


def _sending(gives: str, call: str) -> list[str]:
    return (
        [f"        {call}"]
        if gives == "None"
        else [f"        found: {gives} = {call}", "        return found"]
    )


def _is_file(said: Schema) -> bool:
    """Whether a file is the body itself."""
    return BYTES in said.get("requestBody", {}).get("content", {})


def _body(said: Schema, shapes: dict[str, Schema]) -> Schema:
    for content in said.get("requestBody", {}).get("content", {}).values():
        return shapes[content["schema"]["$ref"].rpartition("/")[2]]
    return {}


def _gives(said: Schema) -> str:
    for status, response in said["responses"].items():
        if status.startswith("2"):
            for kind, content in response.get("content", {}).items():
                return _type(content["schema"]) if kind.endswith("json") else "bytes"
    return "None"


def _mapping(names: list[str]) -> str:
    return "{" + ", ".join(f'"{name}": {name}' for name in names) + "}"


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().rstrip(".").replace("\\", "").replace('"', "'")


_HEAD = '''\
"""{title}: a client made from the description of the interface."""

from typing import Any, Literal, NotRequired, TypedDict

import httpx


class Refused(Exception):
    """Something was not done. `code` is for programs, the text for people."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(problem.get("detail", ""))
        self.code: str = problem.get("code", "")
        self.status: int = problem.get("status", 0)
'''

_CLASS = '''
class Client:
    """`site` is where it answers, such as https://riverside.example.org."""

    def __init__(self, site: str, token: str = "", *, transport: httpx.BaseTransport | None = None) -> None:
        self._http = httpx.Client(base_url=site, transport=transport, timeout=30.0)
        self.token = token

    def _send(
        self,
        method: str,
        path: str,
        *,
        query: dict[str, Any] | None = None,
        body: dict[str, Any] | None = None,
        content: bytes | None = None,
        key: str | None = None,
    ) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if key is not None:
            headers["Idempotency-Key"] = key
        if content is not None:
            headers["Content-Type"] = "application/octet-stream"
        answer = self._http.request(
            method,
            path,
            params={name: value for name, value in (query or {}).items() if value is not None},
            json=None if body is None else {name: value for name, value in body.items() if value is not None},
            content=content,
            headers=headers,
        )
        if answer.status_code >= 400:
            raise Refused(answer.json())
        if answer.headers.get("Content-Type", "").endswith("json"):
            return answer.json()
        return answer.content or None'''
