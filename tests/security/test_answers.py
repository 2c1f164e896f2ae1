"""What every answer of every site carries, whatever was asked."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from kernel.models import AuditEntry
from kernel.tenancy import control_plane, tenant_context
from tenants.models import Organisation, Role
from tests.making import make_conversation, make_idea, make_people, signed_in_client, stream_of
from tests.reporting.sponsoring import portal_of
from tests.staffing import desk_of, make_staff
from web.well_known import PATH

_ROOT = Path(__file__).resolve().parents[2]
_SITES = {
    "config.urls.organisation": "acme.localhost",
    "config.urls.console": "console.localhost",
    "config.urls.base": "localhost",
}
# Public keys by which anybody verifies a certificate, on whatever page.
_FOR_ALL = {"/certificates/keys.json"}
_UNTIL = (timezone.localdate() + timedelta(days=100)).isoformat()
_CONTACT = {"SECURITY_CONTACT": "mailto:security@provider.example", "SECURITY_CONTACT_UNTIL": _UNTIL}


def _routes(found: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for pattern in found:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, route)
        else:
            yield route


def _addresses(urlconf: str, slug: str) -> list[str]:
    known = {"slug": slug, "code": "privacy", "language": "en"}

    def fill(match: re.Match[str]) -> str:
        return str(known.get(match[2]) or {"uuid": uuid4(), "int": 1}.get(match[1] or "str", "a"))

    return [
        "/" + re.sub(r"<(?:(\w+):)?(\w+)>", fill, route)
        for route in _routes(get_resolver(urlconf).url_patterns)
    ]


@pytest.mark.parametrize("urlconf", list(_SITES))
def test_every_answer_has_the_headers_that_browsers_obey(acme: Organisation, urlconf: str) -> None:
    """ASVS 3.4: on pages, refusals, redirects, files and health alike."""
    with tenant_context(acme.tenant):
        slug = make_conversation().slug
    browser = Client(headers={"host": _SITES[urlconf]})

    for address in [*_addresses(urlconf, slug), "/nowhere/", "/healthz", PATH, "/static/web/site.css"]:
        answer = browser.get(address)
        said = answer.headers
        assert said["X-Content-Type-Options"] == "nosniff", address
        assert said["Referrer-Policy"] == "same-origin", address
        assert said["Cross-Origin-Opener-Policy"] == "same-origin", address
        assert said["Cross-Origin-Resource-Policy"] == (
            "cross-origin" if address in _FOR_ALL else "same-origin"
        ), address
        policy = said["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy, address
        assert "base-uri 'none'" in policy, address
        assert "object-src 'none'" in policy, address
        assert "unsafe" not in policy, address
        assert ("Access-Control-Allow-Origin" in said) == (address in _FOR_ALL), address
        assert "Server" not in said, address
        kind = said.get("Content-Type", "")
        if answer.content if not answer.streaming else True:
            assert kind, address
            if kind.startswith("text/"):
                assert "charset=utf-8" in kind.lower() or address.startswith("/static/"), address
        if not address.startswith("/static/") and "max-age" not in said["Cache-Control"]:
            assert "no-store" in said["Cache-Control"], address


def test_over_tls_hsts_holds_for_two_years_and_everything_below(acme: Organisation) -> None:
    """ASVS 3.4.1: settings as they are without PLAIN_HTTP."""
    browser = Client(headers={"host": "acme.localhost"})
    with override_settings(SECURE_HSTS_SECONDS=63072000, SECURE_HSTS_INCLUDE_SUBDOMAINS=True):
        for address in ("/", "/nowhere/", "/healthz", PATH):
            assert browser.get(address, secure=True)["Strict-Transport-Security"].startswith(
                "max-age=63072000; includeSubDomains"
            ), address


def test_caddy_speaks_new_tls_with_public_certificates_and_leads_no_program_to_it() -> None:
    """ASVS 4.1.2, 12.1.1, 12.1.2, 12.2.2: its own ciphers, which are the strong ones alone, and nothing weaker by hand."""
    text = (_ROOT / "deploy/kubernetes/base/Caddyfile").read_text()
    plain = text[text.index("\nhttp:// {") :]

    assert "protocols tls1.2 tls1.3" in text
    assert not re.search(r"ciphers|insecure|tls internal|local_certs|skip_install_trust|auto_https", text)
    assert "@programs path /api/* /returned-letters/*" in plain
    assert re.search(
        r"handle @programs \{\s+respond 403\s+\}\s+handle \{\s+redir https://\{host\}\{uri\} 308", plain
    )


def test_cookies_have_their_host_and_are_closed(acme: Organisation) -> None:
    """ASVS 3.3: with the settings of a site under TLS, which a process of its own is asked for."""
    import json
    import subprocess
    import sys

    ask = (
        "import json, os; os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings'\n"
        "from django.conf import settings as s\n"
        "print(json.dumps({n: getattr(s, n) for n in dir(s) if 'COOKIE' in n or 'HSTS' in n}))"
    )
    environment = {"PATH": "", "PYTHONPATH": ":".join(sys.path), "BASE_DOMAIN": "conversations.example",
                   "DATABASE_URL": "postgresql:///x", "SECRET_KEY": "x" * 50}  # fmt: skip
    told = json.loads(
        subprocess.run(
            [sys.executable, "-c", ask], env=environment, capture_output=True, text=True, check=True
        ).stdout
    )

    for name in ("CSRF", "SESSION"):
        assert told[f"{name}_COOKIE_NAME"].startswith("__Host-")
        assert told[f"{name}_COOKIE_SECURE"] is True
        assert told[f"{name}_COOKIE_HTTPONLY"] is True
        assert told[f"{name}_COOKIE_SAMESITE"] == "Lax"
        assert told[f"{name}_COOKIE_DOMAIN"] is None
        assert told[f"{name}_COOKIE_PATH"] == "/"
    assert told["COOKIE_PREFIX"] == "__Host-"
    assert told["SECURE_HSTS_SECONDS"] >= 31536000


def test_a_participants_cookie_has_its_host_and_is_closed(acme: Organisation) -> None:
    """ASVS 3.3: the cookie of a session, under TLS."""
    with tenant_context(acme.tenant):
        talk = make_conversation()
    with override_settings(COOKIE_PREFIX="__Host-", PLAIN_HTTP=False):
        browser = signed_in_client(acme, talk)

    seat = next(cookie for name, cookie in browser.cookies.items() if "seat" in name)
    assert seat.key.startswith("__Host-")
    assert (seat["secure"], seat["httponly"], seat["samesite"], seat["path"]) == (True, True, "Lax", "/")
    assert not seat["domain"]


def test_the_way_out_stands_on_every_page_behind_the_door(acme: Organisation) -> None:
    """ASVS 7.4.4: of participants, staff and client users; of the pages about signing in as well."""
    with tenant_context(acme.tenant):
        talk = make_conversation()
        idea = make_idea(talk, make_people(talk)[0])
        stream = stream_of(talk).pk
    own = (
        "",
        "mine/",
        "mine/messages/",
        "my-data/",
        "my-data/password/",
        "my-data/leave/",
        "search/?q=light",
    )
    here = (
        *own,
        f"stream/{stream}/",
        f"stream/{stream}/write/",
        f"idea/{idea}/",
        "survey/",
        "about/privacy/",
    )
    security = ("security/", "security/places/", "security/recovery-codes/generate/", "tokens/")
    console = ("", "staff/", "staff/new/", "operations/", f"organisations/{acme.pk}/", *security)
    pages = [
        (signed_in_client(acme, talk), [f"/{talk.slug}/{path}" for path in here]),
        (desk_of(make_staff(Role.OPERATOR)), [f"/{path}" for path in console]),
        (portal_of(acme), [f"/organisation/{path}" for path in ("", *security)]),
    ]

    for browser, addresses in pages:
        for address in addresses:
            page = browser.get(address)
            assert page.status_code == 200, address
            assert "Sign out</button>" in page.content.decode(), address


@pytest.mark.parametrize("urlconf", list(_SITES))
def test_nothing_answers_trace_or_echoes_what_was_sent(acme: Organisation, urlconf: str) -> None:
    """ASVS 13.4.4: also for methods nobody knows."""
    browser = Client(headers={"host": _SITES[urlconf], "x-canary": "CANARY", "cookie": "a=CANARY"})

    for method in ("TRACE", "TRACK", "CONNECT", "DEBUG"):
        for address in ("/", "/healthz", "/nowhere/"):
            answer = browser.generic(method, address)
            assert "CANARY" not in answer.content.decode(), (method, address)
            assert answer.get("Content-Type") != "message/http"


def test_neither_admin_nor_debug_pages_nor_sources_are_there(acme: Organisation) -> None:
    """I22: nothing of Django's own that names tables or settings."""
    assert not settings.DEBUG
    assert "django.contrib.admin" not in settings.INSTALLED_APPS
    for host in _SITES.values():
        browser = Client(headers={"host": host}, raise_request_exception=False)
        for address in (
            "/admin/",
            "/__debug__/",
            "/.git/HEAD",
            "/.env",
            "/metrics",
            "/debug/",
            "/static/",
            "/static/web/",
        ):
            assert browser.get(address).status_code == 404, (host, address)


