"""
The crowd: asks at a given rate whatever the answers take, and looks through every one of them.

A request's time counts from the moment at which it was due, so that a server that stalls is not spared.
"""

import asyncio
import itertools
import random
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx

from kernel.errors import DomainError
from tests.load.towns import Seat, Town, take_seat_again

_CANARY = re.compile(rb"load-[a-z]{12}")
_NO_ANSWER = 599
_AT_ONCE = 400
_TIMEOUT = httpx.Timeout(35.0)
# Of a hundred requests.
_MIX = {"stream": 44, "idea": 22, "home": 10, "counts": 6, "vote": 12, "comment": 4, "post": 2}
_PAGES = {"stream", "idea", "home"}
_SORTS = ["newest", "newest", "liked", "discussed"]


@dataclass(frozen=True, slots=True)
class Answer:
    """`due` and `seconds` by the clock of the run. Status 599 is no answer at all."""

    kind: str
    due: float
    seconds: float
    status: int

    @property
    def has_failed(self) -> bool:
        return self.status >= httpx.codes.INTERNAL_SERVER_ERROR


@dataclass
class Kept:
    """What was acknowledged, to be found in the database afterwards."""

    ideas: dict[str, list[UUID]] = field(default_factory=dict)
    comments: dict[str, list[UUID]] = field(default_factory=dict)
    # The last vote of somebody on an idea, unless one after it got no answer: by schema, secret and idea.
    votes: dict[tuple[str, bytes, UUID], int] = field(default_factory=dict)


