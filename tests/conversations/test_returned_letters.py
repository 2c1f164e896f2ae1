"""What the mail service posts to us: signed, from our topic, handed on, and kept nowhere."""

import json
from collections.abc import Iterator

import pytest
from django.http import HttpResponse
from django.test import Client, override_settings

from conversations.models import Conversation
from kernel.tenancy import tenant_context
from kernel.valkey import web_client
from privacy.vault import runner
from privacy.vault.interface import vault
from tenants.models import Organisation
from tests.conftest import both_forms
from tests.mailing import announce, counts, invite, subjects_to
from tests.making import client_of, enrol, make_conversation, new_address
from tests.sns import CERTIFICATE, HOST, TOPIC, Sns, open_sns


@pytest.fixture
def sns() -> Iterator[Sns]:
    with open_sns(Sns()) as made, override_settings(BOUNCE_TOPIC=TOPIC):
        yield made


def _post(message: object, host: str = "localhost") -> HttpResponse:
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    browser = Client(headers={"host": host}, enforce_csrf_checks=True)
    return browser.post("/returned-letters/", body, content_type="text/plain; charset=utf-8")  # type: ignore[return-value]


@both_forms
def test_a_letter_that_came_back_is_counted_and_sent_again_on_request(
    acme: Organisation, talk: Conversation, sns: Sns
) -> None:
    """R01: counted, and nobody learns whose it was."""
    back, fine = new_address(), new_address()
    with tenant_context(acme.tenant):
        enrol(talk, back, fine)
        invite(talk)

        for _time in range(2):
            response = _post(sns.bounce(back.upper(), new_address()))

        assert (response.status_code, response.content) == (204, b"")
        assert counts(talk) == (0, 1, 1, 0)
        assert vault().resend(conversation=talk.pk) == 1
        runner.run_waiting()
    assert len(subjects_to(back)) == 2
    assert len(subjects_to(fine)) == 1


def test_a_letter_comes_back_in_the_conversations_that_wrote_to_it(
    acme: Organisation, beta: Organisation, talk: Conversation, sns: Sns
) -> None:
    """The address in another organisation that sent it nothing stays as it was."""
    address, other = new_address(), new_address()
    with tenant_context(acme.tenant):
        enrol(talk, address)
        invite(talk)
    with tenant_context(beta.tenant):
        quiet = make_conversation()
        enrol(quiet, address, other)
        vault().stop_letters(conversation=quiet.pk, address=address)
        invite(quiet)

    _post(sns.bounce(address))

    with tenant_context(acme.tenant):
        assert counts(talk) == (0, 0, 1, 0)
    with tenant_context(beta.tenant):
        assert counts(quiet) == (0, 1, 0, 0)


def test_whoever_complains_gets_no_more(acme: Organisation, talk: Conversation, sns: Sns) -> None:
    """R15."""
    address = new_address()
    with tenant_context(acme.tenant):
        enrol(talk, address)
        invite(talk)

        _post(sns.bounce(address, what="Complaint"))
        announce(talk)
        runner.run_waiting()

    assert len(subjects_to(address)) == 1


def test_the_web_tier_keeps_nothing_of_it(
    acme: Organisation, talk: Conversation, sns: Sns, caplog: pytest.LogCaptureFixture
) -> None:
    address = new_address()
    with tenant_context(acme.tenant):
        enrol(talk, address)
        invite(talk)

    _post(sns.bounce(address))

    kept = [name for name in web_client().scan_iter("web:*") if address.encode() in name]
    assert kept == []
    assert address not in caplog.text


@pytest.mark.parametrize(
    "changes",
    [
        {"Message": "{}"},
        {"Subject": "Another"},
        {"Signature": ""},
        {"Signature": "AAAA"},
        {"Signature": "?"},
        {"SignatureVersion": "1"},
        {"TopicArn": TOPIC.replace("returned", "other")},
        {"Type": "UnsubscribeConfirmation"},
        {"Type": "SubscriptionConfirmation"},
    ],
)
def test_what_was_changed_on_its_way_is_refused(sns: Sns, changes: dict[str, str]) -> None:
    """I25 from outside: nobody makes an address fail by saying so."""
    assert _post({**sns.bounce("a@b.cd"), **changes}).status_code == 403


