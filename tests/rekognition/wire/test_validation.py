"""Every member of every request, spoilt in every way the service model knows; and tokens."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

import pytest

from lookalike.rekognition.operations import OPERATIONS
from lookalike.rekognition.paging import page
from lookalike.rekognition.wire.codec import Wire
from lookalike.rekognition.wire.faults import Fault
from tests.support import patient
from tests.support.amazon.clients import CONTENT_TYPE
from tests.support.amazon.service_model import input_of, members
from tests.support.amazon.spoiling import requests, sound
from tests.support.serving import Server


@pytest.fixture(scope="module")
def wire() -> Wire:
    return Wire()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_sound_requests_are_read(wire: Wire, operation: str) -> None:
    request = sound(input_of(operation))
    assert wire.decode(operation, json.dumps(request).encode()).keys() == request.keys()


def test_every_member_is_spoilt_in_all_its_ways() -> None:
    count = 0
    for operation in OPERATIONS:
        cases = list(requests(operation))
        count += len(cases)
        spoilt = {(_path(each.path), each.how) for each in cases}
        for path, shape in members(input_of(operation)):
            known = shape.metadata
            assert (path.lower(), "type") in spoilt
            for how in ("enum", "pattern"):
                assert (how in known) == ((path.lower(), how) in spoilt), path
            assert ("max" in known) == ((path.lower(), "above") in spoilt), path
    assert count > 900


@pytest.mark.parametrize("operation", OPERATIONS)
def test_spoilt_requests_are_answered_with_the_right_fault(server: Server, operation: str) -> None:
    headers = {"content-type": CONTENT_TYPE, "x-amz-target": f"RekognitionService.{operation}"}
    with patient.Client(base_url=server.url, headers=headers) as client:
        for each in requests(operation):
            answer = client.post("/", content=json.dumps(each.value).encode())
            fault = answer.json()
            assert (answer.status_code, fault["__type"]) == (400, each.code), each.path
            assert each.says in fault["Message"]
            if each.code == "InvalidParameterException":
                assert f"at '{each.path}' failed" in fault["Message"]


@pytest.mark.parametrize("after", ["\ud800", 5, None, [], {}])
def test_tokens_that_were_altered_inside_are_refused(after: object) -> None:
    def rows(_after: str, limit: int) -> Sequence[str]:
        return ["a", "b"][:limit]

    _, token = page({"MaxResults": 1}, 10, rows, str)
    assert token
    parts = json.loads(base64.urlsafe_b64decode(token))
    parts[1] = after
    forged = base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()
    with pytest.raises(Fault, match="NextToken must be one") as caught:
        page({"MaxResults": 1, "NextToken": forged}, 10, rows, str)
    assert caught.value.code == "InvalidPaginationTokenException"


def _path(path: str) -> Any:
    """`attributes.1.member` as service_model.py has it, in lower case: `attributes[]`."""
    return path.replace(".1.member", "[]").lower()
