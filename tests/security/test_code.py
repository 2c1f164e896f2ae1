"""What our code never does, and what it does in a known place alone."""

import io
import json
import logging
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from allauth.mfa import app_settings as mfa_settings
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.adapters import AccountAdapter
from config.celery import app as celery
from conversations import auth, permissions
from conversations.models import Conversation
from conversations.models.contribution import MOST_CHARACTERS_OF_COMMENT, MOST_CHARACTERS_OF_IDEA
from conversations.models.thread import MOST_CHARACTERS_OF_MESSAGE
from conversations.services import threads, writing
from conversations.views.participant import counting, helping, while_writing
from kernel import sealing
from kernel.logging import configure
from kernel.tenancy import tenant_context
from kernel.valkey import web_client
from privacy import anonymity
from privacy.vault import codes
from privacy.vault.verbs import contact
from tenants.models import Organisation
from tests import hostile
from tests.making import client_of, make_conversation, new_address, sign_in, signed_in_client

_ROOT = Path(__file__).resolve().parents[2]
_PRACTICE = (_ROOT / "deploy/security/practice.md").read_text()
_PACKAGES = ("platform", "tenants", "conversations", "privacy", "reporting")
_ALGORITHM = re.compile(
    r"^\s*(?:import|from) (?:cryptography|nacl|argon2|hashlib)\b|hmac\.(?:new|digest)\(|^from django\.core(?:\.| import )signing",
    re.MULTILINE,
)
_WAYS_IN = re.compile(
    r"sign-in|sign-up|signup|login|password|authenticate|confirm-again|reset|impersonat|token"
)