@pytest.mark.parametrize(
    "url",
    [
        "http://sns.eu-west-2.amazonaws.com/x.pem",
        "https://sns.eu-west-2.amazonaws.com.evil.example/x.pem",
        "https://evil.example/sns.eu-west-2.amazonaws.com/x.pem",
        "https://sns.us-east-1.amazonaws.com/x.pem",
        "https://bucket.s3.amazonaws.com/x.pem",
        "https://evil@sns.eu-west-2.amazonaws.com/x.pem",
        "https://sns.eu-west-2.amazonaws.com:444/x.pem",
        "https://sns.eu-west-2.amazonaws.com/x.txt",
        "https://sns.eu-west-2.amazonaws.com/x.pem?Action=Publish",
        "https://[::1/x.pem",
        "file:///etc/passwd",
        "",
    ],
)
def test_a_certificate_is_fetched_from_amazon_alone(sns: Sns, url: str) -> None:
    """Z: signed by the right key, but the address of the certificate is not Amazon's."""
    assert _post(sns.message("{}", SigningCertURL=url)).status_code == 403
    assert sns.asked == []


def test_a_certificate_that_ran_out_is_refused() -> None:
    with open_sns(Sns(days=-1)) as sns, override_settings(BOUNCE_TOPIC=TOPIC):
        assert _post(sns.bounce("a@b.cd")).status_code == 403


def test_a_certificate_that_is_none_is_refused(sns: Sns) -> None:
    sns.certificate = b"nothing"

    assert _post(sns.bounce("a@b.cd")).status_code == 403


def test_a_certificate_is_fetched_once(sns: Sns) -> None:
    for _time in range(3):
        assert _post(sns.bounce("a@b.cd")).status_code == 204

    assert sns.asked == [CERTIFICATE]


def test_a_subscription_is_confirmed_at_amazon(sns: Sns) -> None:
    address = f"{HOST}/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=abc"
    changes = {"Type": "SubscriptionConfirmation", "Token": "abc", "SubscribeURL": address}

    assert _post(sns.message("You have chosen to subscribe", **changes)).status_code == 204

    assert sns.asked[0] == CERTIFICATE
    assert sns.asked[1].startswith(f"{HOST}/?Action=ConfirmSubscription")


@pytest.mark.parametrize("address", ["https://evil.example/", f"{HOST}/other", ""])
def test_a_subscription_elsewhere_is_not_confirmed(sns: Sns, address: str) -> None:
    changes = {"Type": "SubscriptionConfirmation", "Token": "abc", "SubscribeURL": address}

    assert _post(sns.message("You have chosen to subscribe", **changes)).status_code == 403
    assert sns.asked == [CERTIFICATE]


@pytest.mark.parametrize("body", [b"", b"{}", b"\xff", b"[1]", b'{"Type": 1}'])
def test_something_else_is_refused(sns: Sns, body: bytes) -> None:
    assert _post(body).status_code == 403


@pytest.mark.parametrize(
    "text", ["", "[]", '"x"', "{}", '{"bounce": 1}', '{"bounce": {"bouncedRecipients": [1]}}', "[" * 100_000]
)
def test_signed_words_that_tell_of_no_letter_are_passed_over(sns: Sns, text: str) -> None:
    assert _post(sns.message(text)).status_code == 204


def test_without_a_topic_nobody_is_heard(sns: Sns) -> None:
    with override_settings(BOUNCE_TOPIC=""):
        assert _post(sns.bounce("a@b.cd")).status_code == 404
    assert sns.asked == []


def test_nothing_is_shown_to_those_who_look(sns: Sns, acme: Organisation) -> None:
    assert Client(headers={"host": "localhost"}).get("/returned-letters/").status_code == 405
    assert client_of(acme).get("/returned-letters/").status_code == 404
    assert _post(sns.bounce("a@b.cd"), host="acme.localhost").status_code in (403, 404)
    assert Client(headers={"host": "localhost"}).get("/").status_code == 404
    assert Client(headers={"host": "localhost"}).get("/outbox/").status_code == 404


def test_too_many_from_one_place_are_slowed(sns: Sns, monkeypatch: pytest.MonkeyPatch) -> None:
    from conversations.views.provider import returns

    monkeypatch.setattr(returns, "_PER_NETWORK", "1/10minutes")
    browser = Client(headers={"host": "localhost"}, REMOTE_ADDR="192.0.2.78")
    statuses = [
        browser.post("/returned-letters/", b"{}", content_type="text/plain").status_code for _time in range(2)
    ]

    assert statuses == [403, 429]
