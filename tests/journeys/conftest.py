"""
The whole product in the topology of compose.yaml, process by process, and a real browser before it.

The web tier has no vault there: every journey passes through the vault's own service.
"""

import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import redis
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests import pseudo
from tests.topology import Topology, make_folder

PHONE, DESKTOP = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
_FLAGS += ["--disable-sync", "--no-first-run", "--disable-quic"]
_WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
_CODE = re.compile(r"\b\d{8}\b")


@dataclass(frozen=True)
class Product:
    """A running demonstration. `outbox` is where its messages arrive."""

    port: int
    folder: Path

    def address(self, site: str = "demo-hospital", path: str = "/") -> str:
        host = f"{site}.localhost" if site else "localhost"
        return f"http://{host}:{self.port}{path}"

    def codes(self) -> list[str]:
        page = httpx.get(
            f"http://127.0.0.1:{self.port}/outbox/", headers={"host": "localhost"}, trust_env=False
        )
        return _CODE.findall(page.text)

    def letter_with(self, code: str) -> str:
        """The whole text of the message that carries a code."""
        return next(
            str(letter["text"])
            for path in (self.folder / "outbox").glob("*.json")
            if code in (letter := json.loads(path.read_text()))["text"]
        )

    def manage(self, *arguments: str) -> str:
        """A command against the running product, as an operator gives it; returns what it printed."""
        known = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
        done = subprocess.run(
            [sys.executable, "-m", "config.manage", *arguments],
            env={**known, "LOCAL_DIR": str(self.folder), "BASE_DOMAIN": f"localhost:{self.port}"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    def in_hospital(self, code: str) -> str:
        """Run lines inside the demonstration's hospital: for what the console will do."""
        lines = [
            "from kernel.tenancy import tenant_context",
            "from tenants import queries",
            "with tenant_context(queries.organisation('demo-hospital').tenant):",
            *(f"    {line}" for line in code.strip().splitlines()),
        ]
        return self.manage("shell", "--no-imports", "-c", "\n".join(lines))

    def next_code(self, known: list[str]) -> str:
        """The code that was not there before; the runner needs a moment to send it."""
        for _try in range(400):
            fresh = [code for code in self.codes() if code not in known]
            if fresh:
                return fresh[0]
            time.sleep(0.05)
        raise AssertionError("No code arrived within 20 seconds.")


def start_product(folder: Path, port: int, *arguments: str, **more: str) -> subprocess.Popen[str]:
    """`manage serve` as a newcomer runs it: nothing configured, everything embedded."""
    known = {
        name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "PYTHONPATH"}
    }
    return subprocess.Popen(
        [sys.executable, "-m", "config.manage", "serve", "--port", str(port), *arguments],
        env={**known, "LOCAL_DIR": str(folder), "POLIS_EXPORTS": "/nowhere", **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def wait_until_ready(process: subprocess.Popen[str], port: int) -> str:
    """Read what the supervisor prints until it is ready and the site answers; returns what it printed."""
    printed = ""
    for line in process.stdout or ():
        printed += line
        if "Ready after" in line:
            break
    for _try in range(200):
        try:
            if httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False).status_code == 200:
                return printed
        except httpx.HTTPError:
            pass
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise AssertionError(f"The product did not start:\n{printed}")


def stop_product(process: subprocess.Popen[str]) -> str:
    process.send_signal(signal.SIGINT)
    printed, _nothing = process.communicate(timeout=60)
    return printed


@pytest.fixture(scope="session")
def topology() -> Iterator[Topology]:
    folder = make_folder()
    pseudo.write_catalogues(folder / "catalogues")
    languages = {"LANGUAGES": "en,cy,eo,ar", "CATALOGUES_DIR": str(folder / "catalogues")}
    started = Topology(folder, settings=languages)
    try:
        started.start()
        yield started
    finally:
        started.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def product(topology: Topology) -> Product:
    return Product(port=topology.port, folder=topology.folder)


@pytest.fixture(autouse=True)
def _nobody_asked_yet(request: pytest.FixtureRequest) -> None:
    """The dozen people of the demonstration ask for more codes in a run than anybody may in ten minutes."""
    if "topology" not in request.fixturenames:
        return
    folder = request.getfixturevalue("topology").folder
    with redis.Redis.from_url(
        json.loads((folder / "services.json").read_text())["VAULT_VALKEY_URL"]
    ) as vault:
        for name in vault.scan_iter("vault:*:asked:*"):
            vault.delete(name)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """
    One browser for all journeys. It ends with the last of them, because while it lives its event loop
    runs in this thread, and Django refuses every query there: the tests that come after would fail.
    """
    found = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))),
        None,
    )
    assert found, (
        "Chromium is needed for the journeys: `make test` installs it on Debian, elsewhere install it yourself."
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=_FLAGS)
        yield browser
        browser.close()


