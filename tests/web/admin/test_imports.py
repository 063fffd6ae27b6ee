"""Imports of a folder and of a table over HTTP, as the page for the admin sends them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support import PATIENCE_S, patient
from tests.support.serving import Server
from tests.support.standings import fitted, whole
from tests.web.test_admin import TOKEN

Serve = Callable[..., AbstractContextManager[Server]]
Answer = dict[str, Any]


@pytest.fixture
def http(serve: Serve, home: Path) -> Iterator[httpx.Client]:
    headers = {b"authorization": f"Bearer {TOKEN}".encode()}
    with (
        serve(home=home, admin_token=TOKEN) as server,
        patient.Client(base_url=f"{server.url}/api/v1", headers=headers) as client,
    ):
        yield client


def begun(http: httpx.Client, files: Mapping[str, bytes]) -> str:
    answer = http.post("/imports")
    assert answer.status_code == 201
    import_id: str = answer.json()["id"]
    assert answer.json()["status"] == "uploading"
    for name, data in files.items():
        assert send(http, import_id, name, data).status_code == 204
    return import_id


def send(http: httpx.Client, import_id: str, name: str, data: bytes) -> httpx.Response:
    return http.put(f"/imports/{import_id}/files", params={"name": name}, content=data)


def start(http: httpx.Client, import_id: str, **order: object) -> httpx.Response:
    return http.post(f"/imports/{import_id}/start", json=order)


def ended(http: httpx.Client, import_id: str) -> Answer:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        state: Answer = http.get(f"/imports/{import_id}").json()
        if state["status"] in ("done", "failed"):
            return state
        assert state["status"] in ("waiting", "running")
        assert time.monotonic() < deadline, state
        time.sleep(0.2)


def people(http: httpx.Client, collection: str) -> list[str]:
    found = http.get("/people", params={"collection": collection}).json()["people"]
    return sorted(each["name"]["en"] or each["name"]["ko"] for each in found)


def test_a_folder(http: httpx.Client, photos: Mapping[str, bytes], home: Path) -> None:
    files = {
        "Barack Obama/1.jpg": photos["obama.jpg"],
        "Barack Obama/2.jpg": photos["obama2.jpg"],
        "조 바이든.jpg": photos["biden.jpg"],
        "nobody.jpg": photos["free-mountain-vector-01.jpg"],
    }
    import_id = begun(http, files)
    credit = {"author": "Jane", "licence": "CC0", "source": "https://a.example/"}
    assert start(http, import_id, collection="fans", show=True, **credit).status_code == 202
    state = ended(http, import_id)
    assert (state["status"], state["photos"], state["total"]) == ("done", 4, 4)
    report = state["report"]
    assert (report["people_added"], report["portraits_added"], report["already"]) == (2, 3, 0)
    assert report["left_out_total"] == 1
    assert report["left_out"] == [{"person": "nobody", "where": "nobody.jpg", "why": "no face"}]
    assert people(http, "fans") == ["Barack Obama", "조 바이든"]
    assert not list((home / "imports").iterdir()), "no photo is kept"
    (obama,) = (
        each
        for each in http.get("/people", params={"collection": "fans"}).json()["people"]
        if each["name"]["en"] == "Barack Obama"
    )
    found = http.get(f"/people/{obama['id']}/portraits", params={"collection": "fans"}).json()
    assert {each["credit"]["author"] for each in found["portraits"]} == {"Jane"}
    assert {each["shown"] for each in found["portraits"]} == {True}
    assert fitted(home) == whole("fans")
    again = begun(http, files)
    start(http, again, collection="fans")
    report = ended(http, again)["report"]
    assert (report["people_added"], report["portraits_added"], report["already"]) == (0, 0, 3)


def test_a_table_beside_its_photos(http: httpx.Client, photos: Mapping[str, bytes]) -> None:
    table = "name_ko,name_en,images,groups\n오바마,Obama,photos/a.jpg,presidents\n,,b.jpg,\n"
    import_id = begun(http, {"people.csv": table.encode(), "photos/a.jpg": photos["obama.jpg"]})
    assert start(http, import_id).status_code == 202
    report = ended(http, import_id)["report"]
    assert (report["collection"], report["people_added"]) == ("mine", 1)
    assert report["left_out"][0]["where"] == "row 3"
    assert people(http, "mine") == ["Obama"]
    assert start(http, import_id).status_code == 422, "it was started"
    assert send(http, import_id, "c.jpg", b"x").status_code == 422


def test_a_table_that_cannot_be_read_fails_with_a_reason(http: httpx.Client) -> None:
    import_id = begun(http, {"people.csv": b"name,photo\nObama,a.jpg\n"})
    start(http, import_id)
    state = ended(http, import_id)
    assert state["status"] == "failed"
    assert "people.csv, row 1: there is no column 'photo'" in state["message"]


def test_an_import_that_is_ended(http: httpx.Client, photos: Mapping[str, bytes]) -> None:
    files = {f"Obama/{number}.jpg": photos["obama.jpg"] + b"%d" % number for number in range(60)}
    import_id = begun(http, files)
    start(http, import_id)
    deadline = time.monotonic() + PATIENCE_S
    while http.get(f"/imports/{import_id}").json()["status"] != "running":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert http.delete(f"/imports/{import_id}").status_code == 204
    state = ended(http, import_id)
    assert state["status"] == "failed"
    assert "was ended" in state["message"]
    assert http.delete(f"/imports/{import_id}").status_code == 404


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("../a.jpg", "cannot be the path"),
        ("/a.jpg", "cannot be the path"),
        ("a//b.jpg", "cannot be the path"),
        ("a\\..\\b.jpg", "cannot be the path"),
        ("a/\x00.jpg", "cannot be the path"),
        ("가" * 90 + ".jpg", "cannot be the path"),
        ("1/2/3/4/5/6/7/8/9.jpg", "cannot be the path"),
        ("", "cannot be the path"),
        ("run.sh", "is neither an image, a table nor a pack"),
        ("a.jpg/b.jpg", "is the name of a file and a folder"),
    ],
)
def test_names_that_files_cannot_have(http: httpx.Client, home: Path, name: str, said: str) -> None:
    import_id = begun(http, {"a.jpg": b"x"})
    answer = send(http, import_id, name, b"x")
    assert answer.status_code == 422, answer.text
    assert said in answer.json()["detail"]
    kept = [each for each in home.rglob("*") if each.suffix in (".jpg", ".sh")]
    assert kept == [home / "imports" / import_id / "files" / "a.jpg"]


def test_what_cannot_be_started(http: httpx.Client) -> None:
    import_id = begun(http, {})
    for order, said in (
        ({}, "No file was sent"),
        ({"collection": "starter"}, "read-only"),
        ({"source": "javascript:1"}, "source"),
        ({"collection": "a/b"}, "collection"),
    ):
        answer = start(http, import_id, **order)
        assert answer.status_code == 422
        assert said in answer.json()["detail"]
    for name in ("a.csv", "b.csv"):
        send(http, import_id, name, b"name,images\n")
    assert "There are several tables or packs" in start(http, import_id).json()["detail"]
    no_pack = begun(http, {"fans.pack.zip": b"PK"})
    for order in ({}, {"collection": "fans"}):
        answer = start(http, no_pack, **order)
        assert answer.status_code == 422
        assert "The pack is refused: it is no sound zip file" in answer.json()["detail"]
    for other in ("0" * 32, "..", "x"):
        assert start(http, other).status_code == 404
        assert http.get(f"/imports/{other}").status_code == 404


def test_a_file_that_is_too_large(serve: Serve, home: Path) -> None:
    with (
        serve(home=home, max_bytes=1000) as server,
        patient.Client(base_url=f"{server.url}/api/v1") as http,
    ):
        import_id = begun(http, {})
        assert send(http, import_id, "a.jpg", bytes(1001)).status_code == 413


def test_only_whoever_has_the_token(http: httpx.Client) -> None:
    import_id = begun(http, {})
    headers = {"authorization": "Bearer no"}
    for method, path in (
        ("POST", "/imports"),
        ("PUT", f"/imports/{import_id}/files?name=a.jpg"),
        ("POST", f"/imports/{import_id}/start"),
        ("GET", f"/imports/{import_id}"),
        ("DELETE", f"/imports/{import_id}"),
        ("GET", "/counts"),
    ):
        assert http.request(method, path, headers=headers).status_code == 401
