"""`/metrics` and `/api/v1/state`: what they say, and to whom."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.support import patient
from tests.support.amazon import clients
from tests.support.serving import Server
from tests.web.test_admin import TOKEN

Serve = Callable[..., AbstractContextManager[Server]]
ADMIN = {b"authorization": f"Bearer {TOKEN}".encode()}
FIELDS = {"name": "Barack Obama", "collection": "mine"}


def metrics(url: str, headers: Mapping[bytes, bytes]) -> Mapping[tuple[str, ...], float]:
    answer = patient.get(f"{url}/metrics", headers=headers)
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_what_was_done_is_counted(serve: Serve, home: Path, photos: Mapping[str, bytes]) -> None:
    with serve(home=home, admin_token=TOKEN) as server:
        url = server.url
        photo = {"photo": photos["obama.jpg"]}
        added = patient.post(
            f"{url}/api/v1/people",
            data=FIELDS,
            files={"photos": photos["obama.jpg"]},
            headers=ADMIN,
        )
        assert added.status_code == 201
        found = patient.post(f"{url}/api/v1/lookalikes", files=photo)
        verdict = found.json()["faces"][0]["people"][0]["score"]["verdict"]
        assert patient.post(f"{url}/api/v1/detect", files={"photo": b"x"}).status_code == 415
        clients.post(url, "ListCollections", {})
        clients.post(url, "Nothing", {})
        patient.get(f"{url}/r/{'A' * 22}/card.jpg")
        told = metrics(url, ADMIN)
        state = patient.get(f"{url}/api/v1/state", headers=ADMIN).json()
    assert told["lookalike_photos_total",] == 2
    assert told["lookalike_requests_total", "POST", "/api/v1/lookalikes", "200"] == 1
    assert told["lookalike_requests_total", "POST", "rekognition:ListCollections", "200"] == 1
    assert told["lookalike_requests_total", "GET", "/r/{result_id}/card.jpg", "404"] == 1
    assert told["lookalike_answers_total", verdict] == 1
    for kind in ("unsupported-format", "UnknownOperationException", "result-not-found"):
        assert told["lookalike_refusals_total", kind] == 1
    assert told["lookalike_people", "mine"] == told["lookalike_indexed_faces", "mine"] == 1
    assert told["lookalike_people", "starter"] > 1000
    assert told["lookalike_ready",] == 1
    assert told["lookalike_disk_free_bytes", "home"] > 0
    assert (state["status"], state["queue"]["waiting"]) == ("ready", 0)
    assert state["totals"]["photos"] == 2
    assert state["totals"]["answers"] == {verdict: 1}
    assert state["collections"][1] == {"id": "mine", "people": 1, "faces": 1, "read_only": False}
    assert {each["name"] for each in state["totals"]["steps"]} >= {"wait", "decode", "embed"}
    last = [(each["route"], each["status"], each["kind"]) for each in state["refusals"]]
    assert last == [
        ("/r/{result_id}/card.jpg", 404, "result-not-found"),
        ("/", 400, "UnknownOperationException"),
        ("/api/v1/detect", 415, "unsupported-format"),
    ]


@pytest.mark.parametrize("path", ["/metrics", "/api/v1/state"])
def test_they_are_for_whoever_may_change_galleries(
    serve: Serve, home: Path, server: Server, path: str
) -> None:
    assert patient.get(server.url + path).status_code == 200
    proxied = patient.get(server.url + path, headers={"x-forwarded-for": "203.0.113.9"})
    assert proxied.status_code == 403
    with serve(home=home, admin_token=TOKEN) as guarded:
        assert patient.get(guarded.url + path).status_code == 401
        assert patient.get(guarded.url + path, headers=ADMIN).status_code == 200


def test_a_store_that_is_away_does_not_keep_the_rest(serve: Serve, home: Path) -> None:
    with serve(home=home) as server:
        clients.post(server.url, "CreateCollection", {"CollectionId": "c"})
        away = (home / "lookalike.sqlite3").rename(home / "away")
        state = patient.get(f"{server.url}/api/v1/state")
        told = metrics(server.url, {})
        away.rename(home / "lookalike.sqlite3")
        assert patient.get(f"{server.url}/api/v1/state").json()["status"] == "ready"
    assert state.json()["status"] == "the store cannot be read"
    assert (state.json()["collections"], state.json()["keys"]) == ([], [])
    assert told["lookalike_ready",] == 0


def test_every_answer_has_a_number(server: Server) -> None:
    numbers = [
        patient.get(server.url + path).headers["x-request-id"]
        for path in ("/", "/healthz", "/nothing", "/static/app.js", "/api/v1/people?limit=0")
    ]
    assert all(re.fullmatch(r"[0-9a-f-]{36}", each) for each in numbers)
    assert len(set(numbers)) == len(numbers)
    for operation in ("ListCollections", "Nothing"):
        answer = clients.post(server.url, operation, {})
        assert answer.headers["x-amzn-requestid"] == answer.headers["x-request-id"]
