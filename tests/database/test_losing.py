"""A server whose database is lost, damaged, replaced, or held by others while it runs."""

from __future__ import annotations

import base64
import logging
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import numpy as np
import pytest

from lookalike.config import Settings
from tests.support import patient
from tests.support.amazon import clients
from tests.support.serving import Server, running

Serve = Callable[..., AbstractContextManager[Server]]

# Of a portrait in a collection of the user's own.
_OWN = "에일린 콜린스"


@pytest.fixture
def filled(serve: Serve, home: Path, photos: Mapping[str, bytes]) -> Iterator[Server]:
    """A server with somebody in a collection of the user's own."""
    with serve(home=home) as server:
        added = patient.post(
            f"{server.url}/api/v1/people",
            data={"name": _OWN, "wikidata": "Q4711"},
            files={"photos": photos["astronaut.png"]},
        )
        assert added.status_code == 201
        yield server


def best(server: Server, photo: bytes) -> httpx.Response:
    return patient.post(f"{server.url}/api/v1/lookalikes", files={"photo": photo})


def name(answer: httpx.Response) -> str:
    found: str = answer.json()["faces"][0]["people"][0]["name"]["ko"]
    return found


def create(server: Server, collection: str) -> httpx.Response:
    return clients.post(server.url, "CreateCollection", {"CollectionId": collection})


def backup(file: Path, to: Path) -> None:
    with closing(sqlite3.connect(file)) as one, closing(sqlite3.connect(to)) as other:
        one.backup(other)


def assert_lost(server: Server, photo: bytes, home: Path) -> None:
    """Nothing is answered from what is in memory, nothing is made anew, and nobody is told where
    the file lies."""
    ready = patient.get(f"{server.url}/readyz")
    assert (ready.status_code, ready.json()) == (503, {"status": "the store cannot be read"})
    assert patient.get(f"{server.url}/healthz").status_code == 200
    answer = best(server, photo)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert answer.json()["type"] == "urn:lookalike:problem:store-unavailable"
    for each in (create(server, "more"), clients.post(server.url, "ListCollections", {})):
        assert (each.status_code, each.headers["retry-after"]) == (503, "2")
        assert each.json()["__type"] == "ServiceUnavailable"
        assert str(home) not in each.text
    assert str(home) not in answer.text


def test_a_database_that_is_deleted_is_not_made_anew(
    filled: Server, home: Path, photos: Mapping[str, bytes], caplog: pytest.LogCaptureFixture
) -> None:
    file, photo = home / "lookalike.sqlite3", photos["astronaut.png"]
    assert name(best(filled, photo)) == _OWN
    away = file.rename(home / "away")
    assert_lost(filled, photo, home)
    assert f"{file} was there and is gone; nothing was changed. Put it back" in caplog.text
    assert not file.exists()
    away.rename(file)
    assert patient.get(f"{filled.url}/readyz").status_code == 200
    assert name(best(filled, photo)) == _OWN
    assert create(filled, "more").status_code == 200


def test_a_backup_in_its_place_is_read_anew(
    filled: Server, home: Path, tmp_path: Path, photos: Mapping[str, bytes]
) -> None:
    file, photo = home / "lookalike.sqlite3", photos["astronaut.png"]
    backup(file, tmp_path / "backup")
    assert patient.delete(f"{filled.url}/api/v1/people/Q4711").status_code == 204
    assert name(best(filled, photo)) != _OWN
    for each in home.glob("lookalike.sqlite3*"):
        each.unlink()
    assert_lost(filled, photo, home)
    shutil.copy(tmp_path / "backup", file)
    assert name(best(filled, photo)) == _OWN
    assert patient.get(f"{filled.url}/readyz").status_code == 200
    assert create(filled, "more").status_code == 200
    collections = clients.post(filled.url, "ListCollections", {}).json()["CollectionIds"]
    assert collections == ["mine", "more"]


