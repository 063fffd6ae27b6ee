"""The endpoint in bare HTTP: what Amazon's client would not send, and what goes wrong inside."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Callable, Mapping
from typing import Any, cast

import anyio
import pytest
from starlette.requests import Request
from starlette.types import Message

from lookalike.engine.executor import Executor
from lookalike.engine.local import LocalEngine
from lookalike.errors import Busy, ContractMismatch
from lookalike.rekognition.access.credential import Credential
from lookalike.rekognition.access.guard import Guard
from lookalike.rekognition.context import Context
from lookalike.rekognition.endpoint import Endpoint
from tests.support.amazon.clients import CONTENT_TYPE, post, reason_of
from tests.support.serving import Server

CREDENTIAL = "Credential=AKID/20260131/eu-west-1/rekognition/aws4_request"


def test_answers_name_their_request(server: Server) -> None:
    answer = post(server.url, "GetCelebrityInfo", {"Id": "Q76", "NotInTheModel": 1})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == CONTENT_TYPE
    assert len(answer.headers["x-amzn-requestid"]) == 36
    assert answer.json()["Name"] == "Barack Obama"


# operation, body, headers, and the code and words of the fault
FAULTS: list[tuple[str, Any, dict[str, str], str, str]] = [
    (
        "DetectLabels",
        {},
        {},
        "UnknownOperationException",
        "Supported: AssociateFaces, CompareFaces",
    ),
    ("", {}, {}, "UnknownOperationException", "Supported: AssociateFaces, CompareFaces"),
    ("DetectFaces", {}, {"x-amz-target": "DetectFaces"}, "UnknownOperationException", "DetectF"),
    (
        "DetectFaces",
        {},
        {"content-type": "application/json"},
        "SerializationException",
        CONTENT_TYPE,
    ),
    ("DetectFaces", b"<html>", {}, "SerializationException", "not JSON"),
    ("DetectFaces", b"", {}, "SerializationException", "not JSON"),
    ("DetectFaces", [], {}, "SerializationException", "must be an object, not a list"),
    ("DetectFaces", {"Image": {"Bytes": "%"}}, {}, "SerializationException", "not base64"),
    ("DetectFaces", {}, {}, "InvalidParameterException", "null at 'image'"),
    ("DetectFaces", {}, {"authorization": "Basic eA=="}, "IncompleteSignatureException", "lacks"),
    (
        "DetectFaces",
        {},
        {"authorization": f"AWS4-HMAC-SHA256 {CREDENTIAL}, SignedHeaders=host, Signature=1"},
        "IncompleteSignatureException",
        "64 hexadecimal digits",
    ),
    ("DetectFaces", b" " * 20_000_000, {}, "ImageTooLargeException", "more than 15,029,592 bytes"),
    ("DetectLabels", b" " * 20_000_000, {}, "UnknownOperationException", "DetectLabels"),
    ("GetCelebrityInfo", b" " * 20_000_000, {}, "SerializationException", "bytes"),
]


@pytest.mark.parametrize(("operation", "body", "headers", "code", "says"), FAULTS)
def test_faults(
    server: Server, operation: str, body: Any, headers: dict[str, str], code: str, says: str
) -> None:
    answer = post(server.url, operation, body, headers)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == CONTENT_TYPE
    written = answer.json()
    assert written.keys() == {"__type", "Code", "Logref", "Message"}
    assert written["__type"] == written["Code"] == code
    assert written["Logref"] == answer.headers["x-amzn-requestid"]
    assert says in (reason_of(answer.headers) or written["Message"])


class Broken:
    """An engine whose every part fails."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getattr__(self, _name: str) -> Any:
        raise self._error


def call(
    endpoint: Endpoint, body: bytes, *, operation: str = "DetectFaces", more: bool = False
) -> tuple[int, dict[str, Any]]:
    """The status and body of an answer, without a server; `more`: the client leaves halfway.

    The body has the reason of a fault too.
    """
    target = f"RekognitionService.{operation}".encode()
    headers = [(b"x-amz-target", target), (b"content-type", CONTENT_TYPE.encode())]
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": headers}
    messages: list[Message] = [
        {"type": "http.request", "body": body, "more_body": more},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Message:
        return messages.pop(0)

    async def ask() -> tuple[int, dict[str, Any]]:
        answer = await endpoint(Request(scope, receive))
        reason = reason_of(answer.headers)
        return answer.status_code, {**json.loads(bytes(answer.body)), "reason": reason}

    return anyio.run(ask)


def request_with(photos: Mapping[str, bytes], name: str) -> bytes:
    return json.dumps({"Image": {"Bytes": base64.b64encode(photos[name]).decode()}}).encode()


@pytest.fixture
def endpoint_with() -> Callable[..., Endpoint]:
    def make(engine: object) -> Endpoint:
        return Endpoint(cast(LocalEngine, engine), Executor(4, 2), Guard())

    return make


@pytest.mark.parametrize("error", [RuntimeError("secret"), ContractMismatch("secret")])
def test_unexpected_errors_are_logged_and_not_told(
    endpoint_with: Callable[..., Endpoint],
    photos: Mapping[str, bytes],
    caplog: pytest.LogCaptureFixture,
    error: Exception,
) -> None:
    with caplog.at_level(logging.ERROR, "lookalike"):
        status, fault = call(endpoint_with(Broken(error)), request_with(photos, "obama.jpg"))
    assert status == 500
    assert fault["Code"] == "InternalServerError"
    assert "secret" not in fault["Message"] + fault["reason"]
    (record,) = caplog.records
    assert fault["Logref"] in record.getMessage()
    assert record.exc_info is not None
    assert record.exc_info[1] is error


def test_busy_is_throttling(
    endpoint_with: Callable[..., Endpoint],
    photos: Mapping[str, bytes],
    caplog: pytest.LogCaptureFixture,
) -> None:
    endpoint = endpoint_with(Broken(Busy("16 photos are waiting already.")))
    status, fault = call(endpoint, request_with(photos, "obama.jpg"))
    assert status == 500
    assert (fault["Code"], fault["Message"], fault["reason"]) == (
        "ThrottlingException",
        "Service Unavailable",
        "16 photos are waiting already.",
    )
    assert caplog.records == []


def test_client_that_leaves_is_no_error_of_ours(
    endpoint_with: Callable[..., Endpoint], caplog: pytest.LogCaptureFixture
) -> None:
    endpoint = endpoint_with(Broken(RuntimeError()))
    status, fault = call(endpoint, b"{", more=True)
    assert (status, fault["Code"]) == (400, "SerializationException")
    status, fault = call(endpoint, b" " * 16_000_000, more=True)
    assert (status, fault["Code"]) == (400, "ImageTooLargeException")
    assert caplog.records == []


def test_region_is_the_one_signed_for() -> None:
    engine = cast(LocalEngine, None)
    credential = Credential("AKID", "20260131", "ap-northeast-2", "rekognition", ("host",), "0")
    assert Context(engine, credential, "id").region == "ap-northeast-2"
    assert Context(engine, None, "id").region == "us-east-1"
