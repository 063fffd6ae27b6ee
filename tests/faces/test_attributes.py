"""Age ranges and genders that the networks guess of real photos, over every way to ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from lookalike.engine.local import LocalEngine
from lookalike.faces import attributes
from lookalike.faces.align import TEMPLATE_SIZE, template
from tests.support import patient
from tests.support.amazon.clients import client
from tests.support.serving import Server


def test_guesses_are_of_each_face_in_a_batch(
    engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    faces = engine.analyzer.analyze(photos["t1.jpg"]).faces
    together = engine.analyzer.attributes(faces)
    assert len(together) == 6
    for face, guess in zip(faces, together, strict=True):
        (alone,) = engine.analyzer.attributes([face])
        assert alone.female == pytest.approx(guess.female, abs=0.02)
        assert guess.age_high - guess.age_low >= 10
        assert 0 <= guess.age_low < guess.age_high <= 80
    assert engine.analyzer.attributes([]) == ()


@pytest.mark.parametrize(
    ("name", "female", "age"),
    [("obama.jpg", False, 51), ("biden.jpg", False, 67), ("astronaut.png", True, 41)],
)
def test_known_people(
    engine: LocalEngine, photos: Mapping[str, bytes], name: str, female: bool, age: int
) -> None:
    """Their ages when the photos were taken, by the dates in the files: the guess is a few years
    off, as for most people (docs/benchmarks.md)."""
    (guess,) = engine.analyzer.attributes(engine.analyzer.analyze(photos[name]).faces[:1])
    assert (guess.female > 0.9) if female else (guess.female < 0.1)
    assert guess.age_low - 8 <= age <= guess.age_high + 8


def test_a_chip_has_the_eyes_where_dlib_has_them() -> None:
    """A dot on each eye of the aligned crop lands on the eyes of dlib's mean face."""
    crop = np.zeros((TEMPLATE_SIZE, TEMPLATE_SIZE, 3), np.uint8)
    for x, y in template(TEMPLATE_SIZE)[:2]:
        crop[round(y) - 2 : round(y) + 3, round(x) - 2 : round(x) + 3] = 255
    chip = attributes.chip(crop, 64, 0.2)[:, :, 0].astype(float)
    rows, columns = np.indices((64, 64))
    for side, wanted in ((columns < 32, 0.2255), (columns >= 32, 0.7548)):
        x = np.average(columns, weights=chip * side)
        y = np.average(rows, weights=chip * side)
        assert x == pytest.approx((0.2 + wanted) / 1.4 * 64, abs=2.5)
        assert y == pytest.approx((0.2 + 0.216) / 1.4 * 64, abs=2.5)


def details(server: Server, photo: bytes, *asked: str) -> dict[str, Any]:
    with client(server.url) as aws:
        answer = aws.detect_faces(Image={"Bytes": photo}, Attributes=list(asked))
    found: dict[str, Any] = answer["FaceDetails"][0]
    return found


def test_detect_faces_answers_what_is_guessed_if_asked(
    server: Server, photos: Mapping[str, bytes]
) -> None:
    plain = details(server, photos["astronaut.png"], "DEFAULT")
    assert plain.keys() == {"BoundingBox", "Confidence", "Landmarks", "Pose", "Quality"}
    everything = details(server, photos["astronaut.png"], "ALL")
    assert {"AgeRange", "Gender"} <= everything.keys()
    assert everything["Gender"]["Value"] == "Female"
    assert everything["Gender"]["Confidence"] > 90
    assert everything["AgeRange"]["Low"] <= 41 <= everything["AgeRange"]["High"]
    one = details(server, photos["obama.jpg"], "DEFAULT", "GENDER")
    assert one.keys() - plain.keys() == {"Gender"}
    assert one["Gender"]["Value"] == "Male"


def test_the_json_api_guesses_only_if_asked(server: Server, photos: Mapping[str, bytes]) -> None:
    detect = f"{server.url}/api/v1/detect"
    photo = {"photo": photos["biden.jpg"]}
    plain = patient.post(detect, files=photo).json()
    assert [face["guess"] for face in plain["faces"]] == [None]
    asked = patient.post(detect, files=photo, data={"attributes": "true"}).json()
    guess = asked["faces"][0]["guess"]
    assert guess["age_low"] >= 55
    assert guess["female"] < 0.1
