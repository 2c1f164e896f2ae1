"""
Requests that nobody would write: made by schemathesis from the schemas, sent as each role over the whole of them.

Ids are steered: half of those in an address or a body are real ones, ours or another organisation's, because
an invented id finds nothing and proves little. Every answer is looked at: it is described, it is no fault of
ours, and it holds nothing of another organisation and nothing that leads to an author.
"""

import random
from base64 import b64encode, urlsafe_b64encode
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from config.wsgi import application
from privacy.anonymity import Ticket

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@dataclass
class World:
    """What there is to be found: `pool` are real ids and slugs by the name of a parameter."""

    pool: dict[str, list[str]]
    canary: str
    # What stands for an author in a database, in the vault, or in a session.
    secrets: list[str] = field(default_factory=list)

    def leaks(self, body: bytes) -> list[str]:
        text = body.decode(errors="replace")
        return [found for found in (self.canary, *self.secrets) if found in text]


def secrets_of(ticket: Ticket, *stored: bytes) -> list[str]:
    """A person's number, secret and handle, and the tags and routes of their posts, in every usual form."""
    forms = [str(ticket.person), ticket.person.hex, ticket.handle]
    for raw in (ticket.secret, *stored):
        forms += [raw.hex(), b64encode(raw).decode().rstrip("="), urlsafe_b64encode(raw).decode().rstrip("=")]
    return forms


@dataclass
class Role:
    """Who asks. `fresh` makes a token that may be ended by what is asked."""

    name: str
    host: str
    schema: str
    token: str
    fresh: Callable[[], str]


class _Carrying:
    """The application, with a token on every request: where input is to be wrong, the library leaves it out."""

    token = ""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        if self.token:
            environ["HTTP_AUTHORIZATION"] = f"Bearer {self.token}"
        return application(environ, start_response)


ENDING = {"sign_out", "answer_survey", "revoke_own_token"}


def run(role: Role, world: World, *, examples: int, number: int) -> Counter[int]:
    """Send so many requests to each operation. Returns how many there were of each status."""
    app = _Carrying()
    schema = schemathesis.openapi.from_wsgi(role.schema, app, headers={"Host": role.host})
    sent: Counter[int] = Counter()
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        sent += _run_operation(found.ok(), role, world, app, (examples, number))
    return sent


def _run_operation(
    operation: Any, role: Role, world: World, app: _Carrying, how: tuple[int, int]
) -> Counter[int]:
    examples, number = how
    name = operation.definition.raw.get("operationId", "")
    sent: Counter[int] = Counter()

    @seed(number)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=_cases(operation), luck=st.randoms(use_true_random=False))
    def ask(case: Any, luck: random.Random) -> None:
        _steer(case, world, luck)
        app.token = role.fresh() if name in ENDING else role.token
        response = case.call(base_url=f"http://{role.host}", headers={"Host": role.host})
        sent[response.status_code] += 1
        case.validate_response(response, checks=CHECKS)
        assert world.leaks(response.content) == [], f"{role.name} {case.method} {case.path}"

    ask()
    return sent


def _cases(operation: Any) -> Any:
    good = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    has_input = operation.body or operation.query or operation.path_parameters
    if not has_input:
        return good
    return st.one_of(good, good, operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))


def _steer(case: Any, world: World, luck: random.Random) -> None:
    for name in list(case.path_parameters or {}):
        if name in world.pool and luck.random() < 0.8:
            case.path_parameters[name] = luck.choice(world.pool[name])
    for container in (case.query, case.body):
        _steer_within(container, world, luck)


def _steer_within(value: Any, world: World, luck: random.Random) -> None:
    if isinstance(value, dict):
        for name, inner in list(value.items()):
            if name in world.pool and isinstance(inner, str) and luck.random() < 0.5:
                value[name] = luck.choice(world.pool[name])
            else:
                _steer_within(inner, world, luck)
    elif isinstance(value, list):
        for inner in value:
            _steer_within(inner, world, luck)
