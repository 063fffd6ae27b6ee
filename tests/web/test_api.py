"""The JSON API over HTTP, on a running server."""

from __future__ import annotations

import gc
import io
import threading
import unicodedata
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import PIL.Image
import pytest

from lookalike.config import Settings
from lookalike.server import create_app
from tests.support import patient
from tests.support.serving import Server

Serve = Callable[..., AbstractContextManager[Server]]


@pytest.fixture(scope="module")
def http(server: Server) -> Iterator[httpx.Client]:
    with patient.Client(base_url=server.url) as client:
        yield client


def blank() -> bytes:
    written = io.BytesIO()
    PIL.Image.new("RGB", (300, 200), "teal").save(written, "PNG")
    return written.getvalue()


def test_lookalikes(http: httpx.Client, photos: Mapping[str, bytes]) -> None:
    answer = http.post(
        "/api/v1/lookalikes",
        files={"photo": photos["obama.jpg"], "reference": photos["obama2.jpg"]},
        data={"limit": "3"},
    )
    assert answer.status_code == 200
    found = answer.json()
    assert found["photo"] == {"width": 910, "height": 1137, "format": "JPEG"}
    (face,) = found["faces"]
    assert [person["rank"] for person in face["people"]] == [1, 2, 3]
    best = face["people"][0]
    assert best["id"] == "Q76"
    assert best["name"] == {"ko": "버락 오바마", "en": "Barack Obama"}
    assert best["score"]["verdict"] == "same-person"
    assert best["score"]["one_in"] == 100_000
    assert [link["kind"] for link in best["links"]] == [
        "wikipedia-ko",
        "wikipedia-en",
        "wikidata",
    ]
    assert best["portrait"] is None  # The server may not fetch any, and has none.
    assert face["references"][0]["verdict"] == "same-person"
    assert 0 <= face["box"]["left"] < face["box"]["left"] + face["box"]["width"] <= 910
    assert face["quality"]["score"] > 0.9
    assert found["references"][0]["faces"][0]["index"] == 0
    assert found["model"]["contract"] == "sface-2021dec/1"
    assert found["gallery"]["people"] > 1_000
    timings = found["timings_ms"]
    steps = {"decode", "detect", "mesh", "align", "embed", "appearance", "match"}
    assert timings.keys() == steps | {"total"}
    assert timings["appearance"] == 0
    assert timings["total"] == pytest.approx(
        sum(each for step, each in timings.items() if step != "total")
    )


def test_every_face_is_ranked_and_a_reference_is_optional(
    http: httpx.Client, photos: Mapping[str, bytes]
) -> None:
    found = http.post("/api/v1/lookalikes", files={"photo": photos["t1.jpg"]}).json()
    assert [face["index"] for face in found["faces"]] == list(range(6))
    assert all(len(face["people"]) == 10 for face in found["faces"])
    assert found["references"] == []


def test_the_order_of_looks_where_it_is_asked_for(
    http: httpx.Client, photos: Mapping[str, bytes]
) -> None:
    def found(**fields: str) -> dict[str, Any]:
        answer = http.post(
            "/api/v1/lookalikes", files={"photo": photos["astronaut.png"]}, data=fields
        )
        assert answer.status_code == 200
        face: dict[str, Any] = answer.json()["faces"][0]
        return face

    plain, identity, look = found(), found(order="identity"), found(order="look", limit="100")
    assert (plain["order"], look["order"]) == ("identity", "look")
    assert plain["people"] == identity["people"]
    scores = [each["score"]["similarity"] for each in plain["people"]]
    assert scores == sorted(scores, reverse=True)
    ids = [each["id"] for each in look["people"]]
    assert ids[:10] != [each["id"] for each in plain["people"]]
    # The same people with the same numbers.
    by_id = {each["id"]: each["score"] for each in look["people"]}
    assert all(by_id[each["id"]] == each["score"] for each in plain["people"])


def test_an_order_that_is_none(http: httpx.Client, photos: Mapping[str, bytes]) -> None:
    answer = http.post(
        "/api/v1/lookalikes", files={"photo": photos["obama.jpg"]}, data={"order": "age"}
    )
    assert answer.status_code == 422
    assert "order" in answer.text
    assert "'identity' or 'look'" in answer.text


def test_several_references(http: httpx.Client, photos: Mapping[str, bytes]) -> None:
    files = [
        ("photo", photos["obama.jpg"]),
        ("reference", photos["obama3.jpg"]),
        ("reference", photos["biden.jpg"]),
    ]
    found = http.post("/api/v1/lookalikes", files=files).json()
    verdicts = [score["verdict"] for score in found["faces"][0]["references"]]
    assert verdicts[0] == "same-person"
    assert verdicts[1] != "same-person"


def test_compare(http: httpx.Client, photos: Mapping[str, bytes]) -> None:
    files = {"source": photos["obama.jpg"], "target": photos["t1.jpg"]}
    found = http.post("/api/v1/compare", files=files).json()
    assert found["source"]["photo"]["width"] == 910
    assert len(found["faces"]) == 6
    assert all(face["score"]["similarity"] < 80 for face in found["faces"])


