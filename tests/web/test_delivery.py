"""How pages and files reach a browser: how much they weigh, and what is kept of them where."""

import gzip
import json
import re
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from conversations.models import Conversation
from kernel.tenancy import tenant_context
from tenants.models import Organisation, Role
from tests.making import client_of, make_conversation, make_idea, make_people, signed_in_client, stream_of
from tests.staffing import desk_of, make_staff

_KIB = 1024
# Compressed, as they travel. The first visit gets all of it, every later page its HTML alone.
_BUDGETS = {"html": 8, "css": 12, "scripts": 22, "font": 34, "everything": 75}
_STATIC = re.compile(r'(?:href|src)="(/static/[^"#]+)')
_FOR_EVER = "max-age=315360000, public, immutable"
# Colours and logo of an organisation, and what describes the interfaces: the same for everybody.
_MAY_BE_KEPT = {"theme", "logo"}


@pytest.fixture
def talk(acme: Organisation) -> Conversation:
    with tenant_context(acme.tenant):
        made = make_conversation()
        for person in make_people(made, 20):
            make_idea(made, person, f"Rooms {uuid4()} should be quieter and have more daylight. " * 3)
        return made


@pytest.fixture
def browser(acme: Organisation, talk: Conversation) -> Client:
    return signed_in_client(acme, talk)


def _stream_page(acme: Organisation, talk: Conversation, browser: Client) -> str:
    with tenant_context(acme.tenant):
        stream = stream_of(talk).pk
    page = browser.get(f"/{talk.slug}/stream/{stream}/").content.decode()
    assert page.count('<article class="card"') == 20
    return page


def _weight(address: str) -> float:
    """KiB of a static file as it travels: compressed where the build compressed it."""
    file = Path(settings.STATIC_ROOT) / address.removeprefix("/static/")
    packed = file.with_name(f"{file.name}.gz")
    return (packed if packed.exists() else file).stat().st_size / _KIB


def test_the_stream_page_keeps_to_its_budget(acme: Organisation, talk: Conversation, browser: Client) -> None:
    """R72: 20 ideas, with everything that a first visit loads."""
    page = _stream_page(acme, talk, browser)
    files = set(_STATIC.findall(page))
    css = len(gzip.compress(browser.get("/theme.css").content)) / _KIB
    found = {
        "html": len(gzip.compress(page.encode(), 6)) / _KIB,
        "css": css + sum(_weight(file) for file in files if file.endswith(".css")),
        "scripts": sum(_weight(file) for file in files if file.endswith(".js")),
        "font": sum(_weight(file) for file in files if file.endswith(".woff2")),
    }
    icons = sum(_weight(file) for file in files if file.endswith(".svg"))
    found["everything"] = sum(found.values()) + icons

    assert {name: round(size, 1) for name, size in found.items() if size > _BUDGETS[name]} == {}
    assert all(size > 0 for size in found.values())


def test_every_file_a_page_names_is_hashed_compressed_and_kept_for_ever(
    acme: Organisation, talk: Conversation, browser: Client
) -> None:
    """R72: a new release has new names, so nothing old is ever shown."""
    for address in sorted(set(_STATIC.findall(_stream_page(acme, talk, browser)))):
        answer = browser.get(address, headers={"accept-encoding": "gzip"})
        assert answer.status_code == 200, address
        assert re.search(r"\.[0-9a-f]{12}\.", address), address
        assert answer["Cache-Control"] == _FOR_EVER, address
        if address.endswith((".css", ".js")):
            assert answer["Content-Encoding"] == "gzip", address
            assert b"".join(answer)[:2] == b"\x1f\x8b"


def test_what_was_built_holds_no_file_without_a_hash_that_a_page_could_ask_for() -> None:
    manifest = json.loads((Path(settings.STATIC_ROOT) / "staticfiles.json").read_text())

    assert manifest["paths"]
    assert all(re.search(r"\.[0-9a-f]{12}(\.|$)", hashed) for hashed in manifest["paths"].values())


def _patterns(found: list[URLPattern | URLResolver], before: str = "") -> list[tuple[str, str]]:
    flat = []
    for pattern in found:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            flat += _patterns(pattern.url_patterns, route)
        else:
            flat.append((route, pattern.name or ""))
    return flat


def _addresses(urlconf: str, **ids: object) -> list[str]:
    """Every address of a site that is not free to be kept, the way out last."""

    def fill(match: re.Match[str]) -> str:
        kind, name = match[1] or "str", match[2]
        return str(ids.get(name, {"uuid": uuid4(), "int": 1}.get(kind, "rules")))

    found = [
        "/" + re.sub(r"<(?:(\w+):)?(\w+)>", fill, route)
        for route, name in _patterns(get_resolver(urlconf).url_patterns)
        if name not in _MAY_BE_KEPT and not route.endswith("/schema/") and not route.startswith("^")
    ]
    return sorted(found, key=lambda address: "sign-out" in address)


def test_no_page_of_a_site_is_kept_by_a_browser_or_a_proxy(
    acme: Organisation, talk: Conversation, browser: Client
) -> None:
    """Every address there is, for somebody who is signed in, for a stranger, read and written: no-store."""
    with tenant_context(acme.tenant):
        stream = stream_of(talk).pk
    addresses = _addresses("config.urls.organisation", slug=talk.slug, stream=stream, language="cy")

    for client in (browser, client_of(acme)):
        for address in addresses:
            for answer in (client.get(address), client.post(address)):
                assert "no-store" in answer["Cache-Control"], address


def test_no_page_of_the_console_is_kept_either(acme: Organisation, talk: Conversation) -> None:
    roles = [role for role in Role if role is not Role.OPERATOR]
    desk = desk_of(make_staff(*roles, organisation=acme))

    for address in _addresses("config.urls.console", organisation=acme.pk, project=talk.pk):
        assert "no-store" in desk.get(address)["Cache-Control"], address


def test_pages_that_are_refused_are_not_kept_either(acme: Organisation) -> None:
    for client in (client_of(acme), Client(headers={"host": "nobody.localhost"})):
        assert "no-store" in client.get("/nowhere/at/all/")["Cache-Control"]
