"""Homes with something of all that a backup keeps, and what is in them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np

from lookalike import config
from lookalike.config import Settings
from lookalike.faces.models.manifest import SFACE
from lookalike.faces.vectors import Floats
from lookalike.gallery.people import Person, Text
from lookalike.gallery.portraits import Portrait
from lookalike.gallery.store import Store
from lookalike.rekognition.access.keys import Keys
from lookalike.web.sharing.results import Results, Shared

PASSPHRASE = "correct horse battery staple"
SHARED = Shared("U1", "홍길동", "나는 홍길동을 닮았대요", "드물게 닮았어요", "ko", 0.0)
# What a home has beside, and what lies in it only for a moment.
_BESIDE = {
    "models/chosen.json": b'{"recogniser": "sface-2021dec"}\n',
    "models/own/model.json": b"{}",
    "models/own/model.onnx": b"network " * 1000,
    "networks/face.onnx": b"fetched",
    "events/site.toml": 'name = "봄날의 무대"\n'.encode(),
}
MOMENTARY = {
    "migration.lock": b"",
    "videos.lock": b"",
    "models/.own.1234.part/model.onnx": b"half",
    "somebody/else.txt": b"of no concern",
}


def unit(place: int) -> Floats:
    vector: Floats = np.eye(SFACE.dimension, dtype=np.float32)[place]
    return vector


def settings_of(home: Path, **changes: object) -> Settings:
    loaded = config.load({}, home=home, cache=home.parent / "cache", backup_passphrase=PASSPHRASE)
    return replace(loaded, **changes)  # type: ignore[arg-type]


def filled(home: Path) -> Settings:
    """Settings of a home with everything in it."""
    settings = settings_of(home, site=str(home / "events" / "site.toml"))
    enrol(home, "U1")
    keys = Keys(settings)
    keys.create("fan site")
    keys.close()
    results = Results(home / "results")
    for _ in range(2):
        shared = replace(SHARED, expires=results.expiry(7))
        results.keep(shared, {"wide": b"JPEG one", "tall": b"JPEG two"})
    with closing(sqlite3.connect(home / "counts.sqlite3")) as counts, counts:
        counts.execute("CREATE TABLE counts (day TEXT, count INTEGER)")
        counts.execute("INSERT INTO counts VALUES ('2026-07-01', 3)")
    for name, data in {**_BESIDE, **MOMENTARY}.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_bytes(data)
    return settings


def enrol(home: Path, person: str, collection: str = "mine") -> None:
    store = Store(home, SFACE.contract)
    try:
        store.add(Person(person, collection, Text("홍길동")), [Portrait(unit(3), image_id="x")])
    finally:
        store.close()


def held(home: Path) -> dict[str, object]:
    """What a home keeps: rows of databases, bytes of all else but of what is of no concern."""
    found: dict[str, object] = {}
    for path in sorted(each for each in home.rglob("*") if each.is_file()):
        name = path.relative_to(home).as_posix()
        if name.endswith(".sqlite3"):
            found[name] = rows(path)
        elif name not in MOMENTARY and not name.endswith((".lock", "-wal", "-shm")):
            found[name] = path.read_bytes()
    return found


def rows(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())