def test_detect(http: httpx.Client, photos: Mapping[str, bytes]) -> None:
    assert len(http.post("/api/v1/detect", files={"photo": photos["t1.jpg"]}).json()["faces"]) == 6
    assert http.post("/api/v1/detect", files={"photo": blank()}).json()["faces"] == []


def test_only_a_group_is_ranked(http: httpx.Client, photos: Mapping[str, bytes]) -> None:
    groups = http.get("/api/v1/filters").json()["groups"]
    assert groups == sorted(groups, key=lambda group: -group["people"])
    twice = next(each for each in groups if each["name"] == "TWICE")
    listed = http.get("/api/v1/people", params={"group": "twice"}).json()
    assert listed["total"] == twice["people"] > 1
    answer = http.post(
        "/api/v1/lookalikes",
        files={"photo": photos["astronaut.png"]},
        data={"group": "TWICE", "limit": "100"},
    )
    people = answer.json()["faces"][0]["people"]
    assert {each["id"] for each in people} == {each["id"] for each in listed["people"]}
    women = http.post(
        "/api/v1/lookalikes", files={"photo": photos["astronaut.png"]}, data={"gender": "female"}
    )
    assert {each["gender"] for each in women.json()["faces"][0]["people"]} == {"female"}
    wrong = http.post(
        "/api/v1/lookalikes", files={"photo": photos["astronaut.png"]}, data={"gender": "x"}
    )
    assert wrong.status_code == 422
    assert "gender" in wrong.json()["detail"]


def test_people_are_listed_and_searched(http: httpx.Client) -> None:
    page = http.get("/api/v1/people", params={"limit": 5, "offset": 10}).json()
    assert page["total"] > 1_000
    assert len(page["people"]) == 5
    for words in ("obama", "오바마", unicodedata.normalize("NFD", "오바마"), "ＯＢＡＭＡ"):
        found = http.get("/api/v1/people", params={"query": words}).json()
        assert [person["id"] for person in found["people"]] == ["Q76"]
    assert http.get("/api/v1/people/Q76").json()["name"]["en"] == "Barack Obama"
    (starter,) = http.get("/api/v1/collections").json()["collections"]
    assert (starter["id"], starter["read_only"]) == ("starter", True)


def problem(answer: httpx.Response) -> Any:
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == answer.status_code
    return body


@pytest.mark.parametrize(
    ("data", "status", "code", "detail"),
    [
        (blank(), 422, "no-face", "No face was found in the 300 x 200 photo."),
        (b"<html>", 415, "unsupported-format", "Allowed: JPEG, PNG, WebP, HEIC, AVIF."),
        (b"", 422, "damaged-image", "0 bytes"),
        (blank()[:60], 422, "damaged-image", "damaged"),
    ],
)
def test_photos_that_cannot_be_used(
    http: httpx.Client, data: bytes, status: int, code: str, detail: str
) -> None:
    found = problem(http.post("/api/v1/lookalikes", files={"photo": ("p", data)}))
    assert (found["status"], found["type"]) == (status, f"urn:lookalike:problem:{code}")
    assert detail in found["detail"]
    assert found["subject"] == "photo"


def test_the_photo_at_fault_is_named(http: httpx.Client, photos: Mapping[str, bytes]) -> None:
    files = {"photo": photos["obama.jpg"], "reference": blank()}
    assert problem(http.post("/api/v1/lookalikes", files=files))["subject"] == "reference"
    files = {"source": photos["obama.jpg"], "target": b"text"}
    assert problem(http.post("/api/v1/compare", files=files))["subject"] == "target"


@pytest.mark.parametrize(
    ("path", "fields", "status", "code"),
    [
        ("/api/v1/lookalikes", {}, 422, "invalid-parameter"),
        ("/api/v1/lookalikes", {"limit": "0"}, 422, "invalid-parameter"),
        ("/api/v1/lookalikes", {"collection": "nope"}, 404, "collection-not-found"),
    ],
)
def test_parameters_that_are_not_allowed(
    http: httpx.Client,
    photos: Mapping[str, bytes],
    path: str,
    fields: dict[str, str],
    status: int,
    code: str,
) -> None:
    files = {"photo": photos["obama.jpg"]} if fields else None
    found = problem(http.post(path, data=fields, files=files))
    assert (found["status"], found["type"].rsplit(":", 1)[1]) == (status, code)


def test_what_is_not_there(http: httpx.Client) -> None:
    assert problem(http.get("/api/v1/people/Q0"))["type"].endswith("person-not-found")
    assert problem(http.get("/api/v1/people/Q76/portrait"))["type"].endswith("portrait-unavailable")
    assert problem(http.get("/nothing"))["type"].endswith("not-found")


