"""What becomes of a server whose database is held, lost or damaged (points 7 and 8)."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx

from benchmarks.attack.hole import Hole, Target, check
from tests.support import patient, photos
from tests.support.amazon import clients

_FILE = "lookalike.sqlite3"


def holes() -> tuple[Hole, ...]:
    """On a server that listens on loopback, with a collection."""
    return (
        Hole(7, "writers that wait for the store stop readers", _wait),
        Hole(8, "a damaged vector costs a collection", _damage),
        Hole(8, "a deleted database is made anew, empty", _delete),
        Hole(8, "garbage in the database is ready", _overwrite),
        Hole(9, "files of the home are for all to read", _modes),
    )


def _file(target: Target) -> Path:
    return target.home / _FILE


def _search(target: Target) -> httpx.Response:
    photo = {"photo": photos.load()["obama.jpg"]}
    return patient.post(f"{target.url}/api/v1/lookalikes", files=photo)


def _create(target: Target, name: str) -> httpx.Response:
    return clients.post(target.url, "CreateCollection", {"CollectionId": name})


def _wait(target: Target) -> str:
    with (
        ThreadPoolExecutor(3) as pool,
        closing(sqlite3.connect(_file(target), isolation_level=None)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        waiting = [pool.submit(_create, target, f"c{number}") for number in range(3)]
        searched = _search(target)
        still = not any(each.done() for each in waiting)
        other.execute("ROLLBACK")
        written = [each.result().status_code for each in waiting]
    closed = searched.status_code == 200 and still and written == [200] * 3
    return check(closed, "searches are answered while three wait")


def _damage(target: Target) -> str:
    for name in ("obama.jpg", "biden.jpg"):
        form = {"name": name, "collection": "damaged"}
        added = patient.post(
            f"{target.url}/api/v1/people", data=form, files={"photos": photos.load()[name]}
        )
        check(added.status_code == 201, added.text)
    with closing(sqlite3.connect(_file(target))) as connection, connection:
        connection.execute(
            "UPDATE faces SET vector = x'00' WHERE rowid = (SELECT max(rowid) FROM faces)"
        )
    form = {"collection": "damaged"}
    photo = {"photo": photos.load()["obama.jpg"]}
    # Another process wrote, so everything is read again.
    _create(target, "more")
    answer = patient.post(f"{target.url}/api/v1/lookalikes", data=form, files=photo)
    return check(answer.status_code == 200, f"{answer.status_code}, found by the others")


def _delete(target: Target) -> str:
    away = _file(target).rename(target.home / "away")
    lost = (_search(target), _create(target, "x"), patient.get(f"{target.url}/readyz"))
    anew = _file(target).exists()
    away.rename(_file(target))
    back = (_search(target), patient.get(f"{target.url}/readyz"))
    statuses = [each.status_code for each in (*lost, *back)]
    return check(statuses == [503, 503, 503, 200, 200] and not anew, f"{statuses[:3]}, then 200")


def _overwrite(target: Target) -> str:
    kept = _file(target).read_bytes()
    with _file(target).open("r+b") as file:
        file.write(b"garbage " * 512)
    ready = patient.get(f"{target.url}/readyz")
    _file(target).write_bytes(kept)
    back = patient.get(f"{target.url}/readyz")
    return check(
        (ready.status_code, back.status_code) == (503, 200), f"{ready.json()['status']}, then 200"
    )


def _modes(target: Target) -> str:
    found = {each: each.stat().st_mode & 0o077 for each in (target.home, *target.home.rglob("*"))}
    return check(not any(found.values()), f"{len(found)} are for their owner alone")
