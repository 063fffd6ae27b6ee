"""A collection of 100,000 faces, as boto3 uses it: indexing, searching, listing and deleting.

    python -m benchmarks.collections

99,000 faces are put into the store, each a real embedding of the starter gallery with noise, so
that they crowd as faces do; the last 1,000 come by IndexFaces. `lookalike serve` runs one worker
and checks signatures. Every photo is the 1-megapixel one of benchmarks/speed.py with other bytes
at its end, so that each is an image of its own.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import numpy as np
from botocore.config import Config

from benchmarks.report import machine, table
from benchmarks.serving import serving
from benchmarks.speed import SIZES, photo
from lookalike import config
from lookalike.config import Settings
from lookalike.engine.local import LocalEngine
from lookalike.evaluate.speed import timed
from lookalike.gallery.portraits import Portrait
from lookalike.rekognition.access.keys import Keys, Unlocked

_COLLECTION = "crowd"
_STORED, _INDEXED = 99_000, 1_000
_BATCH = 1_000
_CLIENTS = 4
_SEARCHES = 300
# Of those that are indexed: the last, each followed by a search.
_CHANGES = 100
# Of a stored vector to the real one that it is made of: two photos of one person, mostly.
_COSINE = 0.6
_SIZE = SIZES["1 megapixel"]

Row = tuple[str, str]


class Crowd:
    """The collection, through a client. Images are numbered: one number is one image."""

    def __init__(self, aws: Any) -> None:
        self._aws = aws
        self._photo = photo(_SIZE)

    def index(self, number: int) -> None:
        answer = self._aws.index_faces(
            CollectionId=_COLLECTION, Image=self._image(number), ExternalImageId=f"photo-{number}"
        )
        assert len(answer["FaceRecords"]) == 1

    def search_by_image(self, number: int) -> None:
        answer = self._aws.search_faces_by_image(
            CollectionId=_COLLECTION, Image=self._image(number), MaxFaces=10
        )
        assert answer["FaceMatches"][0]["Similarity"] > 99

    def search(self, face: str) -> None:
        self._aws.search_faces(CollectionId=_COLLECTION, FaceId=face, MaxFaces=10)

    def pages(self) -> list[list[str]]:
        """The ids of all faces."""
        pages = self._aws.get_paginator("list_faces").paginate(
            CollectionId=_COLLECTION, PaginationConfig={"PageSize": 4096}
        )
        return [[face["FaceId"] for face in page["Faces"]] for page in pages]

    def count(self) -> int:
        return int(self._aws.describe_collection(CollectionId=_COLLECTION)["FaceCount"])

    def delete(self) -> None:
        self._aws.delete_collection(CollectionId=_COLLECTION)

    def _image(self, number: int) -> dict[str, bytes]:
        # Nobody looks at what follows the end of a JPEG.
        return {"Bytes": self._photo + number.to_bytes(4, "big")}


def fill(settings: Settings) -> None:
    """Put the stored faces into a new collection."""
    with closing(LocalEngine(settings)) as engine:
        engine.gallery.store.create(_COLLECTION, is_open=False)
        collection = engine.gallery.own_collection(_COLLECTION)
        portraits = list(_portraits(engine))
        for start in range(0, _STORED, _BATCH):
            collection.add(portraits[start : start + _BATCH])


def _portraits(engine: LocalEngine) -> Iterator[Portrait]:
    real = [own[0].vector for _, own in engine.gallery.everyone("starter")]
    face = engine.analyzer.analyze(photo(_SIZE)).faces[0]
    sample = Portrait(face.embedding, box=face.box, quality=face.quality, image_size=_SIZE)
    rng = np.random.default_rng(1)
    for number in range(_STORED):
        base = real[number % len(real)]
        noise = rng.standard_normal(len(base))
        noise -= (noise @ base) * base
        vector = _COSINE * base + np.sqrt(1 - _COSINE**2) * noise / np.linalg.norm(noise)
        name = f"stored-{number}"
        yield replace(
            sample, vector=vector.astype(np.float32), image_id=name, external_image_id=name
        )


def indexing(crowd: Crowd) -> Iterator[Row]:
    count = (_INDEXED - _CHANGES) // 2
    one = sum(_laps(crowd.index, range(count)))
    yield "IndexFaces, one client", f"{1000 * count / one:.1f} a second"
    with ThreadPoolExecutor(_CLIENTS) as pool:
        several = timed(lambda: list(pool.map(crowd.index, range(count, 2 * count))))
    yield f"IndexFaces, {_CLIENTS} clients", f"{1000 * count / several:.1f} a second"


def searching(crowd: Crowd) -> Iterator[Row]:
    laps = _laps(crowd.search_by_image, range(_SEARCHES))
    yield f"SearchFacesByImage, {_SEARCHES} times", _marks(laps)
    changed = []
    for number in range(_INDEXED - _CHANGES, _INDEXED):
        crowd.index(number)
        changed += _laps(crowd.search_by_image, [number])
    yield f"SearchFacesByImage after an IndexFaces, {_CHANGES} times", _marks(changed)


def listing(crowd: Crowd) -> Iterator[Row]:
    pages: list[list[str]] = []
    took = timed(lambda: pages.extend(crowd.pages()))
    faces = [face for page in pages for face in page]
    assert len(set(faces)) == len(faces) == crowd.count()
    yield "ListFaces, all", f"{len(faces):,} faces on {len(pages)} pages in {took / 1000:.2f} s"
    laps = _laps(crowd.search, faces[:: len(faces) // _SEARCHES][:_SEARCHES])
    yield f"SearchFaces (no image), {_SEARCHES} times", _marks(laps)


def section() -> str:
    with tempfile.TemporaryDirectory() as folder:
        settings = config.load({}, home=Path(folder), auth="on")
        took = timed(lambda: fill(settings))
        rows: list[Row] = [(f"{_STORED:,} faces into the store", f"{took / 1000:.1f} s")]
        environ = {"LOOKALIKE_HOME": folder, "LOOKALIKE_AUTH": "on"}
        with serving(1, **environ) as served, closing(_client(served.url, _key(settings))) as aws:
            crowd = Crowd(aws)
            for name, call in (
                ("IndexFaces", crowd.index),
                ("SearchFacesByImage", crowd.search_by_image),
            ):
                rows.append((f"{name}, the first", f"{_laps(call, [0])[0]:.0f} ms"))
            rows += [*indexing(crowd), *searching(crowd), *listing(crowd)]
            rows.append(("DeleteCollection", f"{timed(crowd.delete) / 1000:.2f} s"))
            memory = served.process.memory_info().rss / 2**20
            rows.append(("memory of the server in the end", f"{memory:.0f} MiB"))
    return table((f"{_STORED + _INDEXED:,} faces", "one worker"), rows)


def _key(settings: Settings) -> Unlocked:
    with closing(Keys(settings)) as keys:
        return keys.create()


def _client(url: str, key: Unlocked) -> Any:
    return boto3.session.Session(
        aws_access_key_id=key.key.id,
        aws_secret_access_key=key.secret,
        region_name="eu-west-1",
    ).client("rekognition", endpoint_url=url, config=Config(retries={"total_max_attempts": 1}))


def _laps(call: Callable[[Any], object], of: Sequence[Any]) -> list[float]:
    """Milliseconds of each call."""
    return [timed(lambda each=each: call(each)) for each in of]  # type: ignore[misc]


def _marks(laps: Sequence[float]) -> str:
    median, high = np.percentile(laps, (50, 99))
    return f"p50 {median:.1f} ms, p99 {high:.1f} ms"


def main() -> None:
    load = f"Load when it began: {os.getloadavg()[0]:.1f}."
    print(machine(), load, section(), sep="\n\n")


if __name__ == "__main__":
    main()
