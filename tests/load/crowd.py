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

from tests.load.towns import Seat, Town, take_seat_again

_CANARY = re.compile(rb"load-[a-z]{12}")
_NO_ANSWER = 599
_AT_ONCE = 400
_TIMEOUT = httpx.Timeout(35.0)
# Of a hundred requests.
_MIX = {"stream": 44, "idea": 22, "home": 10, "counts": 6, "vote": 12, "comment": 4, "post": 2}
_READS = {"stream", "idea", "home"}


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
    # The last vote of a seat on an idea, unless one after it got no answer.
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
        kind = self._random.choices(list(_MIX), list(_MIX.values()))[0]
        town = self._random.choice(self.towns)
        seat = self._random.choice(town.seats)
        idea = self._random.choice(town.ideas)
        method, path, form = self._request(kind, town, idea)
        if form is not None:
            form["csrfmiddlewaretoken"] = seat.token
        url = f"http://127.0.0.1:{next(self._next_port)}/{town.slug}/{path}"
        try:
            got = await client.request(method, url, headers=seat.headers(town.host), data=form)
        except httpx.TransportError:
            self._note(kind, due, _NO_ANSWER)
            self._forget_vote(kind, seat, idea)
            return
        self._note(kind, due, got.status_code)
        self._look_through(kind, town, got)
        if self._is_signed_out(got):
            self._forget_vote(kind, seat, idea)
            await self._seat_again(town, seat)
        else:
            self._keep(kind, town, seat, idea, form, got)

    def _request(self, kind: str, town: Town, idea: UUID) -> tuple[str, str, dict[str, Any] | None]:
        stream = self._random.choice(town.streams)
        if kind == "stream":
            sort = self._random.choice(["newest", "newest", "liked", "discussed"])
            return "GET", f"stream/{stream}/?sort={sort}", None
        if kind == "idea":
            return "GET", f"idea/{idea}/", None
        if kind == "home":
            return "GET", "", None
        if kind == "counts":
            return "GET", f"counts/?idea={idea}", None
        if kind == "vote":
            return "POST", f"idea/{idea}/vote/", {"value": str(self._random.choice([1, -1])), "place": "card"}
        text = f"{town.canary}: more daylight, please, and quieter rooms."
        path = f"idea/{idea}/comment/" if kind == "comment" else f"stream/{stream}/write/"
        return "POST", path, {"text": text, "form": str(uuid4())}

    def _note(self, kind: str, due: float, status: int) -> None:
        self.answers.append(Answer(kind, due, self.now() - due, status))

    def _look_through(self, kind: str, town: Town, got: httpx.Response) -> None:
        """Every body, and where an answer leads."""
        self.bodies += 1
        found = set(_CANARY.findall(got.content + got.headers.get("location", "").encode()))
        self.foreign += len(found - {town.canary.encode()})
        if kind in _READS and got.status_code == httpx.codes.OK:
            self.without_own += town.canary.encode() not in found

    def _is_signed_out(self, got: httpx.Response) -> bool:
        return got.status_code == httpx.codes.FORBIDDEN or got.headers.get("location", "").endswith(
            "/sign-in/"
        )

    async def _seat_again(self, town: Town, seat: Seat) -> None:
        before = seat.cookie
        self.seats_lost += 1
        try:
            await asyncio.to_thread(take_seat_again, town, seat)
        except Exception:  # noqa: BLE001  (the store is still away: the next request of this seat tries again)
            seat.cookie = before

    def _keep(
        self, kind: str, town: Town, seat: Seat, idea: UUID, form: dict[str, Any] | None, got: httpx.Response
    ) -> None:
        leads = got.headers.get("location", "")
        is_posted = got.status_code == httpx.codes.FOUND and "posted=1" in leads
        if kind == "post" and is_posted:
            self.kept.ideas.setdefault(town.schema, []).append(UUID(leads.split("/idea/")[1][:36]))
        elif kind == "comment" and is_posted:
            self.kept.comments.setdefault(town.schema, []).append(UUID(leads.partition("#comment-")[2]))
        elif kind == "vote":
            if got.status_code == httpx.codes.FOUND and form is not None:
                self.kept.votes[town.schema, seat.person.secret, idea] = int(form["value"])
            else:
                self._forget_vote(kind, seat, idea)

    def _forget_vote(self, kind: str, seat: Seat, idea: UUID) -> None:
        """Nobody was told whether it counted."""
        if kind == "vote":
            for town in self.towns:
                self.kept.votes.pop((town.schema, seat.person.secret, idea), None)


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
