"""
An invitation to 20,000 people through a real runner and a real SMTP connection, and the codes
that are asked for meanwhile.
"""

import os
import queue
import smtplib
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING
from uuid import UUID

from tests.bench.ground import Report, free_port

if TYPE_CHECKING:
    from privacy.vault.models import Mailing

PEOPLE = 20_000
_MINUTES = 60
_SECONDS_FOR_A_CODE = 10.0
_DATES = (datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 3, 20, 17, tzinfo=UTC))


def measure(report: Report, *, people: int = PEOPLE) -> None:
    from kernel.tenancy import tenant_context
    from tests.making import make_conversation, make_organisation

    organisation = make_organisation()
    with tenant_context(organisation.tenant):
        talk = make_conversation()
        _enrol(talk.pk, people, report)
        with _sink() as (port, lines), _runner(port):
            started = time.perf_counter()
            _invite(talk.pk)
            waits = _ask_for_codes(talk.pk, lines, people)
            seconds = time.perf_counter() - started
            wire = _wire(port, talk.pk) * people
    report.say(f"{people:,} invitations in {seconds:.0f} s: {people / seconds:.0f} letters per second")
    report.bound("M1", f"minutes for {people:,} invitations", ours=seconds / 60, unit="min", most=_MINUTES)
    report.say(f"{len(waits)} codes meanwhile: median {statistics.median(waits) * 1000:.0f} ms")
    report.bound("M2", "slowest code during the mailing", ours=max(waits), unit="s", most=_SECONDS_FOR_A_CODE)
    floor = _floor(talk.pk) * people
    report.at_most("G11", f"{people:,} letters / making them", floor=floor, ours=seconds, unit="s", most=3.5)
    report.at_most("G11", "the same / one connection alone", floor=wire, ours=seconds, unit="s", most=3.5)


def _enrol(conversation: UUID, people: int, report: Report) -> None:
    from privacy.vault import runner
    from privacy.vault.interface import vault

    started = time.perf_counter()
    roster = "\n".join(["email", *(_address(n) for n in range(people))]).encode()
    job = vault().enrol(conversation=conversation, roster=roster, areas=["everybody"])
    runner.run_waiting()
    assert vault().job(conversation=conversation, job=job).state == "done"
    report.say(f"{people:,} people enrolled in {time.perf_counter() - started:.0f} s")


def _invite(conversation: UUID) -> None:
    from privacy.vault.interface import vault

    opens_at, closes_at = _DATES
    vault().invite(conversation=conversation, key="opening", opens_at=opens_at, closes_at=closes_at)


def _ask_for_codes(conversation: UUID, lines: "queue.SimpleQueue[str]", people: int) -> list[float]:
    """Twice a second somebody asks for a code, until all invitations have arrived; the seconds each took."""
    from privacy.vault.interface import vault

    waits: list[float] = []
    asked: dict[str, float] = {}
    taken, next_asking = 0, 0.0
    while taken < people or asked:
        if time.perf_counter() >= next_asking and taken < people and not asked:
            address = _address(len(waits) + 1)
            asked[address] = time.perf_counter()
            next_asking = asked[address] + 0.5
            vault().send_code(conversation=conversation, address=address, browser="b")
        try:
            what, _blank, value = lines.get(timeout=0.05).partition(" ")
        except queue.Empty:
            continue
        if what == "code" and value in asked:
            waits.append(time.perf_counter() - asked.pop(value))
        elif what == "taken":
            taken = int(value)
    return waits


def _floor(conversation: UUID) -> float:
    """Seconds to render one mail and make its bytes, median of three rounds."""
    times = []
    for _round in range(3):
        started = time.perf_counter()
        for n in range(500):
            _mail(conversation, _address(n))
        times.append((time.perf_counter() - started) / 500)
    return statistics.median(times)


def _mail(conversation: UUID, address: str) -> bytes:
    from django.core.mail import EmailMessage

    from privacy.vault.wording import words_of

    mailing = _mailing(conversation)
    words = words_of(mailing, mailing.conversation)
    headers = {"Message-ID": "<a@b>", "Date": "Mon, 02 Mar 2026 09:00:00 +0000"}
    return EmailMessage(words.subject, words.text, to=[address], headers=headers).message().as_bytes()


@cache
def _mailing(conversation: UUID) -> "Mailing":
    from kernel.zones import inside_vault
    from privacy.vault.models import Mailing

    with inside_vault():
        return Mailing.objects.select_related("conversation").get(conversation_id=conversation)


def _wire(port: int, conversation: UUID) -> float:
    """Seconds to hand one such mail over by a kept connection, with no vault, claim or confirmation around it."""
    message = _mail(conversation, _address(0))
    with smtplib.SMTP("127.0.0.1", port) as line:
        for _warm in range(50):
            line.sendmail("from@people.example", [_address(0)], message)
        started = time.perf_counter()
        for _time in range(1_000):
            line.sendmail("from@people.example", [_address(0)], message)
        return (time.perf_counter() - started) / 1_000


def _address(n: int) -> str:
    return f"person-{n}@people.example"


@contextmanager
def _sink() -> "Iterator[tuple[int, queue.SimpleQueue[str]]]":
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.sink", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()

    def listen() -> None:
        for line in process.stdout or ():
            lines.put(line.strip())

    threading.Thread(target=listen, daemon=True).start()
    try:
        assert lines.get(timeout=20) == "ready"
        yield port, lines
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _runner(port: int) -> Iterator[None]:
    mail = {"EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend", "EMAIL_HOST": "127.0.0.1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "config.manage", "vault-run"],
        env={**os.environ, **mail, "EMAIL_PORT": str(port)},
        stdout=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait()
