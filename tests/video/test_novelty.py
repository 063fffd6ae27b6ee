"""Whether a frame may show somebody new: a camera that turns shows nobody, a face that comes up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from lookalike.faces.analyzer import Analyzer
from lookalike.faces.image import Image, Pixels
from lookalike.faces.photo import Face
from lookalike.video.frames import Frame
from lookalike.video.novelty import Novelty
from tests.support.videos import canvas, scaled

WIDTH, HEIGHT = 640, 360


@pytest.fixture(scope="module")
def wide(photos: Mapping[str, bytes]) -> Pixels:
    """Obama, with room at either side."""
    return canvas(scaled(photos["obama.jpg"], HEIGHT), 2 * WIDTH, HEIGHT)


def frame(wide: Pixels, time_ms: int, left: int = WIDTH // 2) -> Frame:
    """A window on it, with a camera's noise."""
    noise = np.random.default_rng(time_ms).integers(-6, 7, (HEIGHT, WIDTH, 3), np.int16)
    pixels = np.clip(wide[:, left : left + WIDTH] + noise, 0, 255).astype(np.uint8)
    return Frame(time_ms, Image(pixels, WIDTH, HEIGHT, "video"))


@pytest.fixture(scope="module")
def faces(analyzer: Analyzer, wide: Pixels) -> tuple[Face, ...]:
    return analyzer.analyze_frame(frame(wide, 0).image).faces


def test_nothing_is_new_until_a_second_is_over(wide: Pixels, faces: tuple[Face, ...]) -> None:
    novelty = Novelty()
    new = [novelty.may_be_new(frame(wide, each), faces) for each in range(0, 2200, 200)]
    assert [each for each, one in enumerate(new) if one] == [0, 5, 10]


def test_a_camera_that_turns_shows_nobody(wide: Pixels, faces: tuple[Face, ...]) -> None:
    novelty = Novelty()
    start = WIDTH // 2
    turned = [frame(wide, 200 * each, start - 6 * each) for each in range(3)]
    assert [novelty.may_be_new(each, faces) for each in turned] == [True, False, False]


def test_light_that_changes_is_nobody(wide: Pixels, faces: tuple[Face, ...]) -> None:
    novelty = Novelty()
    dark, light = frame(wide // 2, 0), frame(wide // 2 + np.uint8(20), 200)
    assert [novelty.may_be_new(each, faces) for each in (dark, light)] == [True, False]


def test_a_cut_and_a_face_that_comes_up_are_new(
    wide: Pixels, faces: tuple[Face, ...], photos: Mapping[str, bytes]
) -> None:
    biden = canvas(scaled(photos["biden.jpg"], HEIGHT), 2 * WIDTH, HEIGHT)
    novelty = Novelty()
    assert novelty.may_be_new(frame(wide, 0), faces)
    assert novelty.may_be_new(frame(biden, 200), faces)
    # A small face, where nobody is looked for.
    came = wide.copy()
    left, top = WIDTH // 2 + 20, 40
    came[top : top + 28, left : left + 28] = faces[0].crop[::4, ::4]
    novelty = Novelty()
    assert novelty.may_be_new(frame(wide, 0), faces)
    assert not novelty.may_be_new(frame(wide, 200), faces)
    assert novelty.may_be_new(frame(came, 400), faces)


def test_a_face_that_is_lost_is_looked_for_everywhere(
    analyzer: Analyzer, wide: Pixels, faces: tuple[Face, ...]
) -> None:
    photo = analyzer.analyze_frame(frame(wide, 0).image)
    there = analyzer.analyze_frame(frame(wide, 200, WIDTH // 2 - 8).image, photo)
    (face,), (moved,) = photo.faces, there.faces
    assert np.array_equal(face.embedding, moved.embedding)
    assert moved.box.left - face.box.left == pytest.approx(8, abs=2)
    assert moved.box.width == pytest.approx(face.box.width, rel=0.05)
    away = replace(face, mesh=face.mesh and face.mesh.scaled(0.2))
    again = analyzer.analyze_frame(frame(wide, 200).image, replace(photo, faces=(away,)))
    assert again.faces[0].box.overlap(face.box) > 0.9
    assert not np.array_equal(again.faces[0].embedding, face.embedding)
