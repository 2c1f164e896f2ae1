"""
What Amazon SNS posts to us: believed only when Amazon signed it and it comes from our own topic.

Anybody may let a topic of theirs post here, signed just as well; so the topic is compared first,
and the certificate is fetched from the SNS host of that topic's region and from nowhere else.
"""

import base64
import re
from datetime import UTC, datetime
from functools import lru_cache

import httpx
import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.utils.translation import gettext_lazy as _

from kernel.errors import DomainError, Unavailable

_SECONDS = 5.0
_MOST_BYTES = 64 * 1024
_TOPIC = re.compile(r"arn:aws[a-z-]*:sns:([a-z0-9-]{1,30}):\d{12}:[\w-]{1,256}")
_PATH = re.compile(r"/[\w.-]{1,200}\.pem")

# Tests lead every call to a server of their own by putting a transport here.
transports: list[httpx.BaseTransport] = []


class NotificationRefused(DomainError):
    code = "notification_refused"
    status = 403
    message = _("This was not signed by the service that it names, so it was not read.")


class Notification(msgspec.Struct, rename="pascal"):
    """An SNS message of version 2. `type` is Notification or SubscriptionConfirmation."""

    type: str
    message_id: str
    topic_arn: str
    message: str
    timestamp: str
    signature_version: str
    signature: str
    signing_cert_url: str = msgspec.field(name="SigningCertURL")
    subject: str | None = None
    token: str | None = None
    subscribe_url: str | None = msgspec.field(name="SubscribeURL", default=None)


_SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": (
        *("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    ),
}


def read_notification(body: bytes, *, topic: str) -> Notification:
    """Raises NotificationRefused; Unavailable where the certificate cannot be fetched."""
    try:
        found = msgspec.json.decode(body, type=Notification)
    except (msgspec.DecodeError, UnicodeDecodeError) as reason:
        raise NotificationRefused from reason
    if found.topic_arn != topic or found.type not in _SIGNED or found.signature_version != "2":
        raise NotificationRefused
    _verify(found)
    return found


def confirm_subscription(found: Notification) -> None:
    """Tell SNS that its messages are wanted here. Raises NotificationRefused, Unavailable."""
    url = _url(found.subscribe_url or "")
    if not _is_of_topic(url, found.topic_arn) or url.path != "/":
        raise NotificationRefused
    _fetch(str(url))


def _verify(found: Notification) -> None:
    url = _url(found.signing_cert_url)
    if not _is_of_topic(url, found.topic_arn) or not _PATH.fullmatch(url.path) or url.query:
        raise NotificationRefused
    key = _key(_fetch_once(str(url)))
    try:
        signature = base64.b64decode(found.signature, validate=True)
        key.verify(signature, _signed_text(found), padding.PKCS1v15(), hashes.SHA256())
    except (ValueError, InvalidSignature) as reason:
        raise NotificationRefused from reason


def _url(text: str) -> httpx.URL:
    try:
        return httpx.URL(text)
    except httpx.InvalidURL as reason:
        raise NotificationRefused from reason


def _is_of_topic(url: httpx.URL, topic: str) -> bool:
    """Over https, at the SNS host of the topic's own region."""
    match = _TOPIC.fullmatch(topic)
    own = f"sns.{match[1]}.amazonaws.com" if match else ""
    return url.scheme == "https" and url.port is None and not url.userinfo and url.host == own != ""


def _signed_text(found: Notification) -> bytes:
    values = msgspec.to_builtins(found)
    return "".join(
        f"{name}\n{values[name]}\n" for name in _SIGNED[found.type] if values[name] is not None
    ).encode()


def _key(certificate: bytes) -> rsa.RSAPublicKey:
    try:
        found = x509.load_pem_x509_certificate(certificate)
    except ValueError as reason:
        raise NotificationRefused from reason
    key = found.public_key()
    is_valid = found.not_valid_before_utc <= datetime.now(UTC) <= found.not_valid_after_utc
    if not is_valid or not isinstance(key, rsa.RSAPublicKey):
        raise NotificationRefused
    return key


@lru_cache(maxsize=8)
def _fetch_once(url: str) -> bytes:
    return _fetch(url)


def _fetch(url: str) -> bytes:
    transport = transports[0] if transports else None
    try:
        with httpx.Client(timeout=_SECONDS, transport=transport, trust_env=False) as client:
            response = client.get(url)
    except httpx.HTTPError as reason:
        raise Unavailable from reason
    if response.status_code != httpx.codes.OK or len(response.content) > _MOST_BYTES:
        raise NotificationRefused
    return response.content
