"""
Text messages through Amazon SNS: `TEXT_MESSAGE_BACKEND=kernel.text_messages.SnsTexts`.

Credentials, region and another endpoint come from boto3's own variables (AWS_REGION,
AWS_ENDPOINT_URL_SNS ...); the name that phones show is a setting of the SNS account.
"""

from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
)

from kernel.messages import TextRefused, TextsAway

# One attempt: boto3 would repeat a call that timed out, and the message might arrive twice.
_ONCE = Config(connect_timeout=3, read_timeout=10, retries={"total_max_attempts": 1})
_SURELY_NOT_TAKEN = (ConnectTimeoutError, EndpointConnectionError, NoCredentialsError, NoRegionError)
# What SNS says about the number; whatever else it refuses with is about our account or its state.
_ABOUT_THE_NUMBER = {"InvalidParameter", "InvalidParameterValue", "ParameterValueInvalid", "OptedOut"}


class SnsTexts:
    """One call of `sns.publish` for each message."""

    def send(self, *, number: str, text: str) -> None:
        """`number` in the form +447400123456. Raises TextRefused, TextsAway, OSError."""
        transactional = {
            "AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"},
        }
        try:
            _client().publish(PhoneNumber=number, Message=text, MessageAttributes=transactional)
        except ClientError as reason:
            raise refusal_of(reason) from reason
        except _SURELY_NOT_TAKEN as reason:
            raise TextsAway from reason
        except BotoCoreError as reason:
            raise OSError("SNS did not answer") from reason


def refusal_of(reason: ClientError) -> OSError:
    """TextRefused where it is about the number, TextsAway where it is about us, or about haste."""
    code = reason.response.get("Error", {}).get("Code", "")
    return TextRefused() if code in _ABOUT_THE_NUMBER else TextsAway()


@cache
def _client() -> Any:  # noqa: ANN401  (boto3 makes the class at run time)
    return boto3.client("sns", config=_ONCE)
