"""What our scripts never do, and what of a request counts where it could mean two things."""

import ast
import io
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import structlog
from django.conf import settings
from django.test import Client

from conversations.models import Conversation, Idea
from kernel.logging import configure
from kernel.tenancy import tenant_context
from tenants.models import Organisation, Role
from tests.making import make_conversation, signed_in_client, stream_of
from tests.staffing import desk_of, make_staff

_ROOT = Path(__file__).resolve().parents[2]
_SCRIPTS = {
    path.name: path.read_text()
    for path in (_ROOT / "platform/web/static/web").glob("*.js")
    if path.name != "htmx.min.js"
}
_PACKAGES = ("platform", "tenants", "conversations", "privacy", "reporting")
_LARGE = ["9" * 30, "9" * 5000, "-1", "1e9", "0x10", "٣", "NaN", "\0"]


def _trees() -> Iterator[tuple[str, ast.Module]]:
    for package in _PACKAGES:
        for path in sorted((_ROOT / package).rglob("*.py")):
            if not {"migrations", "config"} & set(path.parts):
                yield str(path.relative_to(_ROOT)), ast.parse(path.read_text())


@pytest.fixture
def talk(acme: Organisation) -> Conversation:
    with tenant_context(acme.tenant):
        return make_conversation()


@pytest.mark.parametrize(
    ("pattern", "where"),
    [
        # One place shows a piece of a page that the server made; everything else is text.
        (r"\.innerHTML\b", {"counters.js"}),
        (r"outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|\.srcdoc\b", set()),
        (r"\beval\(|new Function\(|set(?:Timeout|Interval)\(\s*[\"'`]", set()),
        (r"postMessage|onmessage|[\"']message[\"']", set()),
        (r"<(?:object|embed|applet)\b|ActiveXObject|navigator\.plugins", set()),
        # No name that came from elsewhere becomes a property of an object.
        (r"__proto__|Object\.assign\((?!document\.createElement)|\w\[[^\]'\"`\d]+\]\s*=[^=]", set()),
        (r"[\"']paste[\"']|onpaste", set()),
    ],
)
def test_scripts_write_text_hear_nobody_and_name_no_property_by_input(pattern: str, where: set[str]) -> None:
    """ASVS 3.2.2, 3.5.5, 3.7.1, 6.2.7, 15.3.6."""
    assert {name for name, text in _SCRIPTS.items() if re.search(pattern, text)} == where
    assert len(_SCRIPTS) > 5


def test_patterns_and_formats_are_ours_alone() -> None:
    """ASVS 1.2.9, 1.3.10: what becomes a pattern from outside is escaped; what is filled in is never the form."""
    patterns, forms = set(), set()
    for name, tree in _trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            of = ast.unparse(node.func.value)
            if of == "re" and node.args and not isinstance(node.args[0], ast.Constant):
                patterns.add((name, "re.escape" in ast.unparse(node.args[0])))
            if node.func.attr in {"format", "format_map"} and re.search(r"request|\.POST|typed|\.text\b", of):
                forms.add((name, of))

    assert {name for name, is_escaped in patterns if not is_escaped} <= {
        # Made of constants, or of what was escaped a line before.
        "conversations/services/acts/wording.py",
        "conversations/services/hints.py",
        "platform/web/kept.py",
        "privacy/scanning/services.py",
    }
    assert forms == set()


def test_what_stands_in_the_address_is_not_taken_for_the_form(acme: Organisation, talk: Conversation) -> None:
    """ASVS 15.3.7: of two the last one counts, and what is in the address is none of a form's."""
    browser = signed_in_client(acme, talk)
    with tenant_context(acme.tenant):
        write = f"/{talk.slug}/stream/{stream_of(talk).pk}/write/"

    browser.post(
        f"{write}?text=From+the+address", {"text": ["The first.", "The last."], "form": str(uuid4())}
    )
    refused = browser.post(f"{write}?text=From+the+address", {"form": str(uuid4())})

    assert refused.status_code == 422
    with tenant_context(acme.tenant):
        assert list(Idea.objects.values_list("text", flat=True).filter(stream__conversation=talk)) == [
            "The last."
        ]
    merging = re.compile(
        r"(?:GET|POST)(?:\.dict\(\))? \| \w+\.(?:GET|POST)|\*\*\w+\.GET[^(]*\*\*\w+\.POST|request\.REQUEST"
    )
    assert [name for name, tree in _trees() if merging.search(ast.unparse(tree))] == []