@pytest.mark.parametrize("garbage", [b"", b"garbage " * 4096])
def test_a_database_that_is_written_over_is_noticed(
    filled: Server, home: Path, tmp_path: Path, photos: Mapping[str, bytes], garbage: bytes
) -> None:
    file, photo = home / "lookalike.sqlite3", photos["astronaut.png"]
    backup(file, tmp_path / "backup")
    file.write_bytes(garbage)
    assert_lost(filled, photo, home)
    for each in home.glob("lookalike.sqlite3*"):
        each.unlink()
    shutil.copy(tmp_path / "backup", file)
    assert patient.get(f"{filled.url}/readyz").status_code == 200
    assert name(best(filled, photo)) == _OWN


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"odd",
        np.zeros(128, np.float32).tobytes(),
        np.full(128, np.nan, np.float32).tobytes(),
        np.full(128, 1e38, np.float32).tobytes(),
        np.full(64, 128**-0.5, np.float32).tobytes(),
    ],
    ids=["empty", "odd", "zeros", "nan", "huge", "short"],
)
def test_a_damaged_vector_costs_its_row(
    settings: Settings,
    home: Path,
    photos: Mapping[str, bytes],
    damaged: bytes,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with running(settings_of(settings, home)) as server:
        for number, each in enumerate(("astronaut.png", "biden.jpg", "obama.jpg")):
            sent = {"name": f"{each} 님", "wikidata": f"Q471{number}"}
            files = {"photos": photos[each]}
            added = patient.post(f"{server.url}/api/v1/people", data=sent, files=files)
            assert added.status_code == 201
    with closing(sqlite3.connect(home / "lookalike.sqlite3")) as connection, connection:
        statement = "UPDATE faces SET vector = ? WHERE person = 'Q4711' RETURNING id"
        ((gone,),) = connection.execute(statement, (damaged,)).fetchall()
    with running(settings_of(settings, home)) as server:
        assert name(best(server, photos["astronaut.png"])) == "astronaut.png 님"
        assert name(best(server, photos["biden.jpg"])) == "조 바이든"
        faces = clients.post(server.url, "SearchFacesByImage", _image(photos["obama.jpg"])).json()
        assert faces["FaceMatches"][0]["Similarity"] > 99
        assert patient.get(f"{server.url}/api/v1/people/Q4711").status_code == 200
        shown = patient.get(f"{server.url}/api/v1/people/Q4711/portraits").json()
        assert shown["portraits"] == []
    assert f"Face {gone} of 'mine' has a vector that is damaged; it is left out." in caplog.text


def _image(photo: bytes) -> dict[str, object]:
    return {"CollectionId": "mine", "Image": {"Bytes": base64.b64encode(photo).decode()}}


def settings_of(settings: Settings, home: Path) -> Settings:
    return replace(settings, home=home)


@contextmanager
def held(home: Path) -> Iterator[None]:
    """Another process writes, and does not end."""
    with closing(sqlite3.connect(home / "lookalike.sqlite3", isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


def test_writers_that_wait_stop_no_reader(
    filled: Server, home: Path, photos: Mapping[str, bytes], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    most = 8
    with ThreadPoolExecutor(most + 4) as pool:
        with held(home):
            waiting: list[Future[httpx.Response]] = [
                pool.submit(create, filled, f"c{number}") for number in range(most + 4)
            ]
            refused, _ = wait(waiting, return_when="FIRST_COMPLETED")
            assert name(best(filled, photos["astronaut.png"])) == _OWN
            image = _image(photos["astronaut.png"])
            faces = clients.post(filled.url, "SearchFacesByImage", image).json()["FaceMatches"]
            assert faces[0]["Similarity"] > 99
            assert patient.get(f"{filled.url}/readyz").status_code == 200
            assert sum(not each.done() for each in waiting) >= most
            for each in refused:
                answer = each.result()
                assert answer.json()["__type"] == "ThrottlingException"
                assert answer.headers["retry-after"] == "2"
            busy = patient.post(f"{filled.url}/api/v1/collections", json={"id": "x"})
            assert (busy.status_code, busy.headers["retry-after"]) == (503, "2")
            assert busy.json()["type"] == "urn:lookalike:problem:store-busy"
        statuses = [each.result().status_code for each in waiting]
    assert statuses.count(200) == most
    collections = clients.post(filled.url, "ListCollections", {}).json()["CollectionIds"]
    assert len(collections) == 1 + most
