"""Changing galleries over HTTP: what is added and found, what is refused, and who may."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest

from lookalike import config
from lookalike.config import Settings, is_loopback
from lookalike.faces.models.manifest import SFACE
from lookalike.gallery.gallery import Gallery
from lookalike.rekognition.access.keys import Keys
from tests.support import PATIENCE_S, patient
from tests.support.amazon import clients
from tests.support.serving import Server, environment, serving

Serve = Callable[..., AbstractContextManager[Server]]
TOKEN = "한 a long and random secret"


@pytest.fixture
def http(serve: Serve, home: Path) -> Iterator[httpx.Client]:
    """A server with a home of its own that listens to this machine only."""
    with serve(home=home) as server, patient.Client(base_url=server.url) as client:
        yield client


@pytest.fixture
def collins(http: httpx.Client, photos: Mapping[str, bytes]) -> str:
    """The id of someone who was added."""
    answer = http.post(
        "/api/v1/people",
        data={
            "name_ko": "아일린  콜린스",
            "name_en": "Eileen Collins",
            "gender": "female",
            "born": "1956-11-19",
            "description_en": "astronaut",
            "groups": ["NASA", "USAF"],
            "links": ["https://www.nasa.gov/collins"],
            "source": "https://www.nasa.gov/",
            "author": "NASA",
            "licence": "public domain",
            "licence_url": "https://www.nasa.gov/terms",
        },
        files=[("photos", ("collins.png", photos["astronaut.png"]))],
    )
    assert answer.status_code == 201, answer.text
    person_id: str = answer.json()["id"]
    assert answer.headers["location"] == f"/api/v1/people/{person_id}"
    return person_id


def files(photos: Mapping[str, bytes], *names: str) -> list[tuple[str, tuple[str, bytes]]]:
    return [("photos", (name, photos[name])) for name in names]


def problem(answer: httpx.Response) -> tuple[int, str, str]:
    """Status, code and detail."""
    assert answer.headers["content-type"] == "application/problem+json"
    found = answer.json()
    assert found["status"] == answer.status_code
    return answer.status_code, found["type"].rsplit(":", 1)[1], found["detail"]


def portraits(http: httpx.Client, person_id: str) -> list[dict[str, Any]]:
    answer = http.get(f"/api/v1/people/{person_id}/portraits")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["portraits"]
    return found


def test_someone_added_is_found_at_once(
    http: httpx.Client, collins: str, photos: Mapping[str, bytes]
) -> None:
    shown = http.get(f"/api/v1/people/{collins}").json()
    assert shown["name"] == {"ko": "아일린 콜린스", "en": "Eileen Collins"}
    assert (shown["born"], shown["groups"]) == ("1956-11-19", ["NASA", "USAF"])
    assert {"kind": "website", "url": "https://www.nasa.gov/collins"} in shown["links"]
    found = http.post("/api/v1/lookalikes", files={"photo": photos["astronaut.png"]}).json()
    best = found["faces"][0]["people"][0]
    assert (best["id"], best["collection"]) == (collins, "mine")
    assert best["score"]["similarity"] > 99
    with clients.client(str(http.base_url)) as client:
        image = {"Bytes": photos["astronaut.png"]}
        (celebrity,) = client.recognize_celebrities(Image=image)["CelebrityFaces"]
        assert (celebrity["Id"], celebrity["Name"]) == (collins, "Eileen Collins")
        info = client.get_celebrity_info(Id=collins)
        assert info["Name"] == "Eileen Collins"
        assert "www.nasa.gov/collins" in info["Urls"]


def test_portraits_are_listed_added_and_removed(
    http: httpx.Client, collins: str, photos: Mapping[str, bytes]
) -> None:
    (first,) = portraits(http, collins)
    assert first["credit"] == {
        "changeable": True,
        "author": "NASA",
        "licence": "public domain",
        "licence_url": "https://www.nasa.gov/terms",
        "source_url": "https://www.nasa.gov/",
    }
    assert first["quality"]["size"] == pytest.approx(90, abs=3)
    assert len(first["image_id"]) == 64
    assert not {"vector", "embedding", "thumbnail"} & first.keys()
    path = f"/api/v1/people/{collins}/portraits"
    more = http.post(path, files=files(photos, "obama.jpg", "obama2.jpg", "astronaut.png"))
    assert more.status_code == 201
    assert len(more.json()["portraits"]) == 3
    assert more.json()["portraits"][1]["credit"] is None
    assert http.delete(f"{path}/{first['id']}").status_code == 204
    assert problem(http.delete(f"{path}/{first['id']}"))[:2] == (404, "not-found")
    left = portraits(http, collins)
    assert first["id"] not in {each["id"] for each in left}
    assert http.delete(f"{path}/{left[0]['id']}").status_code == 204
    status, _, detail = problem(http.delete(f"{path}/{left[1]['id']}"))
    assert (status, "only portrait" in detail) == (422, True)


def test_facts_are_changed_one_by_one(http: httpx.Client, collins: str) -> None:
    path = f"/api/v1/people/{collins}"
    changed = http.patch(path, json={"name_en": "Eileen M. Collins", "groups": None, "died": ""})
    assert changed.status_code == 200
    shown = http.get(path).json()
    assert changed.json() == shown
    assert shown["name"] == {"ko": "아일린 콜린스", "en": "Eileen M. Collins"}
    assert (shown["groups"], shown["born"]) == ([], "1956-11-19")
    for item in ("Q234253", "https://www.wikidata.org/wiki/Q234253"):
        stated = http.patch(path, json={"wikidata": item}).json()
        assert stated["id"] == collins
        page = {"kind": "wikidata", "url": "https://www.wikidata.org/wiki/Q234253"}
        assert page in stated["links"]
    for sent, detail in (
        ({"born": "yesterday"}, "born: 'yesterday' is no date"),
        ({"gender": "x"}, "gender: 'x'; it must be one of: female, male, nonbinary, other"),
        ({"links": ["javascript:alert(1)"]}, "links: 'javascript:alert(1)' is no web address"),
        ({"name_ko": "", "name_en": ""}, "name: empty"),
        ({"name_ko": "a\x07"}, "name_ko: the name"),
        ({"wikidata": "Q0"}, "wikidata: 'Q0' is no Wikidata id"),
        (
            {"wikidata": "https://www.wikidata.org/wiki/P18"},
            "wikidata: 'https://www.wikidata.org/wiki/P18' is no Wikidata id",
        ),
        ({"id": "U1"}, "id: Extra inputs are not permitted"),
    ):
        status, code, said = problem(http.patch(path, json=sent))
        assert (status, code) == (422, "invalid-parameter")
        assert detail in said
    assert http.get(path).json()["name"] == shown["name"]


def test_a_person_is_removed(http: httpx.Client, collins: str) -> None:
    assert http.delete(f"/api/v1/people/{collins}").status_code == 204
    assert problem(http.get(f"/api/v1/people/{collins}"))[:2] == (404, "person-not-found")
    assert problem(http.delete(f"/api/v1/people/{collins}"))[:2] == (404, "person-not-found")


def test_a_takedown_is_for_good(
    http: httpx.Client, collins: str, photos: Mapping[str, bytes]
) -> None:
    receipt = http.post(f"/api/v1/people/{collins}/takedown", json={"reason": "by mail"}).json()
    assert receipt["person"]["name"]["en"] == "Eileen Collins"
    assert receipt["portraits"] == 1
    assert receipt["blocked"] == [f"id:{collins}", "name:eileen collins", "name:아일린 콜린스"]
    again = http.post(
        "/api/v1/people", data={"name": "Eileen Collins"}, files=files(photos, "astronaut.png")
    )
    assert problem(again)[:2] == (403, "blocked")
    assert http.post("/api/v1/people/Q76/takedown").json()["person"]["collection"] == "starter"
    assert problem(http.get("/api/v1/people/Q76"))[0] == 404


def test_collections_are_created_and_deleted(
    http: httpx.Client, photos: Mapping[str, bytes]
) -> None:
    made = http.post("/api/v1/collections", json={"id": "팬"})
    assert (made.status_code, made.json()["people"]) == (201, 0)
    assert problem(http.post("/api/v1/collections", json={"id": "팬"}))[0] == 409
    for wrong in ("", "a/b", "a\n", "x" * 256):
        assert problem(http.post("/api/v1/collections", json={"id": wrong}))[0] == 422
    sent = {"name": "조 바이든", "collection": "팬", "wikidata": "Q6279"}
    added = http.post("/api/v1/people", data=sent, files=files(photos, "biden.jpg"))
    assert (added.json()["id"], added.json()["collection"]) == ("Q6279", "팬")
    again = http.post("/api/v1/people", data=sent, files=files(photos, "biden.jpg"))
    assert (again.status_code, again.json()["added"]) == (200, 0)
    other = http.post(
        "/api/v1/people", data=sent | {"new": "true"}, files=files(photos, "biden.jpg")
    )
    status, _, detail = problem(other)
    assert (status, "Q6279 is in '팬' already" in detail) == (409, True)
    assert http.delete("/api/v1/collections/팬").status_code == 204
    assert problem(http.delete("/api/v1/collections/팬"))[:2] == (404, "collection-not-found")
    assert problem(http.delete("/api/v1/collections/starter"))[0] == 422


def test_the_starter_stays_as_it_is(http: httpx.Client, photos: Mapping[str, bytes]) -> None:
    assert "read-only" in problem(http.patch("/api/v1/people/Q76", json={"born": "1960"}))[2]
    assert problem(http.delete("/api/v1/people/Q76"))[0] == 404
    path = "/api/v1/people/Q76/portraits"
    assert "read-only" in problem(http.post(path, files=files(photos, "obama.jpg")))[2]
    (portrait,) = portraits(http, "Q76")
    assert problem(http.delete(f"{path}/{portrait['id']}"))[0] == 422
    sent = {"name": "x", "collection": "starter"}
    answer = http.post("/api/v1/people", data=sent, files=files(photos, "biden.jpg"))
    assert "read-only" in problem(answer)[2]


def test_photos_that_cannot_be_used_are_named_and_nothing_is_added(
    http: httpx.Client, collins: str, photos: Mapping[str, bytes]
) -> None:
    sent = files(photos, "obama.jpg", "t1.jpg", "free-mountain-vector-01.jpg")
    for path, data in (
        ("/api/v1/people", {"name": "아무개"}),
        (f"/api/v1/people/{collins}/portraits", {}),
    ):
        status, code, detail = problem(http.post(path, data=data, files=sent))
        assert (status, code) == (422, "photo-unusable")
        assert detail == (
            "photo 2 (t1.jpg): several faces of like size; "
            "photo 3 (free-mountain-vector-01.jpg): no face. Nothing was added."
        )
    broken = [("photos", ("a.txt", b"no photo"))]
    status, code, detail = problem(http.post("/api/v1/people", data={"name": "a"}, files=broken))
    assert (status, code) == (415, "unsupported-format")
    assert detail.startswith("photo 1 (a.txt): This is not an image")
    assert len(http.get("/api/v1/people", params={"collection": "mine"}).json()["people"]) == 1
    assert len(portraits(http, collins)) == 1


def test_what_is_asked_wrongly(http: httpx.Client, photos: Mapping[str, bytes]) -> None:
    one = files(photos, "biden.jpg")
    for data, sent, detail in (
        ({"name": "a"}, None, "photos: Field required"),
        ({}, one, "name: empty"),
        ({"name": "a", "nmae": "b"}, one, "nmae: Extra inputs"),
        ({"name": "a", "source": "ftp://x"}, one, "source: 'ftp://x' is no web address"),
        ({"name": "a", "collection": "a/b"}, one, "collection: String should match"),
        ({"name": "a"}, one * 21, "photos: 21 photos; at most 20."),
    ):
        status, _, said = problem(http.post("/api/v1/people", data=data, files=sent))
        assert (status, detail in said) == (422, True), said
    assert problem(http.get("/api/v1/people/U0/portraits"))[0] == 404
    large = [("photos", ("large.jpg", b"x" * 70_000_000))]
    assert http.post("/api/v1/people", data={"name": "a"}, files=large).status_code == 413


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://[broken"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"x-forwarded-for": "203.0.113.9"},
    ],
)
def test_requests_that_pages_of_others_cause_are_refused(
    http: httpx.Client, headers: dict[str, str]
) -> None:
    status, code, detail = problem(
        http.post("/api/v1/collections", json={"id": "x"}, headers=headers)
    )
    assert status == 403
    if code == "forbidden":
        assert "LOOKALIKE_ADMIN_TOKEN" in detail
    else:
        assert (code, "another site" in detail or "a page of" in detail.lower()) == (
            "cross-site",
            True,
        )
    assert len(http.get("/api/v1/collections").json()["collections"]) == 1


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8000", "["])
def test_requests_under_other_names_are_refused(http: httpx.Client, host: str) -> None:
    answer = http.post("/api/v1/collections", json={"id": "x"}, headers={"host": host})
    status, code, detail = problem(answer)
    assert (status, code) == (421, "misdirected")
    assert repr(host) in detail


def test_our_own_page_may(http: httpx.Client) -> None:
    host = f"localhost:{http.base_url.port}"
    headers = {"host": host, "origin": f"http://{host}", "sec-fetch-site": "same-origin"}
    answer = http.post("/api/v1/collections", json={"id": "x"}, headers=headers)
    assert answer.status_code == 201


def test_beyond_this_machine_nothing_goes_without_a_token(serve: Serve, home: Path) -> None:
    with serve(home=home, host="0.0.0.0") as server:
        answer = patient.post(f"{server.url}/api/v1/collections", json={"id": "x"})
        status, code, detail = problem(answer)
        assert (status, code) == (403, "forbidden")
        assert "Set LOOKALIKE_ADMIN_TOKEN" in detail
        assert patient.get(f"{server.url}/api/v1/people").status_code == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "127.0.0.1"])
def test_a_token_that_is_set_is_asked_for(serve: Serve, home: Path, host: str) -> None:
    with (
        serve(home=home, host=host, admin_token=TOKEN, allowed_hosts="faces.example") as server,
        patient.Client(base_url=server.url) as http,
    ):
        for wrong in ("", "Bearer", "Bearer x", f"Basic {TOKEN}", f"Bearer {TOKEN}x"):
            answer = http.delete("/api/v1/people/U1", headers={b"authorization": wrong.encode()})
            assert problem(answer)[:2] == (401, "unauthorised")
            assert answer.headers["www-authenticate"] == 'Bearer realm="lookalike"'
            assert TOKEN not in answer.text
        right = {b"authorization": f"bearer {TOKEN}".encode(), b"host": b"faces.example"}
        answer = http.post("/api/v1/collections", json={"id": "x"}, headers=right)
        assert answer.status_code == 201
        assert TOKEN not in http.get("/openapi.json").text


def test_the_token_is_in_nothing_that_is_printed() -> None:
    settings = config.load({"LOOKALIKE_ADMIN_TOKEN": TOKEN})
    assert settings.admin_token == TOKEN
    assert TOKEN not in repr(settings)


def test_what_was_filled_with_a_key_is_not_for_every_visitor(
    serve: Serve, home: Path, photos: Mapping[str, bytes]
) -> None:
    with serve(home=home, auth="on", admin_token=TOKEN) as server:
        keys = Keys(server.settings)
        with clients.client(server.url, keys.create()) as client:
            client.create_collection(CollectionId="door")
            client.index_faces(CollectionId="door", Image={"Bytes": photos["astronaut.png"]})
        keys.close()
        right = {b"authorization": f"Bearer {TOKEN}".encode()}
        with patient.Client(base_url=server.url) as http:
            photo = {"photo": photos["astronaut.png"]}
            for answer in (
                http.get("/api/v1/people", params={"collection": "door"}),
                http.get("/api/v1/filters", params={"collection": "door"}),
                http.get("/people", params={"collection": "door"}),
                http.post("/api/v1/lookalikes", data={"collection": "door"}, files=photo),
                http.post("/api/v1/explain", data={"collection": "door"}, files=photo),
                http.post("/api/v1/cards", data={"collection": "door"}, files=photo),
            ):
                assert problem(answer)[:2] == (401, "unauthorised")
            listed = http.get("/api/v1/collections").json()["collections"]
            assert [each["id"] for each in listed] == ["starter"]
            assert "door" not in http.get("/").text
            http.headers = httpx.Headers(right)
            answer = http.post("/api/v1/lookalikes", data={"collection": "door"}, files=photo)
            assert answer.status_code == 200
            answer = http.get("/api/v1/people", params={"collection": "absent"})
            assert problem(answer)[0] == 404


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.1.2.3", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("", False),
        (None, False),
        ("192.168.1.2", False),
        ("localhost.example", False),
    ],
)
def test_what_only_this_machine_reaches(host: str | None, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_the_description_of_the_api_says_what_is_asked_for(server: Server) -> None:
    described = patient.get(f"{server.url}/openapi.json").json()
    assert described["components"]["securitySchemes"]["AdminToken"]["scheme"] == "bearer"
    post = described["paths"]["/api/v1/people"]["post"]
    assert post["security"] == [{"AdminToken": []}]
    assert list(post["requestBody"]["content"]) == ["multipart/form-data"]
    assert "security" not in described["paths"]["/api/v1/people"]["get"]


def test_a_killed_server_loses_nothing_acknowledged(
    settings: Settings, home: Path, photos: Mapping[str, bytes]
) -> None:
    acknowledged: list[str] = []

    def add(url: str, who: int) -> None:
        for number in range(1000):
            # What follows the end of a JPEG is ignored by every decoder.
            mark = f"{who}-{number}".encode()
            sent = [("photos", (each, photos[each] + mark)) for each in ("obama.jpg", "obama2.jpg")]
            try:
                answer = patient.post(
                    f"{url}/api/v1/people", data={"name": f"P {who} {number}"}, files=sent
                )
            except httpx.HTTPError:
                return
            assert answer.status_code == 201, answer.text
            acknowledged.append(answer.json()["id"])

    with serving(environment(settings, home)) as server:
        threads = [threading.Thread(target=add, args=(server.url, who)) for who in range(2)]
        for thread in threads:
            thread.start()
        while len(acknowledged) < 12:
            assert any(thread.is_alive() for thread in threads)
            time.sleep(0.02)
        server.process.kill()
        for thread in threads:
            thread.join(PATIENCE_S)
    gallery = Gallery.open(config.load({}, home=home), SFACE)
    people = gallery.people("mine")
    assert set(acknowledged) <= {each.id for each in people}
    assert {len(gallery.portraits(each.id, "mine")) for each in people} == {2}
    gallery.close()