@pytest.mark.parametrize("host", [*_SITES.values(), "nobody.localhost", "127.0.0.1"])
def test_where_to_tell_of_a_hole_stands_on_every_host(host: str) -> None:
    """RFC 9116: one contact, an end, as plain text; and a suspended site has it too."""
    with override_settings(**_CONTACT):
        answer = Client(headers={"host": host}).get(PATH)

    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    lines = dict(line.split(": ", 1) for line in answer.content.decode().splitlines())
    assert lines["Contact"] == "mailto:security@provider.example"
    assert lines["Expires"] == f"{_UNTIL}T23:59:59Z"
    assert lines["Preferred-Languages"] == "en, cy"


@pytest.mark.parametrize(
    "changes",
    [
        {"SECURITY_CONTACT": ""},
        {"SECURITY_CONTACT_UNTIL": ""},
        {"SECURITY_CONTACT_UNTIL": "soon"},
        {"SECURITY_CONTACT_UNTIL": (timezone.localdate() - timedelta(days=2)).isoformat()},
    ],
)
def test_a_contact_that_nobody_vouches_for_is_not_there(changes: dict[str, str]) -> None:
    with override_settings(**{**_CONTACT, **changes}):
        assert Client(headers={"host": "localhost"}).get(PATH).status_code == 404


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({}, None),
        ({"SECURITY_CONTACT": ""}, None),
        ({"SECURITY_CONTACT": "security@provider.example"}, "web.E001"),
        ({"SECURITY_CONTACT": "mailto:a\nContact: b"}, "web.E001"),
        ({"SECURITY_CONTACT_UNTIL": "31 March"}, "web.E002"),
        ({"SECURITY_CONTACT_UNTIL": "2199-01-01"}, "web.E002"),
        ({"SECURITY_CONTACT_UNTIL": "2020-01-01"}, "web.W001"),
    ],
)
def test_a_contact_that_cannot_be_used_is_said_at_the_start(
    changes: dict[str, str], problem: str | None
) -> None:
    with override_settings(**{**_CONTACT, **changes}):
        found = [one.id for one in run_checks() if one.id and one.id.startswith("web.")]

    assert found == ([problem] if problem else [])


def test_refusals_of_staff_stand_in_the_audit_once_in_a_session(
    acme: Organisation, beta: Organisation
) -> None:
    """ASVS 16.3.2: by whom and at which organisation; neither the address nor what was asked."""
    staff = make_staff(Role.ANALYST, organisation=acme)
    desk = desk_of(staff)

    for _time in range(2):
        assert desk.get(f"/organisations/{beta.pk}/").status_code == 404
        assert desk.get("/staff/new/").status_code == 403

    with control_plane():
        entries = list(AuditEntry.objects.filter(by=staff.id, what="refused").order_by("position"))
    assert [(entry.organisation, entry.about) for entry in entries] == [(beta.pk, {}), (None, {})]


def test_sign_ins_of_participants_are_written_down_nowhere(acme: Organisation) -> None:
    """Decision 041: neither in the audit chain nor in a log."""
    with control_plane():
        before = AuditEntry.objects.count()
    with tenant_context(acme.tenant):
        talk = make_conversation()
    signed_in_client(acme, talk)

    with control_plane():
        assert AuditEntry.objects.count() == before
