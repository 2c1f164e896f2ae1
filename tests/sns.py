"""Amazon SNS as tests need it: signs messages, and serves its certificate from a local server."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from kernel import notifications

TOPIC = "arn:aws:sns:eu-west-2:123456789012:returned-letters"
HOST = "https://sns.eu-west-2.amazonaws.com"
CERTIFICATE = f"{HOST}/SimpleNotificationService-0123456789abcdef.pem"
_SIGNED = ("Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")


class Sns:
    """`asked` are the addresses that were fetched, as our side wrote them."""

    def __init__(self, *, days: int = 1) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
        now = datetime.now(UTC)
        made = x509.CertificateBuilder(name, name, self.key.public_key(), x509.random_serial_number())
        made = made.not_valid_before(now - timedelta(days=2)).not_valid_after(now + timedelta(days=days))
        self.certificate = made.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        self.asked: list[str] = []
        self.status = 200

    def message(self, text: str, **changes: str) -> dict[str, str]:
        values = {
            "Type": "Notification",
            "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
            "TopicArn": TOPIC,
            "Message": text,
            "Timestamp": "2026-05-02T00:54:06.655Z",
            "SignatureVersion": "2",
            "SigningCertURL": CERTIFICATE,
            **changes,
        }
        signed = "".join(f"{name}\n{values[name]}\n" for name in _SIGNED if name in values).encode()
        signature = self.key.sign(signed, padding.PKCS1v15(), hashes.SHA256())
        return {**values, "Signature": base64.b64encode(signature).decode()}

    def bounce(self, *addresses: str, what: str = "Bounce") -> dict[str, str]:
        kind, whom = what.lower(), {"Bounce": "bouncedRecipients", "Complaint": "complainedRecipients"}[what]
        said = {"notificationType": what, kind: {whom: [{"emailAddress": a} for a in addresses]}}
        return self.message(json.dumps(said), Subject="Amazon SES Email Event")


class _ToLocal(httpx.BaseTransport):
    """Leads every call to the local server, and notes where it was meant to go."""

    def __init__(self, sns: Sns, port: int) -> None:
        self._sns, self._port = sns, port
        self._inner = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._sns.asked.append(str(request.url))
        local = request.url.copy_with(scheme="http", host="127.0.0.1", port=self._port)
        return self._inner.handle_request(httpx.Request(request.method, local))


@contextmanager
def open_sns(sns: Sns) -> Iterator[Sns]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(sns.status)
            self.end_headers()
            self.wfile.write(sns.certificate)

        def log_message(self, *_arguments: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    notifications._fetch_once.cache_clear()
    notifications.transports[:] = [_ToLocal(sns, server.server_address[1])]
    try:
        yield sns
    finally:
        notifications.transports.clear()
        notifications._fetch_once.cache_clear()
        server.shutdown()
        server.server_close()
