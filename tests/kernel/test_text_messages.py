"""Text messages through SNS, over HTTP."""

import socket
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError
from django.test import override_settings

from kernel import text_messages
from kernel.messages import TextRefused, TextsAway, text_sender
from kernel.tenancy import Tenant
from privacy.vault import runner
from privacy.vault.interface import vault
from tests.mailing import counts, invite
from tests.making import make_conversation

NUMBER = "+447400123999"


@pytest.fixture
def sns(s3_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SNS", s3_endpoint)
    text_messages._client.cache_clear()
    with override_settings(TEXT_MESSAGE_BACKEND="kernel.text_messages.SnsTexts"):
        yield s3_endpoint
    text_messages._client.cache_clear()


def _sent_to(number: str) -> list[str]:
    from moto.sns.models import sns_backends

    taken = sns_backends["123456789012"]["us-east-1"].sms_messages.values()
    return [text for to, text in taken if to == number]


def test_a_text_message_leaves_through_sns(sns: str) -> None:
    """R02."""
    text_sender().send(number=NUMBER, text="12345678 is your code.")

    assert _sent_to(NUMBER) == ["12345678 is your code."]


def test_an_invitation_and_a_code_reach_a_telephone(in_acme: Tenant, sns: str) -> None:
    """R02: the whole way, from a number as people write it."""
    talk = make_conversation()
    vault().enrol(conversation=talk.pk, roster=b"phone\n(07400) 123-998\n", areas=["everybody"])
    runner.run_waiting()

    invite(talk)
    vault().send_code(conversation=talk.pk, address="07400123998", browser="b")
    runner.run_waiting()

    invitation, code = _sent_to("+447400123998")
    assert f"http://acme.localhost:8000/{talk.slug}/" in invitation
    assert "is your code" in code
    assert counts(talk) == (0, 1, 0, 0)


def test_a_number_that_takes_nothing_is_a_failure_of_its_own(sns: str) -> None:
    with pytest.raises(TextRefused):
        text_sender().send(number="no number", text="words")


def test_a_service_that_is_away_has_surely_not_taken_it(sns: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And a mailing waits for it, while codes do not stop the runner."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_SNS", "http://127.0.0.1:1")
    text_messages._client.cache_clear()

    with pytest.raises(TextsAway):
        text_sender().send(number=NUMBER, text="words")


def test_a_mailing_waits_for_the_service(in_acme: Tenant, sns: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """R02: nothing is lost, and nothing is counted as sent."""
    talk = make_conversation()
    vault().enrol(conversation=talk.pk, roster=b"phone\n07400 123997\n", areas=["everybody"])
    monkeypatch.setenv("AWS_ENDPOINT_URL_SNS", "http://127.0.0.1:1")
    text_messages._client.cache_clear()

    invite(talk)
    assert counts(talk) == (1, 0, 0, 0)

    monkeypatch.setenv("AWS_ENDPOINT_URL_SNS", sns)
    text_messages._client.cache_clear()
    runner.run_waiting()
    assert counts(talk) == (0, 1, 0, 0)


def test_a_service_that_answers_nothing_leaves_it_unknown(sns: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It hangs up on us: the message may have been taken, so nothing is repeated."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        import threading

        monkeypatch.setenv("AWS_ENDPOINT_URL_SNS", f"http://127.0.0.1:{server.getsockname()[1]}")
        text_messages._client.cache_clear()

        def hang_up() -> None:
            caller, _address = server.accept()
            caller.recv(65536)
            caller.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(OSError, match="SNS did not answer") as caught:
            text_sender().send(number=NUMBER, text="words")
        thread.join()

    assert type(caught.value) is OSError


@pytest.mark.parametrize(
    ("code", "refusal"),
    [
        ("OptedOut", TextRefused),
        ("InvalidParameter", TextRefused),
        ("Throttling", TextsAway),
        ("AuthorizationError", TextsAway),
    ],
)
def test_what_sns_says_is_about_the_number_or_about_us(code: str, refusal: type[OSError]) -> None:
    said = ClientError({"Error": {"Code": code, "Message": ""}}, "Publish")

    assert isinstance(text_messages.refusal_of(said), refusal)