@dataclass
class Visitor:
    """Somebody with a browser at the product."""

    page: Page
    product: Product

    def go(self, path: str, site: str = "demo-hospital") -> None:
        self.page.goto(self.product.address(site, path))

    def sign_in(self, address: str = "robin@demo.example", site: str = "demo-hospital") -> None:
        """By keyboard and eyes only, as a person does it."""
        known = self.product.codes()
        self.go("/workplace/sign-in/", site)
        self.page.get_by_label("Your e-mail address or mobile number").fill(address)
        self.page.get_by_role("button", name="Send me a code").click()
        self.page.get_by_label("Eight-digit code").fill(self.product.next_code(known))
        self.page.get_by_role("main").get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(re.compile(r"/(workplace|survey)/$"))
        if self.page.url.endswith("/survey/"):
            self.page.get_by_role("button", name="Leave out all questions").click()
            self.page.wait_for_url("**/workplace/")

    def ask_and_type(self, address: str, slug: str) -> None:
        """Through the door of any conversation of the hospital, and no further."""
        known = self.product.codes()
        self.go(f"/{slug}/sign-in/")
        self.page.get_by_label("Your e-mail address or mobile number").fill(address)
        self.page.get_by_role("button", name="Send me a code").click()
        self.page.get_by_label("Eight-digit code").fill(self.product.next_code(known))
        self.page.get_by_role("main").get_by_role("button", name="Sign in").click()

    def must_be_accessible(self) -> None:
        """No violation of WCAG 2.2 AA that a machine can find, and nothing wider than the screen (R16)."""
        found = Axe().run(self.page, options=_WCAG).response["violations"]
        told = [f"{rule['id']}: {node['target']}" for rule in found for node in rule["nodes"]]
        assert told == [], f"{self.page.url}: {', '.join(told)}"
        width = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert width <= 0, f"{self.page.url} is {width} pixels wider than the screen"


@pytest.fixture
def contexts(chromium: Browser) -> Iterator[list[BrowserContext]]:
    opened: list[BrowserContext] = []
    yield opened
    for context in opened:
        context.close()


@pytest.fixture(params=["phone", "desktop"])
def size(request: pytest.FixtureRequest) -> dict[str, int]:
    return PHONE if request.param == "phone" else DESKTOP


@pytest.fixture
def visitor(
    product: Product, chromium: Browser, contexts: list[BrowserContext], size: dict[str, int]
) -> Visitor:
    return visit(product, chromium, contexts, viewport=size)


def visit(product: Product, chromium: Browser, contexts: list[BrowserContext], **options: object) -> Visitor:
    """A browser of its own. Every page must stay silent: no error, and no request that leaves (P7)."""
    context = chromium.new_context(**options)  # type: ignore[arg-type]  # playwright's own options
    context.set_default_timeout(10_000)
    contexts.append(context)
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"{page.url}: {error}"))
    page.on("request", lambda request: _must_stay_here(request.url, product))
    return Visitor(page=page, product=product)


def _must_stay_here(address: str, product: Product) -> None:
    host = httpx.URL(address)
    if host.scheme in {"http", "https"}:
        assert host.host.endswith("localhost"), address
        assert host.port == product.port, address


def visit_console(
    product: Product,
    chromium: Browser,
    contexts: list[BrowserContext],
    role: str,
    *,
    size: dict[str, int] = DESKTOP,
    site: str | None = None,
) -> Visitor:
    """
    Somebody new on the staff, made by the operator's command, signed in with a code and a passkey of
    their own. The browser has an authenticator that says yes; they work everywhere, or for one site.
    """
    desk = visit(product, chromium, contexts, viewport=size)
    key = desk.page.context.new_cdp_session(desk.page)
    key.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "automaticPresenceSimulation": True}
    options |= {"hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    key.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    address = f"{secrets.token_hex(6)}@staff.example"
    place = ["--organisation", site] if site else []
    product.manage("staff", "create", address, f"{role.title()} of the journey", "--role", role, *place)
    known = product.codes()
    desk.go("/", "console")
    desk.page.get_by_label("Your e-mail address").fill(address)
    desk.page.get_by_role("button", name="Send me a code").click()
    desk.page.get_by_label("Eight-digit code").fill(product.next_code(known))
    desk.page.get_by_role("button", name="Go on").click()
    desk.page.get_by_role("link", name="Add a passkey").click()
    desk.page.get_by_role("button", name="Add a passkey").click()
    desk.page.get_by_role("link", name="I have kept them").click()
    desk.page.wait_for_url("**/")
    return desk


def looked_at(page: Page, name: str) -> None:
    """A picture, where somebody wants to look at the pages: PICTURES names the folder."""
    folder = os.environ.get("PICTURES")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)
