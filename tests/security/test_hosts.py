"""Hosts and headers that somebody makes up lead to the site of exactly that name, or nowhere (I7, I8, Z11)."""

import random
from collections.abc import Iterator

from django.test import Client, override_settings

from tenants.models import Organisation
from tests.hostile import in_both_sizes

_PARTS = ["acme", "beta", "localhost", ".", ".", ":8000", ":", "@", "/", "\\", "#", "?", " ", "%00", "%2e", "..",
          "console", "www.", "-", "_", "[::1]", "127.0.0.1", "0", "xn--acme-", "ａｃｍｅ", "\u0430cme", "\t", ",", ";", "'", '"']  # fmt: skip
_FORWARDED = ("x-forwarded-host", "x-forwarded-server", "x-host", "x-original-host", "x-original-url",
              "x-rewrite-url", "x-http-host-override", "forwarded", "x-forwarded-port", "x-forwarded-prefix", "x-real-ip",
              "x-forwarded-for", "x-forwarded-proto", "x-http-method-override", "x-method-override")  # fmt: skip


def _hosts(count: int) -> Iterator[str]:
    chance = random.Random(11)
    for n in range(count):
        if n % 3 == 0:
            name = chance.choice(["acme.localhost", "beta.localhost"])
            place = chance.randrange(len(name) + 1)
            yield name[:place] + chance.choice(_PARTS) + name[place:]
        else:
            yield "".join(chance.choices(_PARTS, k=chance.randint(1, 7)))


def _named(host: str) -> str:
    """The organisation that this host is exactly, written by hand: without port, in small letters."""
    name, colon, port = host.lower().partition(":")
    if colon and port and not port.isascii():
        return ""
    if colon and not all(c in "0123456789" for c in port):
        return ""
    slug = name.removesuffix(".").removesuffix(".localhost")
    return slug if name.removesuffix(".") in {"acme.localhost", "beta.localhost"} else ""


@in_both_sizes(400, 5_000)
def test_a_made_up_host_is_that_site_or_nobodys(acme: Organisation, beta: Organisation, count: int) -> None:
    """I8, Z11: 404 or the one page; never a fault, never another organisation."""
    for host in _hosts(count):
        answer = Client(headers={"host": host}).get("/")
        page = answer.content.decode()
        assert answer.status_code in {200, 302, 400, 404}, (host, answer.status_code)
        for organisation in (acme, beta):
            if organisation.name in page:
                assert _named(host) == organisation.slug, host
        if not _named(host):
            assert acme.name not in page
            assert beta.name not in page


@in_both_sizes(300, 3_000)
def test_no_forwarded_header_changes_the_site_or_the_method(
    acme: Organisation, beta: Organisation, count: int
) -> None:
    """I7, Z11: the page is acme's, and no address in it is the one that was sent along."""
    chance = random.Random(12)
    usual = Client(headers={"host": "acme.localhost"}).get("/")
    for _n in range(count):
        sent = {name: chance.choice(["beta.localhost", "evil.example", "/organisation/", "DELETE", "127.0.0.1", "https",
                                     "host=beta.localhost;proto=https", "443", "unix:"]) for name in chance.sample(_FORWARDED, 3)}  # fmt: skip
        answer = Client(headers={"host": "acme.localhost", **sent}).get("/")
        assert (answer.status_code, answer.content) == (usual.status_code, usual.content), sent


def test_an_absolute_address_in_the_first_line_changes_nothing(
    acme: Organisation, beta: Organisation
) -> None:
    """I7: what stands there is a path like any other, and the host decides."""
    browser = Client(headers={"host": "acme.localhost"})

    for path in (
        "http://beta.localhost/",
        "//beta.localhost/",
        "/http://beta.localhost/",
        "/@beta.localhost/",
    ):
        answer = browser.get(path)
        assert beta.name not in answer.content.decode(), path
        assert "beta" not in answer.headers.get("Location", "").partition("?")[0].partition("//")[2], path


def test_addresses_on_the_network_are_believed_of_our_own_proxy_alone() -> None:
    """Z11: what the sender wrote before the proxy's own entry counts for nothing."""
    from django.test import RequestFactory

    from web.network import address_of

    request = RequestFactory().get(
        "/", headers={"x-forwarded-for": "1.2.3.4, 5.6.7.8"}, REMOTE_ADDR="10.0.0.1"
    )

    assert address_of(request) == "10.0.0.1"
    with override_settings(SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https")):
        assert address_of(request) == "5.6.7.8"
