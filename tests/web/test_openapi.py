"""The description of the JSON API: names, tags, and examples that are as real answers are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import jsonschema_rs
import pytest

from tests.support import patient
from tests.support.serving import Server

# Of what has photos for an answer, or text for Prometheus.
_WITHOUT_JSON = {"convertPhoto", "getMetrics", "getPortrait", "makeCard"}


@pytest.fixture(scope="module")
def http(server: Server) -> Iterator[httpx.Client]:
    with patient.Client(base_url=server.url) as client:
        yield client


@pytest.fixture(scope="module")
def described(http: httpx.Client) -> dict[str, Any]:
    found: dict[str, Any] = http.get("/openapi.json").json()
    return found


@pytest.fixture(scope="module")
def operations(described: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """By their ids."""
    every = [each for path in described["paths"].values() for each in path.values()]
    found = {each["operationId"]: each for each in every}
    assert len(found) == len(every)
    return found


def conforms(described: dict[str, Any], schema: dict[str, Any], example: Any) -> bool:
    whole = {**schema, "components": described["components"]}
    return bool(jsonschema_rs.validator_for(whole).is_valid(example))


def test_operations_are_called_by_hand(operations: Mapping[str, Any]) -> None:
    """As a client calls its methods: a verb and what it is about."""
    assert all(re.fullmatch(r"[a-z]+([A-Z][a-z]+)+", each) for each in operations)
    assert {"findLookalikes", "compareFaces", "embedFaces", "scoreEmbeddings"} <= set(operations)


def test_schemas_are_called_by_hand(described: dict[str, Any]) -> None:
    names = described["components"]["schemas"]
    assert [each for each in names if "_" in each] == []


def test_every_operation_has_a_tag_that_is_described(
    described: dict[str, Any], operations: Mapping[str, Any]
) -> None:
    known = {each["name"] for each in described["tags"] if each["description"]}
    assert {tuple(each["tags"]) for each in operations.values()} == {(each,) for each in known}


def test_every_operation_has_an_example_of_its_answer(
    described: dict[str, Any], operations: Mapping[str, Any]
) -> None:
    for name, operation in operations.items():
        success = [answer for status, answer in operation["responses"].items() if status < "300"]
        content = success[0].get("content", {}).get("application/json")
        assert (content is None) == (name in _WITHOUT_JSON or "204" in operation["responses"])
        if content is not None:
            assert conforms(described, content["schema"], content["example"]), name


def test_every_request_has_an_example(
    described: dict[str, Any], operations: Mapping[str, Any]
) -> None:
    for name, operation in operations.items():
        for media, content in operation.get("requestBody", {}).get("content", {}).items():
            if media == "application/json":
                assert conforms(described, content["schema"], content["example"]), name
            else:
                assert content["example"], name
        for parameter in operation.get("parameters", ()):
            assert "example" in parameter or not parameter["required"], (name, parameter["name"])


def test_every_error_has_an_example(
    described: dict[str, Any], operations: Mapping[str, Any]
) -> None:
    known = described["components"]["examples"]
    for name, operation in operations.items():
        for status, answer in operation["responses"].items():
            if status < "400" or name == "isReady":
                continue
            content = answer["content"]["application/problem+json"]
            codes = [each["$ref"].rpartition("/")[2] for each in content["examples"].values()]
            assert codes, (name, status)
            for code in codes:
                assert known[code]["value"]["status"] == int(status)
                assert conforms(described, content["schema"], known[code]["value"])
            assert ("Retry-After" in answer.get("headers", {})) == (status in ("429", "503"))


def test_examples_of_errors_are_as_errors_are(
    http: httpx.Client, described: dict[str, Any], photos: Mapping[str, bytes]
) -> None:
    find, people = "/api/v1/lookalikes", "/api/v1/people"
    scene = photos["free-mountain-vector-01.jpg"]
    asked = [
        http.post(find, files={"photo": b"no photo"}),
        http.post(find, files={"photo": scene}),
        http.post(find, files={"photo": photos["obama.jpg"][:5000]}),
        http.post(find, files={"photo": photos["obama.jpg"]}, data={"limit": 0}),
        http.post(find, files={"photo": photos["obama.jpg"]}, data={"collection": "none"}),
        http.post(find, content=b"x", headers={"Content-Type": "multipart/form-data"}),
        http.post("/api/v1/lookalikes/again", data={"sealed": "of before"}),
        http.get(f"{people}/Q0"),
        http.get(people, headers={"Host": "other.example"}),
        http.post("/api/v1/collections", json={"id": "x"}, headers={"Origin": "http://x.example"}),
        http.delete("/api/v1/results/none", headers={"X-Delete-Token": "x"}),
    ]
    known = {each["value"]["type"]: each["value"] for each in _examples(described)}
    for answer in asked:
        told = answer.json()
        example = known[told["type"]]
        assert (told["title"], told["status"]) == (example["title"], example["status"])
        assert told.keys() == example.keys()


def _examples(described: dict[str, Any]) -> list[dict[str, Any]]:
    return list(described["components"]["examples"].values())
