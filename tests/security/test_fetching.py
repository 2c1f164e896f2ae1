"""Nobody makes this platform ask an address that they chose (Z5)."""

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client, override_settings

from tests.hostile import in_both_sizes
from tests.sns import TOPIC, Sns, open_sns

_ROOT = Path(__file__).resolve().parents[2]
_PACKAGES = ("platform", "tenants", "conversations", "privacy", "reporting")
_HOSTS = ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254", "[fd00:ec2::254]", "0", "0x7f.1",
          "2130706433", "10.0.0.1", "metadata.google.internal", "evil.example", "sns.eu-west-2.amazonaws.com.evil.example",
          "sns.eu-west-2.amazonaws.com@evil.example", "evil.example#sns.eu-west-2.amazonaws.com", "sns.us-east-1.amazonaws.com",
          "sns.eu-west-2.amazonaws.com:22", "sns.eu-west-2.amazonaws.com.", "SNS.eu-west-2.amazonaws.com%00.evil.example"]  # fmt: skip
_SCHEMES = [
    "http://",
    "https://",
    "file://",
    "ftp://",
    "gopher://",
    "//",
    "",
    "https:/",
    "data:",
    "unix://",
    "HTTPS://",
]
_PATHS = [
    "/x.pem",
    "/",
    "/../x.pem",
    "/x.pem?next=http://evil.example",
    "/x.pem#a",
    "/%2e%2e/x.pem",
    "",
    "/a b.pem",
]
# Modules that open a connection to somewhere else, and to where.
_SPEAKS = {
    "platform/kernel/dns.py": "the resolver of the machine",
    "platform/kernel/outgoing.py": "public addresses alone, those of webhooks",
    "platform/web/api/client.py": "a site of ours, in a program of somebody else's",
    "platform/kernel/tls.py": "a service of ours, asked how it is by probes and the doctor",
    "platform/kernel/notifications.py": "Amazon SNS of our own topic's region",
    "privacy/vault/client.py": "the vault, by a setting",
}


@pytest.fixture
def sns() -> Iterator[Sns]:
    with open_sns(Sns()) as made, override_settings(BOUNCE_TOPIC=TOPIC):
        yield made


@in_both_sizes(200, 1_000)
def test_no_address_in_a_message_is_fetched_but_that_of_our_topic(sns: Sns, count: int) -> None:
    """Z5: loopback, link-local, other forms of both, other schemes, other hosts; signed or not."""
    chance = random.Random(5)
    for _n in range(count):
        url = chance.choice(_SCHEMES) + chance.choice(_HOSTS) + chance.choice(_PATHS)
        field = chance.choice(["SigningCertURL", "SubscribeURL"])
        message = (
            sns.message("{}", **{field: url})
            if field == "SigningCertURL"
            else sns.message("{}", Type="SubscriptionConfirmation", Token="t", SubscribeURL=url)
        )
        answer = Client(headers={"host": "localhost"}).post(
            "/returned-letters/", json.dumps(message).encode(), content_type="text/plain"
        )
        assert answer.status_code in {204, 403}, url

    assert {re.sub(r"^(https://[^/]+).*", r"\1", asked) for asked in sns.asked} <= {
        "https://sns.eu-west-2.amazonaws.com"
    }


def test_what_speaks_to_others_is_known() -> None:
    """Z5, ASVS 13.2.4: each module that opens a connection of its own stands here with where it leads."""
    opens = re.compile(
        r"^\s*(?:import|from) (?:httpx|requests|urllib.request|http.client|socket|dns|aiohttp)\b",
        re.MULTILINE,
    )
    found = {
        str(path.relative_to(_ROOT))
        for package in _PACKAGES
        for path in (_ROOT / package).rglob("*.py")
        if opens.search(path.read_text()) and "embedded" not in path.parts and "config" not in path.parts
    }

    assert found == set(_SPEAKS)
    for name in found:
        assert "follow_redirects=True" not in (_ROOT / name).read_text(), name
