"""Faces as aligned squares, and the portraits that a server offers."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from lookalike.engine.local import LocalEngine
from lookalike.faces.align import template
from lookalike.faces.geometry import Landmarks, Point
from lookalike.faces.pictures.square import MARGIN, face_square
from lookalike.gallery.wikimedia.portrait_cache import forget
from tests.support import patient, portraits
from tests.support.serving import Server

Serve = Callable[..., AbstractContextManager[Server]]
SIDE = 320


def jpeg(picture: PIL.Image.Image) -> bytes:
    written = io.BytesIO()
    picture.convert("RGB").save(written, "JPEG", quality=92)
    return written.getvalue()


def places(landmarks: Landmarks) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    names = ("left_eye", "right_eye", "nose", "mouth_left", "mouth_right")
    points = [getattr(landmarks, name) for name in names]
    return np.array([(each.x, each.y) for each in points], np.float32)


# Where the template's points lie in a square with a margin.
EXPECTED = template(SIDE, MARGIN)


@pytest.mark.parametrize("name", ["obama.jpg", "astronaut.png", "single_face.jpg"])
def test_the_landmarks_of_every_face_are_in_one_place(
    engine: LocalEngine, photos: Mapping[str, bytes], name: str
) -> None:
    found = engine.analyzer.analyze(photos[name])
    square = face_square(photos[name], found, found.faces[0], SIDE, engine.limits)
    assert square.shape == (SIDE, SIDE, 3)
    (face,) = engine.analyzer.analyze(jpeg(PIL.Image.fromarray(square))).faces
    # Least squares over five points of a real face: they are near their places, not on them.
    assert np.abs(places(face.landmarks) - EXPECTED).mean() < 0.03 * SIDE


def test_a_large_photo_is_decoded_to_what_is_shown(
    engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    """The same face three times as large, somewhere in twelve megapixels, looks the same."""
    person = PIL.Image.open(io.BytesIO(photos["astronaut.png"])).convert("RGB")
    wall = PIL.Image.new("RGB", (4000, 3000), (110, 120, 130))
    wall.paste(person.resize((1536, 1536), PIL.Image.Resampling.LANCZOS), (1200, 700))
    alone = engine.analyzer.analyze(photos["astronaut.png"])
    (face,) = alone.faces
    moved = Landmarks(
        *(Point(3 * x + 1201, 3 * y + 701) for x, y in places(face.landmarks).tolist())
    )
    large = face_square(
        jpeg(wall),
        replace(alone, width=4000, height=3000),
        replace(face, landmarks=moved),
        SIDE,
        engine.limits,
    )
    small = face_square(photos["astronaut.png"], alone, face, SIDE, engine.limits)
    middle = slice(SIDE // 4, -SIDE // 4)  # Around it, one shows the wall.
    assert np.abs(large.astype(int) - small)[middle, middle].mean() < 5


@pytest.fixture
def offered(serve: Serve, own_cache: Path) -> Callable[..., AbstractContextManager[Server]]:
    return lambda **changes: serve(cache=own_cache, **changes)


def test_an_aligned_portrait(
    offered: Serve, own_cache: Path, photos: Mapping[str, bytes], engine: LocalEngine
) -> None:
    portraits.put(own_cache, "Q76", photos["obama2.jpg"])
    with offered() as server:
        url = f"{server.url}/api/v1/people/Q76/portrait"
        answer = patient.get(url, params={"aligned": 1})
        again = patient.get(url, params={"aligned": 1})
        whole = patient.get(url)
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "public, max-age=86400"
    assert answer.content == again.content
    assert whole.content == photos["obama2.jpg"]
    with PIL.Image.open(io.BytesIO(answer.content)) as picture:
        assert (picture.size, picture.format) == ((SIDE, SIDE), "JPEG")
    (face,) = engine.analyzer.analyze(answer.content).faces
    assert np.abs(places(face.landmarks) - EXPECTED).mean() < 0.03 * SIDE
    assert forget(own_cache / "portraits", "Q76") == 3
    assert list((own_cache / "portraits").glob("Q76*")) == []


def test_a_portrait_that_shows_no_one_face(
    offered: Serve, own_cache: Path, photos: Mapping[str, bytes]
) -> None:
    """Nobody can say whose face of a group it is."""
    portraits.put(own_cache, "Q76", photos["t1.jpg"])
    with offered() as server:
        for _ in range(2):
            url = f"{server.url}/api/v1/people/Q76/portrait"
            answer = patient.get(url, params={"aligned": 1})
            assert answer.status_code == 404
            assert answer.json()["type"] == "urn:lookalike:problem:portrait-unavailable"
            assert answer.json()["detail"] == "The portrait does not show one clear face."


def test_what_is_offered_can_be_had(
    offered: Serve, own_cache: Path, photos: Mapping[str, bytes]
) -> None:
    portraits.put(own_cache, "Q76", photos["obama2.jpg"])
    with offered() as server, patient.Client(base_url=server.url) as http:
        found = http.post("/api/v1/lookalikes", files={"photo": photos["obama.jpg"]}).json()
        best, *others = found["faces"][0]["people"]
        assert best["portrait"]["url"] == "/api/v1/people/Q76/portrait"
        assert best["portrait"]["credit"]["author"] == "Jane Doe"
        assert http.get(best["portrait"]["url"]).status_code == 200
        assert [each["portrait"] for each in others] == [None] * 9
        listed = http.get("/api/v1/people", params={"query": "obama"}).json()["people"]
        assert listed[0]["portrait"] == best["portrait"]
        assert http.get(f"/api/v1/people/{others[0]['id']}").json()["portrait"] is None


def test_a_server_that_fetches_offers_everyone_from_wikidata(
    offered: Serve, photos: Mapping[str, bytes]
) -> None:
    with offered(portraits="on") as server:
        url = f"{server.url}/api/v1/lookalikes"
        found = patient.post(url, files={"photo": photos["obama.jpg"]}).json()
        best = found["faces"][0]["people"][0]
        assert best["portrait"] == {"url": "/api/v1/people/Q76/portrait", "credit": None}