def test_what_was_encoded_twice_is_decoded_once(acme: Organisation, talk: Conversation) -> None:
    """ASVS 1.1.1: in addresses and in texts."""
    browser = signed_in_client(acme, talk)
    with tenant_context(acme.tenant):
        write = f"/{talk.slug}/stream/{stream_of(talk).pk}/write/"
    browser.post(write, {"text": "%3Cb%3E &lt;i&gt; \\u003ci", "form": str(uuid4())})

    page = browser.get(f"/{talk.slug}/search/?q=%253Cb%253E").content.decode()

    with tenant_context(acme.tenant):
        assert Idea.objects.get(stream__conversation=talk).text == "%3Cb%3E &lt;i&gt; \\u003ci"
    assert "%3Cb%3E" in page
    assert "<b>" not in page
    assert browser.get(f"/%252e%252e/{talk.slug}/").status_code == 404


def test_numbers_beyond_all_bounds_are_refused_calmly(acme: Organisation, talk: Conversation) -> None:
    """ASVS 1.4.2: in addresses and in forms; longer ones than Python itself reads."""
    staff = make_staff(Role.OPERATOR, Role.FACILITATOR, Role.ANALYST, organisation=acme)
    desk, browser = desk_of(staff), signed_in_client(acme, talk)
    project = f"/organisations/{acme.pk}/projects/{talk.pk}"
    with tenant_context(acme.tenant):
        stream = stream_of(talk).pk

    for number in _LARGE:
        asked = {"page": number, "after": number, "left": number}
        answers = [
            desk.get(f"{project}/queue/", asked),
            desk.post(f"{project}/describe/", {"days": number, "name": "x"}),
            desk.post(f"/staff/{staff.id}/change/", {"act": "unassign", "assignment": number}),
            desk.post("/tokens/new/", {"days": number, "name": "x"}),
            browser.get(f"/{talk.slug}/search/", {"q": "x", **asked}),
            browser.get(f"/{talk.slug}/stream/{stream}/", asked),
        ]
        assert [one.request["PATH_INFO"] for one in answers if one.status_code >= 500] == [], number[:40]


def test_somebody_who_signs_in_is_led_to_our_own_pages_alone(acme: Organisation) -> None:
    """ASVS 3.7.2: whatever the address of the door says."""
    for elsewhere in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        desk = desk_of(make_staff(Role.OPERATOR))
        answer = desk.get("/sign-in/", {"next": elsewhere})
        assert "evil" not in answer.get("Location", ""), elsewhere
        assert not answer.get("Location", "").startswith("javascript"), elsewhere
        stranger = Client(headers={"host": settings.CONSOLE_HOST}).get("/sign-in/", {"next": elsewhere})
        assert "evil.example" not in stranger.get("Location", "")


def test_each_line_of_the_log_is_json_with_its_moment_in_utc() -> None:
    """ASVS 16.2.2, 16.2.4, 16.3.4: of libraries as well as ours; errors by kind and place."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    formatter = configure(level="INFO", as_json=True)["formatters"]["structured"]
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=formatter["processors"], foreign_pre_chain=formatter["foreign_pre_chain"]
        )
    )
    try:
        raise ConnectionError("certificate verify failed: kit@people.example")
    except ConnectionError as failure:
        error = (type(failure), failure, failure.__traceback__)
    handler.emit(logging.LogRecord("library", logging.ERROR, "", 0, "did not answer", (), error))

    line = json.loads(written.getvalue())
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", line["timestamp"])
    assert (line["level"], line["event"], line["kinds"]) == (
        "error",
        "did not answer",
        ["builtins.ConnectionError"],
    )
    assert "people.example" not in written.getvalue()
