"""A burst of sign-ins: 2,000 people at the opening hour, through the site, with the vault's runner sending."""

import json
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

import httpx

from tests.bench.discussion import Discussion
from tests.bench.ground import Report, server
from tests.making import enrol, new_address

_PEOPLE = 2_000
_AT_ONCE = 8
_WANTED_SECONDS = 600
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_CODE = re.compile(r"\b\d{8}\b")


def measure(discussion: Discussion, report: Report) -> None:
    from conversations.models import Conversation
    from kernel.tenancy import control_plane, tenant_context
    from privacy.vault import runner
    from tenants.models import Organisation

    with control_plane():
        organisation = Organisation.objects.get(schema_name=discussion.schema)
    with tenant_context(organisation.tenant):
        people = [new_address() for _n in range(_PEOPLE)]
        enrol(Conversation.objects.get(pk=discussion.conversation), *people)
    sent = Outbox()
    stopped = threading.Event()
    working = threading.Thread(target=runner.run_until, args=(stopped,))
    working.start()
    try:
        with server("config.wsgi:application") as port, ThreadPoolExecutor(_AT_ONCE) as crowd:
            started = time.perf_counter()
            entered = sum(crowd.map(lambda address: enter(port, discussion, address, sent), people))
            seconds = time.perf_counter() - started
    finally:
        stopped.set()
        working.join()
    report.say(f"{entered:,} of {_PEOPLE:,} people signed in, {_AT_ONCE} at a time")
    report.bound("R03", "2,000 sign-ins through the site", ours=seconds, unit="s", most=_WANTED_SECONDS)
    report.bound("R03", "people who did not get in", ours=_PEOPLE - entered, unit="people", most=0)


class Outbox:
    """Codes by address, read from the outbox as they arrive; each file once."""

    def __init__(self) -> None:
        self._codes: dict[str, str] = {}
        self._seen: set[str] = set()
        self._lock = threading.Lock()

    def code_for(self, address: str) -> str:
        for _try in range(1200):
            with self._lock:
                self._read()
                if address in self._codes:
                    return self._codes[address]
            time.sleep(0.05)
        return ""

    def _read(self) -> None:
        from django.conf import settings

        for path in Path(settings.OUTBOX_DIR).glob("*.json"):
            if path.name not in self._seen:
                self._seen.add(path.name)
                letter = json.loads(path.read_text())
                code = _CODE.search(letter["text"])
                if code:
                    self._codes[letter["to"]] = code[0]


class Place(Protocol):
    """Where somebody signs in."""

    @property
    def host(self) -> str: ...

    @property
    def slug(self) -> str: ...


def enter(port: int, discussion: Place, address: str, sent: Outbox) -> int:
    """1 when this person stands inside at the end, with three pages and two forms on the way."""
    with httpx.Client(
        base_url=f"http://127.0.0.1:{port}", headers={"host": discussion.host}, trust_env=False, timeout=60
    ) as browser:
        door = browser.get(f"/{discussion.slug}/sign-in/").text
        form = {"csrfmiddlewaretoken": _TOKEN.findall(door)[0], "address": address}
        browser.post(f"/{discussion.slug}/sign-in/", data=form)
        page = browser.get(f"/{discussion.slug}/sign-in/code/").text
        form = {"csrfmiddlewaretoken": _TOKEN.findall(page)[0], "code": sent.code_for(address)}
        answer = browser.post(f"/{discussion.slug}/sign-in/code/", data=form)
        return int(answer.status_code == httpx.codes.FOUND)
