"""Clients of the Rekognition API: the genuine one, and bare HTTP for what it would not send."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote

import boto3
import httpx
import pytest
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from lookalike.rekognition.access.keys import Unlocked
from lookalike.rekognition.wire.faults import REASON_HEADER
from tests.support import patient

CONTENT_TYPE = "application/x-amz-json-1.1"


@contextmanager
def client(
    url: str, key: Unlocked | None = None, *, token: str | None = None, attempts: int = 1
) -> Iterator[Any]:
    """boto3's client, which does not try again unless asked to, so that faults show at once.

    Without a key it signs with one that nobody knows.
    """
    retries = {"total_max_attempts": attempts, "mode": "standard"}
    opened = boto3.session.Session(
        aws_access_key_id=key.key.id if key else "AKIDEXAMPLE",
        aws_secret_access_key=key.secret if key else "secret",
        aws_session_token=token,
        region_name="eu-west-1",
    ).client("rekognition", endpoint_url=url, config=Config(retries=retries))
    try:
        yield opened
    finally:
        opened.close()


def reason_of(headers: Mapping[str, str]) -> str:
    """Why a request was refused, which is told beside Amazon's words."""
    return unquote(headers.get(REASON_HEADER.lower(), ""))


@contextmanager
def refusing(kind: type[ClientError], reason: str) -> Iterator[None]:
    """Within it boto3 is refused something, for a reason that is searched for this expression."""
    with pytest.raises(kind) as raised:
        yield
    told = reason_of(raised.value.response["ResponseMetadata"]["HTTPHeaders"])
    assert re.search(reason, told), told


def post(
    url: str, operation: str, body: object, headers: Mapping[str, str] | None = None
) -> httpx.Response:
    """An unsigned request; a body that is bytes is sent as it is. None takes a header away."""
    sent = {
        "content-type": CONTENT_TYPE,
        "x-amz-target": f"RekognitionService.{operation}",
        **(headers or {}),
    }
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return patient.post(url, content=data, headers=sent)


def presigned(
    url: str, key: Unlocked, headers: Mapping[str, str], body: bytes, method: str = "POST"
) -> str:
    """The address for a request with this body, with a signature in it that lives a minute."""
    request = AWSRequest(method, f"{url}/", headers=headers, data=body)
    credentials = Credentials(key.key.id, key.secret)
    QueryAuth(credentials, "rekognition", "eu-west-1", expires=60).add_auth(request)
    signed: str = request.url
    return signed


class QueryAuth(SigV4QueryAuth):  # type: ignore[misc]
    """botocore's signer of query strings, but for moving the body there, as other services like."""

    def _modify_request_before_signing(self, request: AWSRequest) -> None:
        self._body = request.data
        request.data = b""
        super()._modify_request_before_signing(request)

    def payload(self, request: AWSRequest) -> str:
        return hashlib.sha256(self._body).hexdigest()
