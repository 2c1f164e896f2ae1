"""`make load`: build, warm up, sign in, use under faults, and say what was held."""

import asyncio
import os
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import httpx

from config.embedded.services import CONVERSATION_DATABASE, Services
from tests.bench.ground import ground, server
from tests.load import processes, towns
from tests.load.crowd import Answer, Crowd, closed_loop
from tests.load.plan import Plan
from tests.load.processes import Processes
from tests.load.towns import Town

_WINDOW_SECONDS = 30
_MOST_FAILED = 0.001
_SHARE_OF_RATE = 0.5


@dataclass
class Fault:
    """A server that was stopped and started again under load, in seconds of the run."""

    what: str
    stopped: float
    back: float

    def covers(self, answer: Answer) -> bool:
        """Due while it was away or within the seconds in which everything has to be well again."""
        ends = answer.due + answer.seconds
        return ends >= self.stopped and answer.due <= self.back + _WINDOW_SECONDS

    def window(self, answers: list[Answer]) -> float:
        """Seconds from the first to the last failure around it."""
        failed = [answer.due for answer in answers if answer.has_failed and self.covers(answer)]
        return max(failed) - min(failed) if failed else 0.0


@dataclass
class Verdict:
    """What must hold; prints each as it is known."""

    broken: list[str] = field(default_factory=list)

    def say(self, line: str) -> None:
        sys.stdout.write(f"  {line}\n")
        sys.stdout.flush()

    def must(self, holds: bool, line: str) -> None:
        self.say(f"{'holds ' if holds else 'BROKEN'} {line}")
        if not holds:
            self.broken.append(line)


def main() -> int:
    plan, verdict = Plan.from_environment(), Verdict()
    # A server ends with the thread that started it, so that thread stays until the end.
    with ThreadPoolExecutor(1) as starter, ground() as servers:
        built = towns.build(plan, verdict.say)
        floor = _one_query(servers, built[0], seconds=min(4, plan.seconds / 5))
        with processes.running() as product:
            crowd = Crowd(product.ports, built)
            held = asyncio.run(crowd.as_fast_as_it_goes(seconds=min(10, plan.seconds / 4)))
            crowd.answers.clear()
            rate = plan.rate or max(1, int(held * _SHARE_OF_RATE))
            verdict.say(f"the one-query view: {floor:.0f} a second by the same driver")
            verdict.say(
                f"mixed use: {held:.0f} a second at most, {held / floor:.2f} of that; asked now: {rate} a second"
            )
            _sign_in(plan, product, built[0], verdict)
            faults, memory = _Faults(servers, starter, product, plan.seconds), _Memory(product, plan.seconds)
            asyncio.run(crowd.run(seconds=plan.seconds, rate=rate, beside=_both(faults, memory, crowd)))
            memory.take()
            _judge(plan, crowd, faults.seen, verdict)
            _judge_memory(plan, product, memory, verdict)
            _judge_posts(crowd, verdict)
    verdict.say("Everything held." if not verdict.broken else f"{len(verdict.broken)} did not hold.")
    return 1 if verdict.broken else 0


def _one_query(servers: Services, town: Town, *, seconds: float) -> float:
    """Requests a second of a view with one indexed query, asked by the same driver in the same way."""
    url = servers.conversation.url("owner", CONVERSATION_DATABASE)
    place = {"FLOOR_DATABASE_URL": url, "FLOOR_SCHEMA": town.schema}
    view = "tests.bench.floor:application"
    with server(view, **place) as one, server(view, **place) as other:
        ports = [one, other]

        async def ask(client: httpx.AsyncClient) -> None:
            ports.reverse()
            (await client.get(f"http://127.0.0.1:{ports[0]}/{town.ideas[0]}/")).raise_for_status()

        return asyncio.run(closed_loop(ask, seconds, 8, lambda: httpx.AsyncClient(trust_env=False)))


def _sign_in(plan: Plan, product: Processes, town: Town, verdict: Verdict) -> None:
    """A burst at the opening hour: eight at a time, through pages, codes and the vault's runner."""
    from tests.bench.logins import Outbox, enter

    people, sent = town.addresses[: plan.sign_ins], Outbox()
    started = time.perf_counter()
    with ThreadPoolExecutor(8) as crowd:
        ports = product.ports
        entered = sum(
            crowd.map(
                lambda numbered: enter(ports[numbered[0] % 2], town, numbered[1], sent), enumerate(people)
            )
        )
    seconds = time.perf_counter() - started
    verdict.must(
        entered == len(people), f"{entered} of {len(people)} signed in, {60 * entered / seconds:.0f} a minute"
    )


@dataclass
class _Faults:
    """After a third PostgreSQL starts anew, after two thirds Valkey; a process that ends on the way is started again."""

    servers: Services
    starter: ThreadPoolExecutor
    product: Processes
    seconds: float
    seen: list[Fault] = field(default_factory=list)

    async def happen(self, crowd: Crowd) -> None:
        due = {"PostgreSQL": self.seconds / 3, "Valkey": self.seconds * 2 / 3}
        while crowd.now() < self.seconds:
            await asyncio.sleep(0.25)
            self.product.look_after()
            for what in [name for name, moment in due.items() if crowd.now() >= moment]:
                del due[what]
                stopped = crowd.now()
                await asyncio.get_running_loop().run_in_executor(self.starter, self._restart, what)
                self.seen.append(Fault(what, stopped, crowd.now()))

    def _restart(self, what: str) -> None:
        restarted = self.servers.conversation if what == "PostgreSQL" else self.servers.valkey
        restarted.stop()
        restarted.start()


