"""Landmarks that two close-ups have made better, on real photos through the real detector."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
import pytest

from lookalike.engine.local import LocalEngine
from lookalike.faces.align import align, template
from lookalike.faces.detect import Refiner
from lookalike.faces.image import Pixels, decode
from lookalike.faces.models.decoders import Detections
from lookalike.faces.vectors import Floats

ALONE = ("obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg", "single_face.jpg")


def pixels_of(engine: LocalEngine, data: bytes) -> Pixels:
    return decode(data, engine.limits, 896).pixels


def smaller(pixels: Pixels, factor: float) -> Pixels:
    scaled = cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return np.asarray(scaled, np.uint8)


def first_look(engine: LocalEngine, pixels: Pixels) -> Floats:
    """The (5, 2) landmarks of the largest face."""
    found = engine.analyzer.detector.detect(pixels)
    return np.asarray(found.landmarks[found.boxes[:, 2].argmax()])


def vector(engine: LocalEngine, pixels: Pixels, points: Floats) -> Floats:
    return np.asarray(engine.analyzer.embed([align(pixels, points, 112)])[0])


def turned_over(points: Floats, pixels: Pixels) -> Floats:
    """The landmarks that the mirror image of a picture has."""
    flipped = points * [-1, 1] + [pixels.shape[1] - 1, 0]
    return np.asarray(flipped[[1, 0, 2, 4, 3]], np.float32)


def test_a_smaller_photo_gives_more_nearly_the_same_vector(
    engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    """What one look makes of a photo and of the same photo 7 to 35 % smaller, and three."""
    refiner = Refiner(engine.analyzer.detector)
    one, three = [], []
    for name in ALONE:
        seen = []
        for pixels in (
            smaller(pixels_of(engine, photos[name]), each) for each in (1, 0.93, 0.8, 0.65)
        ):
            points = first_look(engine, pixels)
            better = refiner.refine(pixels, points[None])[0]
            seen.append([vector(engine, pixels, each) for each in (points, better)])
        before, after = np.array(seen).transpose(1, 0, 2)
        one += (before[1:] @ before[0]).tolist()
        three += (after[1:] @ after[0]).tolist()
    assert np.mean(three) > np.mean(one) + 0.005
    assert np.min(three) > np.min(one)


def test_an_analysis_has_the_better_landmarks(
    engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    pixels = pixels_of(engine, photos["astronaut.png"])
    first = first_look(engine, pixels)
    (face,) = engine.analyzer.analyze(photos["astronaut.png"]).faces
    eye, better = (
        face.landmarks.left_eye,
        Refiner(engine.analyzer.detector).refine(pixels, first[None]),
    )
    assert (eye.x, eye.y) == pytest.approx(better[0, 0], abs=0.01)
    assert 0 < np.abs(better[0] - first).max() < 5


def test_the_landmarks_of_a_mirrored_photo_are_mirrored(
    engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    """The two close-ups swap, so only the first look tells left from right."""
    pixels = pixels_of(engine, photos["obama.jpg"])
    turned = np.ascontiguousarray(pixels[:, ::-1])
    points = first_look(engine, pixels)
    other = turned_over(points, pixels)
    refiner = Refiner(engine.analyzer.detector)
    one, two = refiner.refine(pixels, points[None])[0], refiner.refine(turned, other[None])[0]
    back = turned_over(two, pixels)
    assert np.abs(one - back).max() < 0.02 * np.ptp(points, axis=0).max()


class Elsewhere:
    """A detector that finds a face, but not the one that was asked about."""

    def __init__(self, shift: float) -> None:
        self._found = template(320, 1.5)[None] + np.float32(shift)

    def detect_close(self, pixels: Pixels) -> Detections:
        assert pixels.shape == (320, 320, 3)
        return Detections(np.zeros((1, 4), np.float32), self._found, np.ones(1, np.float32))


def test_another_face_in_the_close_up_is_not_taken(
    engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    pixels = pixels_of(engine, photos["obama.jpg"])
    points = first_look(engine, pixels)
    far, near = (Refiner(Elsewhere(each)) for each in (60, 4))  # type: ignore[arg-type]
    assert far.refine(pixels, points[None])[0] == pytest.approx(points, abs=0.01)
    assert np.abs(near.refine(pixels, points[None])[0] - points).max() > 0.5


def test_a_picture_without_any_face_changes_nothing(engine: LocalEngine) -> None:
    grey = np.full((400, 400, 3), 127, np.uint8)
    points = (template(112) + 100).astype(np.float32)
    refined = Refiner(engine.analyzer.detector).refine(grey, points[None])
    assert refined[0] == pytest.approx(points, abs=0.01)
    nobody = np.zeros((0, 5, 2), np.float32)
    assert Refiner(engine.analyzer.detector).refine(grey, nobody).shape == (0, 5, 2)


@pytest.mark.parametrize("points", [[[150, 150]] * 5, [[9e3, 9e3]] * 5, template(112) - 9e3])
def test_landmarks_that_no_face_has_are_no_accident(engine: LocalEngine, points: Floats) -> None:
    pixels = np.full((300, 300, 3), 127, np.uint8)
    given = np.array([points], np.float32)
    assert np.isfinite(Refiner(engine.analyzer.detector).refine(pixels, given)).all()