def _sources() -> Iterator[tuple[str, str]]:
    for package in _PACKAGES:
        for path in sorted((_ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                yield str(path.relative_to(_ROOT)), path.read_text()


def _routes(urlconf: str) -> set[str]:
    def flat(found: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
        for pattern in found:
            route = before + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from flat(pattern.url_patterns, route)
            else:
                yield route

    return set(flat(get_resolver(urlconf).url_patterns))


@pytest.mark.parametrize(
    ("pattern", "where"),
    [
        (r"(?<![\w.])(?:eval|exec|compile)\(", set()),
        (r"\b(?:pickle|marshal|shelve|dill|jsonpickle)\b", set()),
        (r"shell=True|os\.system\(|os\.popen\(|yaml\.(?:unsafe_)?load\(", set()),
        (r"mark_safe\(|\|\s*safe\b", set()),
    ],
)
def test_no_code_is_run_from_words_and_no_shell_is_asked(pattern: str, where: set[str]) -> None:
    """ASVS 1.2.5, 1.3.2, 1.5.2: and tasks travel as JSON."""
    assert {name for name, text in _sources() if re.search(pattern, text)} == where
    assert set(celery.conf.accept_content) == {"json"}
    assert celery.conf.task_serializer == "json"


def test_every_way_in_is_written_down() -> None:
    """ASVS 6.1.3, 6.3.4, 6.4.6: whoever adds one writes it into `practice.md` and here."""
    found = {
        site: {route for route in _routes(f"config.urls.{site}") if _WAYS_IN.search(route)}
        for site in ("organisation", "console", "base")
    }
    account = {
        "sign-in/",
        "sign-in/code/",
        "sign-in/passkey/",
        "security/authenticate/",
        "security/confirm-again/",
    }
    of_programs = {"tokens/", "tokens/new/", "tokens/<uuid:token>/revoke/", "api/v1/token/"}
    talk, spoken = "<slug:slug>/", "api/v1/conversations/<slug:slug>/"
    participants = {route for route in found["organisation"] if route.startswith((talk, spoken))}
    clients = {
        route.removeprefix("organisation/").replace("api/v1/organisation/", "api/v1/")
        for route in found["organisation"] - participants
    }

    assert participants == {
        *(talk + way for way in ("sign-in/", "sign-in/code/", "sign-in/password/", "my-data/password/")),
        *(spoken + way for way in ("sign-in/", "sign-in/code/", "token/")),
    }
    assert clients == found["console"]
    assert {route for route in found["console"] if "sign-in" in route} <= account
    assert {route for route in found["console"] if "token" in route} == of_programs
    assert not [route for route in found["console"] if re.search("sign-?up|password|reset|impersonat", route)]
    assert found["base"] == set()


def test_every_module_with_an_algorithm_is_written_down() -> None:
    """ASVS 11.1.2, 11.2.1: the list in `practice.md` is the code's."""
    found = {
        name
        for name, text in _sources()
        if _ALGORITHM.search(text) and not name.startswith("platform/config/")
    }
    told = set(re.findall(r"`((?:platform|tenants|conversations|privacy|reporting)/[\w/]+\.py)`", _PRACTICE))

    assert found - told == set()
    assert {name for name in told - found if "hashlib" not in (_ROOT / name).read_text()} == set()


def test_no_weak_hash_stands_anywhere() -> None:
    """ASVS 11.3.1, 11.4.1: PKCS#1 v1.5 only where Amazon signed with it."""
    weak = re.compile(
        r"(?i)\b(?:md5|sha1|MD5|SHA1|DES3?|RC4|ECB|CBC|Blowfish)\(|hashes\.(?:SHA1|MD5)|modes\.(?:ECB|CBC)"
    )
    pkcs = {name for name, text in _sources() if "PKCS1v15" in text}

    assert {name for name, text in _sources() if weak.search(text)} == set()
    assert pkcs == {"platform/kernel/notifications.py"}


def test_secrets_are_made_by_the_systems_randomness_alone() -> None:
    """ASVS 6.5.3, 7.2.3, 11.2.3, 11.5.1."""
    weak = re.compile(
        r"^\s*(?:import random|from random import)|\bUUID\(int=random|uuid1\(|np\.random", re.MULTILINE
    )
    # Examples; and arithmetic that must come out the same each time.
    known = {
        "platform/config/demo_closed.py",
        "platform/config/management/commands/load_demo.py",
        "privacy/disclosure/deciding.py",
        "privacy/opinions/votes.py",
    }

    assert {name for name, text in _sources() if weak.search(text)} == known
    assert min(sealing.KEY_BYTES, anonymity.SECRET_BYTES, anonymity.TAG_BYTES) == 32
    assert len({anonymity.look_alike_tag() for _n in range(1_000)}) == 1_000


def test_codes_are_eight_digits() -> None:
    """ASVS 6.5.4, 6.5.5: 26 bits, with five tries; codes of an app change each half minute, and none before counts."""
    for _n in range(200):
        assert re.fullmatch(r"\d{8}", codes.new_code())
        assert re.fullmatch(r"\d{8}", AccountAdapter().generate_login_code())
    assert (codes.TRIES, codes.SECONDS) == (5, 600)
    assert settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT == 300
    assert (mfa_settings.TOTP_PERIOD, mfa_settings.TOTP_TOLERANCE) == (30, 0)


def test_limits_that_are_written_down_are_those_of_the_code() -> None:
    """ASVS 2.1.3, 6.1.1: numbers in `practice.md`, "How much" and before."""
    most = {
        "posts": permissions.POSTS,
        "messages": permissions.MESSAGES,
        "reports": permissions.REPORTS,
        "votes": permissions.VOTES,
        "searches": permissions.SEARCHES,
        "hints": while_writing._ASKED,
        "looks at counters": counting._ASKED,
        "requests in ten minutes": settings.API_REQUESTS,
        "calls for help": helping._CALLS_PER_NETWORK,
        "codes.": permissions.CODES_PER_NETWORK,
        "askings": permissions.CODES_PER_NETWORK,
        "tries in ten minutes": permissions.TRIES_PER_NETWORK,
    }
    for what, rate in most.items():
        number, _slash, window = rate.partition("/")
        assert window == "10minutes", what
        assert re.search(rf"(?<![\d,]){int(number):,} {re.escape(what)}", _PRACTICE), what
    for most_of_it, what in (
        (codes._ASKED_PER_WINDOW, "codes and"),
        (2 * codes.TRIES, "password tries"),
        (threads._MOST_ANSWERS_A_DAY, "answers"),
        (writing._MOST_A_DAY, "messages to an author"),
        (contact._ROUTES_PER_HOUR, "routes"),
        (contact._AUTHORS_PER_HOUR, "authors"),
    ):
        assert f"{most_of_it:,} {what}" in _PRACTICE, what
    longest = (MOST_CHARACTERS_OF_IDEA, MOST_CHARACTERS_OF_COMMENT, MOST_CHARACTERS_OF_MESSAGE)
    assert "1 to {:,}, {:,}, {:,} characters".format(*longest) in _PRACTICE
    assert f"{settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024} KB" in _PRACTICE
    assert f"{auth.NEW_SECONDS // 60:d}" == "10"


def test_sealing_the_same_twice_shares_nothing() -> None:
    """ASVS 11.3.4: random nonces of 96 bits."""
    key = sealing.random_key()
    made = [sealing.seal(key, b"kit@people.example", b"x") for _n in range(5_000)]

    assert len({sealed[: sealing.NONCE_BYTES] for sealed in made}) == 5_000
    assert len({sealed[sealing.NONCE_BYTES :] for sealed in made}) == 5_000


def test_secrets_are_compared_in_constant_time() -> None:
    """ASVS 11.2.4: where a secret that somebody sent meets ours."""
    meets = {
        "privacy/vault/codes.py",
        "privacy/vault/proofs.py",
        "privacy/vault/service.py",
        "privacy/vault/opened.py",
    }
    compared = {name for name, text in _sources() if "compare_digest" in text}
    loose = re.compile(
        r"(?:token|secret|mac|code|signature)\w* [!=]= (?:self\.|kept|expected|settings\.)\w*(?:token|secret|mac|TOKEN)"
    )

    assert meets <= compared
    assert {name for name, text in _sources() if loose.search(text)} == set()


def test_no_connection_leaves_certificates_unlooked_at() -> None:
    """ASVS 12.3.2."""
    loose = re.compile(
        r"verify=False|CERT_NONE|_create_unverified_context|check_hostname = False|sslmode=(?:disable|allow)"
    )

    assert {name for name, text in _sources() if loose.search(text)} == set()


def test_forms_and_services_name_their_fields() -> None:
    """ASVS 15.3.3: nothing that is sent becomes a column by its name alone."""
    loose = re.compile(
        r"""fields = ["']__all__["']|\*\*(?:request\.(?:POST|GET)|form\.cleaned_data)|ModelForm\b|setattr\("""
    )
    # Columns that stand in the code; and a form whose two fields are the two arguments.
    known = {
        "conversations/services/announcing.py",
        "conversations/services/acts/states.py",
        "privacy/requests/views/public.py",
    }

    assert {name for name, text in _sources() if loose.search(text)} == known


@pytest.fixture
def talk(acme: Organisation) -> Conversation:
    with tenant_context(acme.tenant):
        return make_conversation()


def test_each_sign_in_is_a_session_of_its_own(acme: Organisation, talk: Conversation) -> None:
    """ASVS 7.2.4: and signing out of one ends it alone."""
    address = new_address()
    first, second = signed_in_client(acme, talk, address), client_of(acme)
    sign_in(second, talk, address)

    seats = {
        next(c.value for name, c in one.cookies.items() if name.startswith("seat")) for one in (first, second)
    }
    first.post(f"/{talk.slug}/sign-out/")

    assert len(seats) == 2
    assert first.get(f"/{talk.slug}/mine/").status_code == 302
    assert second.get(f"/{talk.slug}/mine/").status_code == 200


def test_sessions_end_by_themselves_as_it_is_written_down(
    acme: Organisation, talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ASVS 7.3.1, 7.3.2: one hour without a page, twelve at most; staff two hours and twelve."""
    browser = signed_in_client(acme, talk)
    kept = list(web_client().scan_iter(f"web:{acme.schema_name}:session:*"))

    assert kept
    assert all(0 < web_client().ttl(name) <= 3600 for name in kept)
    assert settings.SESSION_COOKIE_AGE == 2 * 3600
    assert "one hour without a page and twelve at most" in _PRACTICE
    later = time.time() + 12 * 3600 + 1
    monkeypatch.setattr(time, "time", lambda: later)
    assert browser.get(f"/{talk.slug}/mine/").status_code == 302


def test_no_word_forges_a_line_of_the_log() -> None:
    """ASVS 16.4.1: one event, one line, whatever stands in it."""
    written = io.StringIO()
    formatter = configure(level="INFO", as_json=True)["formatters"]["structured"]
    handler = logging.StreamHandler(written)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=formatter["processors"], foreign_pre_chain=formatter["foreign_pre_chain"]
        )
    )
    words = list(hostile.texts(400))
    for typed in words:
        record = logging.LogRecord("x", logging.WARNING, "", 0, "said %s", (typed,), None)
        handler.emit(record)

    lines = written.getvalue().split("\n")
    assert len(lines) == len(words) + 1
    assert all(json.loads(line)["level"] == "warning" for line in lines[:-1])