@dataclass
class _Memory:
    """
    What each process holds at the start, at the thirds and at the end. A process is warm after the first
    third: it has done each kind of work. From there on it has to stay as it is.
    """

    product: Processes
    seconds: float
    taken: list[dict[str, float]] = field(default_factory=list)

    def take(self) -> None:
        self.taken.append(self.product.mebibytes())

    async def watch(self, crowd: Crowd) -> None:
        for moment in (0.0, self.seconds / 3, self.seconds * 2 / 3):
            await asyncio.sleep(max(0.0, moment - crowd.now()))
            await asyncio.get_running_loop().run_in_executor(None, self.take)


async def _both(faults: _Faults, memory: _Memory, crowd: Crowd) -> None:
    await asyncio.gather(faults.happen(crowd), memory.watch(crowd))


def _judge(plan: Plan, crowd: Crowd, faults: list[Fault], verdict: Verdict) -> None:
    answers = crowd.answers
    calm = [answer for answer in answers if not any(fault.covers(answer) for fault in faults)] or answers
    failed = sum(answer.has_failed for answer in calm) / len(calm)
    p95 = _p95([answer.seconds for answer in calm])
    verdict.say(
        f"{len(answers):,} requests in {plan.seconds} s, {len(calm):,} of them away from the faults;"
        f" p95 over all {_p95([answer.seconds for answer in answers]):.0f} ms"
    )
    for kind in sorted({answer.kind for answer in calm}):
        times = [answer.seconds for answer in calm if answer.kind == kind]
        verdict.say(
            f"  {kind:<12} {len(times):>7,}   median {statistics.median(times) * 1000:>6.0f} ms   p95 {_p95(times):>6.0f} ms"
        )
    verdict.must(p95 <= plan.p95_ms, f"p95 {p95:.0f} ms (at most {plan.p95_ms})")
    verdict.must(failed <= _MOST_FAILED, f"failed away from the faults: {failed:.3%} (at most 0.1%)")
    for fault in faults:
        window = fault.window(answers)
        verdict.must(
            window <= _WINDOW_SECONDS,
            f"{fault.what} away for {fault.back - fault.stopped:.1f} s, failures within {window:.1f} s (at most 30)",
        )
    verdict.must(len(faults) == 2, "both servers were started anew")
    verdict.must(crowd.foreign == 0, f"{crowd.foreign} foreign canaries in {crowd.bodies:,} bodies")
    verdict.must(crowd.without_own == 0, f"{crowd.without_own} pages without their own canary")
    verdict.say(f"{crowd.seats_lost} sessions were lost with the session store and begun anew")


def _judge_memory(plan: Plan, product: Processes, memory: _Memory, verdict: Verdict) -> None:
    for name in memory.taken[0]:
        if name in product.restarts:
            verdict.say(f"{name} ended and was started again {product.restarts[name]} times")
            continue
        held = [moment.get(name, 0.0) for moment in memory.taken]
        warm, end = held[1], held[-1]
        verdict.must(
            end - warm <= max(plan.mib, warm / 4),
            f"{name}: {', '.join(f'{each:.0f}' for each in held)} MiB at the start, the thirds and the end",
        )


def _judge_posts(crowd: Crowd, verdict: Verdict) -> None:
    """Whatever was acknowledged is there, whatever was restarted meanwhile."""
    from django.db import connections

    from conversations.models import Comment, Idea, Vote
    from kernel.tenancy import Tenant, tenant_context
    from privacy import anonymity

    connections.close_all()
    kept, lost, votes_lost = crowd.kept, 0, 0
    for town in crowd.towns:
        with tenant_context(Tenant(schema_name=town.schema, organisation=town.organisation)):
            ideas, comments = kept.ideas.get(town.schema, []), kept.comments.get(town.schema, [])
            lost += len(ideas) - Idea.objects.filter(pk__in=ideas).count()
            lost += len(comments) - Comment.objects.filter(pk__in=comments).count()
            for (schema, secret, idea), value in kept.votes.items():
                if schema == town.schema:
                    tag = anonymity.voter_tag(secret, idea)
                    votes_lost += not Vote.objects.filter(idea_id=idea, voter_tag=tag, value=value).exists()
    posts = sum(len(each) for found in (kept.ideas, kept.comments) for each in found.values())
    verdict.must(lost == 0, f"{lost} of {posts:,} acknowledged posts lost")
    verdict.must(votes_lost == 0, f"{votes_lost} of {len(kept.votes):,} acknowledged votes lost or changed")
    verdict.must(posts > 0, "something was posted")


def _p95(seconds: list[float]) -> float:
    return 1000 * (statistics.quantiles(seconds, n=20)[-1] if len(seconds) > 1 else sum(seconds))


if __name__ == "__main__":
    os.environ.setdefault("LOG_LEVEL", "CRITICAL")
    sys.exit(main())
