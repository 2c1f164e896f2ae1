"""Web processes by the dozen: whatever one knows is in PostgreSQL, in Valkey or in the object store (decision 039)."""

import gc
import itertools
import re
import time
from collections.abc import Iterator
from uuid import UUID, uuid4

import httpx
import pytest

from conversations.models import Conversation, Idea
from kernel.remembered import Remembered
from kernel.tenancy import tenant_context
from tenants.models import Organisation
from tests.bench.ground import server
from tests.making import code_sent_to, enrol, make_conversation, new_address, stream_of

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_MOST_SECONDS = 30
# Under the digest of its content, so it can never be late.
_NEVER_LATE = 600


class Browser:
    """Asks one process and then the other, as behind a balancer that knows nobody."""

    def __init__(self, ports: list[int], host: str) -> None:
        self.ports = itertools.cycle(ports)
        self.client = httpx.Client(headers={"host": host}, trust_env=False, timeout=30)

    def get(self, path: str) -> httpx.Response:
        return self.client.get(f"http://127.0.0.1:{next(self.ports)}{path}")

    def post(self, path: str, token_from: str, **form: str) -> httpx.Response:
        token = _TOKEN.findall(self.get(token_from).text)[0]
        url = f"http://127.0.0.1:{next(self.ports)}{path}"
        return self.client.post(url, data={**form, "csrfmiddlewaretoken": token})


@pytest.fixture(scope="module")
def ports() -> Iterator[list[int]]:
    with server("config.wsgi:application") as one, server("config.wsgi:application") as other:
        yield [one, other]


@pytest.fixture
def talk(acme: Organisation) -> Conversation:
    with tenant_context(acme.tenant):
        return make_conversation()


def _enter(browser: Browser, acme: Organisation, talk: Conversation) -> None:
    address = new_address()
    with tenant_context(acme.tenant):
        enrol(talk, address)
    door = f"/{talk.slug}/sign-in/"
    assert browser.post(door, door, address=address).status_code == 302
    code = code_sent_to(address) or ""
    assert browser.post(f"{door}code/", f"{door}code/", code=code).status_code == 302


def _stream(acme: Organisation, talk: Conversation) -> UUID:
    with tenant_context(acme.tenant):
        return stream_of(talk).pk


def test_a_person_never_notices_which_process_answers(
    ports: list[int], acme: Organisation, talk: Conversation
) -> None:
    """R70, R72: signing in, writing, voting and leaving, each step at another process than the one before."""
    browser = Browser(ports, f"{acme.slug}.localhost")
    _enter(browser, acme, talk)
    page = f"/{talk.slug}/stream/{_stream(acme, talk)}/"

    form = str(uuid4())
    for _time in range(2):  # the second is the same form, at the other process
        written = browser.post(f"{page}write/", page, text="More daylight.", form=form)
        assert written.status_code == 302
    idea = written.headers["location"].split("/idea/")[1][:36]
    browser.post(f"/{talk.slug}/idea/{idea}/vote/", page, value="1")
    seen = [browser.get(page).text for _process in ports]

    with tenant_context(acme.tenant):
        assert Idea.objects.filter(stream__conversation=talk).count() == 1
    assert [text.count("take your like back") for text in seen] == [1, 1]
    browser.post(f"/{talk.slug}/sign-out/", page)
    assert [browser.get(page).status_code for _process in ports] == [302, 302]


def test_a_process_that_is_replaced_takes_nothing_with_it(acme: Organisation, talk: Conversation) -> None:
    """R72: a release in the middle of a visit."""
    with server("config.wsgi:application") as old:
        browser = Browser([old], f"{acme.slug}.localhost")
        _enter(browser, acme, talk)
    with server("config.wsgi:application") as new:
        browser.ports = itertools.cycle([new])
        assert browser.get(f"/{talk.slug}/mine/").status_code == 200


def test_what_a_process_remembers_is_late_by_half_a_minute_at_the_most() -> None:
    """R70: every memory there is, and none of what is somebody's own."""
    import config.urls.console
    import config.urls.organisation  # noqa: F401  (so that every module is there)

    kept = [one for one in gc.get_objects() if issubclass(type(one), Remembered)]

    assert len(kept) >= 4
    late = sorted(one._seconds for one in kept if one._seconds > _MOST_SECONDS)
    assert set(late) <= {_NEVER_LATE}


def test_where_nobody_is_known_a_change_shows_at_every_process_within_that_time(
    ports: list[int], acme: Organisation, talk: Conversation
) -> None:
    """R70: dates of a conversation are remembered for five seconds; every statement that writes asks for them."""
    browser = Browser(ports, f"{acme.slug}.localhost")
    path = f"/{talk.slug}/"
    assert {browser.get(path).status_code for _process in ports} == {200}
    with tenant_context(acme.tenant):
        Conversation.objects.filter(pk=talk.pk).update(name="Another name")

    ends = time.monotonic() + 8
    while time.monotonic() < ends and any("Another name" not in browser.get(path).text for _process in ports):
        time.sleep(0.25)
    assert all("Another name" in browser.get(path).text for _process in ports)
