"""boto3's Rekognition client: calls are counted, and its errors become ours.

Credentials are boto3's own: environment variables, profiles, roles.
"""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

from botocore import exceptions as boto
from botocore import xform_name
from botocore.config import Config

from lookalike import extras
from lookalike.config import Settings
from lookalike.engine.interface import Calls
from lookalike.errors import (
    AwsCollectionMissing,
    AwsDenied,
    AwsError,
    AwsThrottled,
    AwsUnreachable,
    InvalidParameter,
)

Members = dict[str, Any]

# "standard" waits between tries with jitter and knows what AWS calls throttling.
_OPTIONS = Config(
    retries={"mode": "standard", "total_max_attempts": 4}, connect_timeout=5, read_timeout=20
)
_THROTTLED = frozenset(
    {"ProvisionedThroughputExceededException", "ThrottlingException", "LimitExceededException"}
)
_DENIED = frozenset(
    {
        "AccessDeniedException",
        "ExpiredTokenException",
        "IncompleteSignatureException",
        "InvalidSignatureException",
        "MissingAuthenticationTokenException",
        "UnrecognizedClientException",
    }
)
_NO_CREDENTIALS = (
    boto.NoCredentialsError,
    boto.PartialCredentialsError,
    boto.CredentialRetrievalError,
    boto.ProfileNotFound,
    boto.SSOError,
)
_NO_ANSWER = (boto.ConnectionError, boto.HTTPClientError)


class CallCounter:
    """Counts the calls that AWS answered, which are those it charges for, by operation."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def add(self, operation: str) -> None:
        with self._lock:
            self._counts[operation] += 1

    def counts(self) -> Calls:
        """Calls by operation, by name."""
        with self._lock:
            return dict(sorted(self._counts.items()))


class Client:
    """Safe to call from several threads. `total` counts since it was opened."""

    def __init__(self, settings: Settings) -> None:
        """
        Raises:
            AwsError: no region is set, or the credentials cannot be read.
            ExtraMissing: boto3 is not installed.
            InvalidParameter: the endpoint is no web address.
        """
        # Not above: it takes a tenth of the start of a server that never asks AWS anything.
        extras.check("aws")
        import boto3

        self.total = CallCounter()
        try:
            self._rekognition = boto3.session.Session(
                region_name=settings.aws_region or None
            ).client("rekognition", endpoint_url=settings.aws_endpoint_url or None, config=_OPTIONS)
        except boto.NoRegionError:
            raise AwsError(
                "No AWS region is set. Set LOOKALIKE_AWS_REGION, for example to us-east-1."
            ) from None
        except ValueError as error:
            raise InvalidParameter(f"LOOKALIKE_AWS_ENDPOINT_URL: {error}.") from None
        except boto.BotoCoreError as error:
            raise _of_boto(error) from error

    def call(self, operation: str, counter: CallCounter, **members: object) -> Members:
        """The answer to one operation, `DetectFaces` for example.

        Args:
            counter: counts it, beside `total`.

        Raises:
            AwsError: AWS cannot be reached or refuses; `aws_code` is its own name for why.
        """
        method = getattr(self._rekognition, xform_name(operation))
        try:
            answer: Members = method(**members)
        except boto.ClientError as error:
            raise _of_aws(operation, error) from error
        except boto.BotoCoreError as error:
            raise _of_boto(error) from error
        for each in (counter, self.total):
            each.add(operation)
        return answer

    def close(self) -> None:
        self._rekognition.close()


def _of_aws(operation: str, error: boto.ClientError) -> AwsError:
    told = error.response["Error"]
    code, message = told["Code"], told.get("Message", "").rstrip(".")
    said = f"Amazon Rekognition refused {operation}: {message or 'no reason given'} ({code})."
    made = AwsError(said)
    if code in _THROTTLED:
        made = AwsThrottled(f"{said} It was tried four times; try again in a few seconds.")
    elif code in _DENIED:
        made = AwsDenied(f"{said} Check the AWS credentials and what they are allowed to do.")
    elif code == "ResourceNotFoundException":
        made = AwsCollectionMissing(said)
    made.aws_code = code
    return made


def _of_boto(error: boto.BotoCoreError) -> AwsError:
    said = str(error).rstrip(".")
    if isinstance(error, _NO_CREDENTIALS):
        return AwsDenied(
            f"There are no AWS credentials that can be used: {said}. Set AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY, or AWS_PROFILE."
        )
    if isinstance(error, _NO_ANSWER):
        return AwsUnreachable(f"Amazon Rekognition cannot be reached: {said}.")
    return AwsError(f"Amazon Rekognition cannot be asked: {said}.")