@dataclass
class Crowd:
    ports: list[int]
    towns: list[Town]
    answers: list[Answer] = field(default_factory=list)
    kept: Kept = field(default_factory=Kept)
    bodies: int = 0
    foreign: int = 0
    without_own: int = 0
    seats_lost: int = 0
    _voting: set[tuple[str, bytes, UUID]] = field(default_factory=set)
    _random: random.Random = field(default_factory=lambda: random.Random(7))
    _next_port: "itertools.cycle[int]" = field(init=False)
    _started: float = 0.0

    def __post_init__(self) -> None:
        self._next_port = itertools.cycle(self.ports)

    def now(self) -> float:
        return time.perf_counter() - self._started

    async def run(self, *, seconds: float, rate: float, beside: Awaitable[None] | None = None) -> None:
        """Ask at this rate for so long; `beside` goes on meanwhile."""
        self._started = time.perf_counter()
        faults = asyncio.ensure_future(beside) if beside else None
        async with self._client() as client:
            waiting: set[asyncio.Task[None]] = set()
            for n in range(int(seconds * rate)):
                due = n / rate
                await asyncio.sleep(max(0.0, due - self.now()))
                if len(waiting) >= _AT_ONCE:
                    self.answers.append(Answer("turned away", due, 0.0, _NO_ANSWER))
                    continue
                task = asyncio.ensure_future(self._ask(client, due))
                waiting.add(task)
                task.add_done_callback(waiting.discard)
            await asyncio.gather(*waiting)
        if faults:
            await faults

    async def as_fast_as_it_goes(self, *, seconds: float, lines: int = 8) -> float:
        """Requests a second when each of some lines asks again at once. Nothing of it is kept as an answer."""
        return await closed_loop(lambda client: self._ask(client, self.now()), seconds, lines, self._client)

    def _client(self) -> httpx.AsyncClient:
        limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
        return httpx.AsyncClient(trust_env=False, timeout=_TIMEOUT, limits=limits)

    async def _ask(self, client: httpx.AsyncClient, due: float) -> None:
        town = self._random.choice(self.towns)
        asking = _Asking(
            kind=self._random.choices(list(_MIX), list(_MIX.values()))[0],
            town=town,
            seat=self._random.choice(town.seats),
            idea=self._random.choice(town.ideas),
        )
        # Of two votes of one person under way at once nobody knows which counts last.
        if asking.kind == "vote" and asking.vote in self._voting:
            asking.kind = "idea"
        if asking.kind != "vote":
            await self._send(client, asking, due)
            return
        self._voting.add(asking.vote)
        try:
            await self._send(client, asking, due)
        finally:
            self._voting.discard(asking.vote)

    async def _send(self, client: httpx.AsyncClient, asking: "_Asking", due: float) -> None:
        town, seat = asking.town, asking.seat
        method, path, form = self._request(asking)
        url = f"http://127.0.0.1:{next(self._next_port)}/{town.slug}/{path}"
        if asking.kind == "vote":
            self.kept.votes.pop(asking.vote, None)
        try:
            got = await client.request(method, url, headers=seat.headers(town.host), data=form)
        except httpx.TransportError:
            self._note(asking, due, _NO_ANSWER)
            return
        self._note(asking, due, got.status_code)
        self._look_through(asking, got)
        if _is_signed_out(got):
            await self._seat_again(town, seat)
        else:
            self._keep(asking, form or {}, got)

    def _request(self, asking: "_Asking") -> tuple[str, str, dict[str, Any] | None]:
        kind, idea, stream = asking.kind, asking.idea, self._random.choice(asking.town.streams)
        reads = {
            "stream": f"stream/{stream}/?sort={self._random.choice(_SORTS)}",
            "idea": f"idea/{idea}/",
            "home": "",
            "counts": f"counts/?idea={idea}",
        }
        if kind in reads:
            return "GET", reads[kind], None
        form: dict[str, Any] = {"csrfmiddlewaretoken": asking.seat.token}
        if kind == "vote":
            form |= {"value": str(self._random.choice([1, -1])), "place": "card"}
            return "POST", f"idea/{idea}/vote/", form
        form |= {
            "text": f"{asking.town.canary}: more daylight, please, and quieter rooms.",
            "form": str(uuid4()),
        }
        return "POST", f"idea/{idea}/comment/" if kind == "comment" else f"stream/{stream}/write/", form

    def _note(self, asking: "_Asking", due: float, status: int) -> None:
        self.answers.append(Answer(asking.kind, due, self.now() - due, status))

    def _look_through(self, asking: "_Asking", got: httpx.Response) -> None:
        """Every body, and where an answer leads."""
        own = asking.town.canary.encode()
        found = set(_CANARY.findall(got.content + got.headers.get("location", "").encode()))
        self.bodies += 1
        self.foreign += len(found - {own})
        if asking.kind in _PAGES and got.status_code == httpx.codes.OK:
            self.without_own += own not in found

    async def _seat_again(self, town: Town, seat: Seat) -> None:
        self.seats_lost += 1
        try:
            await asyncio.to_thread(take_seat_again, town, seat)
        except DomainError:
            return  # the store is still away: the next request of this seat tries again

    def _keep(self, asking: "_Asking", form: dict[str, Any], got: httpx.Response) -> None:
        if got.status_code != httpx.codes.FOUND:
            return
        leads, schema = got.headers["location"], asking.town.schema
        if asking.kind == "vote":
            self.kept.votes[asking.vote] = int(form["value"])
        elif asking.kind == "post" and "posted=1" in leads:
            self.kept.ideas.setdefault(schema, []).append(UUID(leads.split("/idea/")[1][:36]))
        elif asking.kind == "comment" and "posted=1" in leads:
            self.kept.comments.setdefault(schema, []).append(UUID(leads.partition("#comment-")[2]))


@dataclass
class _Asking:
    """One request: what is wanted, where, by whom, about which idea."""

    kind: str
    town: Town
    seat: Seat
    idea: UUID

    @property
    def vote(self) -> tuple[str, bytes, UUID]:
        return self.town.schema, self.seat.person.secret, self.idea


def _is_signed_out(got: httpx.Response) -> bool:
    return got.status_code == httpx.codes.FORBIDDEN or got.headers.get("location", "").endswith("/sign-in/")


async def closed_loop(
    ask: Callable[[httpx.AsyncClient], Awaitable[object]],
    seconds: float,
    lines: int,
    client_of: Callable[[], httpx.AsyncClient],
) -> float:
    """How often `ask` is answered in a second when so many lines ask again and again."""
    ends = time.perf_counter() + seconds
    asked = 0

    async with client_of() as client:

        async def line() -> None:
            nonlocal asked
            while time.perf_counter() < ends:
                await ask(client)
                asked += 1

        await asyncio.gather(*(line() for _ in range(lines)))
    return asked / seconds
