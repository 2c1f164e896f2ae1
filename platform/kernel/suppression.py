"""
Lists of addresses that others keep because of us: whom a supplier sends nothing more, and the outbox folder.

`SUPPRESSION_LISTS` names the classes that apply, by default the outbox alone. With Amazon SES and SNS:
`kernel.suppression.SesSuppression,kernel.suppression.SnsOptOuts`.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.utils.module_loading import import_string

from kernel.errors import Unavailable
from kernel.messages import may_be_for

_PATIENT = Config(connect_timeout=3, read_timeout=20, retries={"total_max_attempts": 4})


class SupplierAway(Unavailable):
    code = "supplier_away"
    message = "A service that sends messages does not answer at the moment. It is tried again by itself."


class AddressList(Protocol):
    """`name` says in plain words which list it is."""

    name: str

    def addresses(self) -> Iterator[str]:
        """Every e-mail address or number on it, each as often as it stands there. Raises SupplierAway."""

    def forget(self, address: str) -> None:
        """Take an address off. May be called again. Raises SupplierAway."""


def address_lists() -> list[AddressList]:
    """Every list this installation has."""
    return [import_string(path)() for path in settings.SUPPRESSION_LISTS]


class OutboxFolder:
    """Messages that were written into the outbox folder instead of being sent."""

    name = "outbox folder"

    def addresses(self) -> Iterator[str]:
        for path in self._files():
            yield self._to(path)

    def forget(self, address: str) -> None:
        for path in self._files():
            if may_be_for(address, path) and self._to(path) == address:
                path.unlink(missing_ok=True)

    def _files(self) -> list[Path]:
        folder = Path(settings.OUTBOX_DIR)
        return sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []

    def _to(self, path: Path) -> str:
        """Of half a file, which a crash left, nobody knows whom it is for: the scan looks into it."""
        try:
            return str(json.loads(path.read_bytes())["to"])
        except (OSError, ValueError, KeyError, TypeError):
            return ""


class SesSuppression:
    """The account's suppression list of Amazon SES: addresses that bounced or complained."""

    name = "Amazon SES suppression list"

    def addresses(self) -> Iterator[str]:
        token: dict[str, str] = {}
        while True:
            with _answering():
                page = _client("sesv2").list_suppressed_destinations(PageSize=1000, **token)
            yield from (entry["EmailAddress"] for entry in page["SuppressedDestinationSummaries"])
            if not page.get("NextToken"):
                return
            token = {"NextToken": page["NextToken"]}

    def forget(self, address: str) -> None:
        with _answering("NotFoundException"):
            _client("sesv2").delete_suppressed_destination(EmailAddress=address)


class SnsOptOuts:
    """The account's list of numbers that answered STOP. Amazon lets a number be taken off once in 30 days."""

    name = "Amazon SNS opt-outs"

    def addresses(self) -> Iterator[str]:
        token: dict[str, str] = {}
        while True:
            with _answering():
                page = _client("sns").list_phone_numbers_opted_out(**token)
            yield from page["phoneNumbers"]
            if not page.get("nextToken"):
                return
            token = {"nextToken": page["nextToken"]}

    def forget(self, address: str) -> None:
        with _answering():
            _client("sns").opt_in_phone_number(phoneNumber=address)


@contextmanager
def _answering(*fine: str) -> Iterator[None]:
    """Raises SupplierAway for every failure but the codes that are fine."""
    try:
        yield
    except ClientError as reason:
        if reason.response.get("Error", {}).get("Code") not in fine:
            raise SupplierAway from reason
    except BotoCoreError as reason:
        raise SupplierAway from reason


@cache
def _client(service: str) -> Any:  # noqa: ANN401  (boto3 makes the class at run time)
    return boto3.client(service, config=_PATIENT)
