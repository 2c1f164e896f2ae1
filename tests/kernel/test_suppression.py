"""Lists that suppliers keep because of us: read to the end, and forgotten one by one."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

import boto3
import pytest

from kernel import suppression
from kernel.suppression import SesSuppression, SnsOptOuts, SupplierAway

_PATH = "/v2/email/suppression/addresses"


class Ses(ThreadingHTTPServer):
    """The two calls of the SES v2 interface that are used, as Amazon documents them. (moto has none of them.)"""

    listed: list[str]
    status = 200


class _Answers(BaseHTTPRequestHandler):
    server: Ses

    def do_GET(self) -> None:
        asked = parse_qs(urlsplit(self.path).query)
        start = int(asked.get("NextToken", ["0"])[0])
        page = self.server.listed[start : start + 2]
        answer = {
            "SuppressedDestinationSummaries": [
                {"EmailAddress": address, "Reason": "BOUNCE", "LastUpdateTime": 1} for address in page
            ]
        }
        if start + 2 < len(self.server.listed):
            answer["NextToken"] = str(start + 2)  # type: ignore[assignment]
        self._send(self.server.status, answer)

    def do_DELETE(self) -> None:
        address = unquote(urlsplit(self.path).path.rpartition("/")[2])
        is_there = address in self.server.listed
        if is_there:
            self.server.listed.remove(address)
        self._send(200 if is_there else 404, {})

    def log_message(self, *_anything: object) -> None: ...

    def _send(self, status: int, answer: object) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        if status == 404:
            self.send_header("x-amzn-ErrorType", "NotFoundException")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def ses(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ses]:
    server = Ses(("127.0.0.1", 0), _Answers)
    server.listed = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", f"http://127.0.0.1:{server.server_port}")
    for name, value in (("ACCESS_KEY_ID", "a"), ("SECRET_ACCESS_KEY", "b"), ("DEFAULT_REGION", "eu-west-2")):
        monkeypatch.setenv(f"AWS_{name}", value)
    suppression._client.cache_clear()
    yield server
    server.shutdown()
    server.server_close()
    suppression._client.cache_clear()


def test_the_list_of_ses_is_read_to_its_end_and_an_address_is_taken_off(ses: Ses) -> None:
    """R62."""
    ses.listed[:] = [f"n{n}@x.org" for n in range(5)]
    bounced = SesSuppression()

    assert list(bounced.addresses()) == [f"n{n}@x.org" for n in range(5)]
    bounced.forget("n3@x.org")
    bounced.forget("n3@x.org")

    assert "n3@x.org" not in ses.listed
    assert len(ses.listed) == 4


def test_a_supplier_that_refuses_is_away(ses: Ses) -> None:
    ses.status = 403

    with pytest.raises(SupplierAway):
        list(SesSuppression().addresses())


def test_numbers_that_opted_out_are_taken_off(s3_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """R62: Amazon SNS, as moto plays it."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_SNS", s3_endpoint)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    suppression._client.cache_clear()
    opted_out = SnsOptOuts()
    before = list(opted_out.addresses())
    assert before
    assert (
        boto3.client("sns", endpoint_url=s3_endpoint).list_phone_numbers_opted_out()["phoneNumbers"] == before
    )

    opted_out.forget(before[0])

    assert before[0] not in list(opted_out.addresses())
    suppression._client.cache_clear()