def test_too_many_bytes(serve: Serve, photos: Mapping[str, bytes]) -> None:
    with serve(max_bytes=100_000) as server, patient.Client(base_url=server.url) as http:
        found = problem(http.post("/api/v1/detect", files={"photo": photos["obama.jpg"]}))
        assert (found["status"], found["type"].rsplit(":", 1)[1]) == (413, "image-too-large")
        assert "at most 100,000" in found["detail"]
        whole = problem(http.post("/api/v1/detect", files={"photo": b"x" * 1_000_000}))
        assert whole["status"] == 413
        assert http.get("/healthz").status_code == 200


def test_a_busy_server_says_so_and_recovers(serve: Serve, photos: Mapping[str, bytes]) -> None:
    with serve(queue=0) as server:
        statuses: list[int] = []
        retry: list[str | None] = []

        def ask() -> None:
            answer = patient.post(f"{server.url}/api/v1/detect", files={"photo": photos["t1.jpg"]})
            statuses.append(answer.status_code)
            if answer.status_code == 503:
                retry.append(answer.headers.get("retry-after"))

        threads = [threading.Thread(target=ask) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert set(statuses) <= {200, 503}
        assert statuses.count(200) >= 2
        assert retry == ["2"] * statuses.count(503)
        ask()
        assert statuses[-1] == 200


def test_health(http: httpx.Client) -> None:
    assert http.get("/healthz").json() == {"status": "ok"}
    assert http.get("/readyz").json() == {"status": "ready"}


async def test_a_server_is_ready_while_it_runs_and_lets_its_networks_go(
    settings: Settings, home: Path, photos: Mapping[str, bytes]
) -> None:
    app = create_app(replace(settings, home=home))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
        starting = await http.get("/readyz")
        assert (starting.status_code, starting.json()) == (503, {"status": "starting"})
        async with app.router.lifespan_context(app):
            assert (await http.get("/readyz")).json() == {"status": "ready"}
            files = {"photo": photos["obama.jpg"]}
            assert (await http.post("/api/v1/lookalikes", files=files)).status_code == 200
            networks = weakref.ref(app.state.services.engine.local.analyzer)
        assert (await http.get("/readyz")).status_code == 503
    gc.collect()
    assert networks() is None


def test_openapi_describes_what_is_answered(http: httpx.Client) -> None:
    described = http.get("/openapi.json").json()
    paths = set(described["paths"])
    assert {"/api/v1/lookalikes", "/api/v1/compare", "/api/v1/people/{person_id}"} <= paths
    post = described["paths"]["/api/v1/lookalikes"]["post"]
    assert "application/problem+json" in post["responses"]["422"]["content"]
    example = post["responses"]["200"]["content"]["application/json"]["example"]
    assert example["faces"][0]["people"][0]["name"]["en"]


def test_someone_added_is_found_without_a_restart(
    serve: Serve, photos: Mapping[str, bytes], tmp_path: Any
) -> None:
    from lookalike.engine.local import LocalEngine
    from lookalike.gallery.people import Person, Text, new_id
    from lookalike.gallery.portraits import Portrait

    with serve(home=tmp_path / "home") as server, patient.Client(base_url=server.url) as http:
        before = http.post("/api/v1/lookalikes", files={"photo": photos["astronaut.png"]}).json()
        assert before["faces"][0]["people"][0]["score"]["verdict"] != "same-person"
        other = LocalEngine(server.settings)
        vector = other.portrait(photos["astronaut.png"])
        collins = Person(new_id(), "mine", Text("아일린 콜린스", "Eileen Collins"))
        other.gallery.store.add(collins, [Portrait(vector)])
        other.close()
        after = http.post("/api/v1/lookalikes", files={"photo": photos["astronaut.png"]}).json()
        assert after["faces"][0]["people"][0]["name"]["ko"] == "아일린 콜린스"
        assert len(http.get("/api/v1/collections").json()["collections"]) == 2


def test_photos_never_touch_the_disk(
    http: httpx.Client, photos: Mapping[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a photo was written to disk")

    monkeypatch.setattr("tempfile.SpooledTemporaryFile.rollover", refuse)
    large = PIL.Image.open(io.BytesIO(photos["astronaut.png"])).resize((2500, 2500))
    written = io.BytesIO()
    large.save(written, "PNG")
    assert len(written.getvalue()) > 4_000_000
    answer = http.post("/api/v1/detect", files={"photo": written.getvalue()})
    assert len(answer.json()["faces"]) == 1


def test_too_many_references_are_refused(http: httpx.Client, photos: Mapping[str, bytes]) -> None:
    files = [("photo", photos["obama.jpg"])] + [("reference", photos["biden.jpg"])] * 9
    found = problem(http.post("/api/v1/lookalikes", files=files))
    assert found["detail"] == "reference: 9 photos; at most 8."


def test_the_documentation_loads_nothing_from_elsewhere(http: httpx.Client) -> None:
    page = http.get("/docs")
    assert page.status_code == 200
    assert "https://" not in page.text
