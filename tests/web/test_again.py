"""Narrowing an answer down over HTTP: whom one may choose, and faces that come back sealed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest

from tests.support import patient
from tests.support.serving import Server


@pytest.fixture(scope="module")
def http(server: Server) -> Iterator[httpx.Client]:
    with patient.Client(base_url=server.url) as client:
        yield client


def _find(http: httpx.Client, photo: bytes, **fields: str) -> dict[str, Any]:
    answer = http.post(
        "/api/v1/lookalikes", files={"photo": photo}, data={"order": "look", "limit": "5"} | fields
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _again(http: httpx.Client, sealed: str, **fields: str) -> httpx.Response:
    return http.post("/api/v1/lookalikes/again", data={"sealed": sealed, "limit": "5"} | fields)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"origin": "korean"},
        {"origin": "international", "gender": "female", "living": "true"},
        {"field": "sport"},
        {"group": "방탄소년단"},
        {"collection": "starter", "gender": "male"},
    ],
)
def test_faces_that_come_back_are_answered_as_with_the_photo(
    http: httpx.Client, photos: Mapping[str, bytes], fields: dict[str, str]
) -> None:
    sealed = _find(http, photos["t1.jpg"], sealed="true")["sealed"]
    whole = _find(http, photos["t1.jpg"], **fields)
    again = _again(http, sealed, **fields).json()
    assert again["gallery"] == whole["gallery"]
    assert len(again["faces"]) == len(whole["faces"]) == 6
    for one, other in zip(again["faces"], whole["faces"], strict=True):
        assert one["order"] == other["order"] == "look"
        assert one["standing"]["share"] == pytest.approx(other["standing"]["share"], abs=0.02)
        assert one["people"][0]["id"] == other["people"][0]["id"]
        assert one["people"][0]["score"] == other["people"][0]["score"]


def test_whom_one_asks_for(http: httpx.Client, photos: Mapping[str, bytes]) -> None:
    def people(**fields: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = _find(http, photos["astronaut.png"], **fields)["faces"][0][
            "people"
        ]
        return found

    assert {each["country"] for each in people(origin="korean")} == {"KR"}
    assert "KR" not in {each["country"] for each in people(origin="international")}
    assert all("music" in each["fields"] for each in people(field="music"))
    assert {each["died"] for each in people(living="true")} == {None}
    both = people(origin="korean", gender="female", field="acting", living="true")
    assert {(e["country"], e["gender"]) for e in both} == {("KR", "female")}


def test_faces_are_sealed_only_where_that_is_asked_for(
    http: httpx.Client, photos: Mapping[str, bytes]
) -> None:
    assert _find(http, photos["astronaut.png"])["sealed"] is None
    assert len(_find(http, photos["astronaut.png"], sealed="true")["sealed"]) < 3_000


def test_what_cannot_be_opened(http: httpx.Client) -> None:
    answer = _again(http, "something else")
    assert answer.status_code == 404
    assert answer.json()["type"] == "urn:lookalike:problem:seal-expired"
    assert "Send the photo again" in answer.json()["detail"]
    assert http.post("/api/v1/lookalikes/again").status_code == 422


@pytest.mark.parametrize(
    ("field", "value", "allowed"),
    [
        ("origin", "here", "'korean' or 'international'"),
        ("field", "magic", "'acting', 'music'"),
        ("gender", "both", "'female', 'male'"),
    ],
)
def test_what_may_not_be_asked_for(
    http: httpx.Client, photos: Mapping[str, bytes], field: str, value: str, allowed: str
) -> None:
    sealed = _find(http, photos["astronaut.png"], sealed="true")["sealed"]
    answer = _again(http, sealed, **{field: value})
    assert answer.status_code == 422
    assert field in answer.json()["detail"]
    assert allowed in answer.json()["detail"]
    gone = _again(http, sealed, collection="nowhere")
    assert gone.json()["type"] == "urn:lookalike:problem:collection-not-found"
