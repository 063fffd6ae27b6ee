"""Faces that are drawn turned: not at all, to a side, upwards."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from benchmarks import pose
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.image import FINE, decode
from lookalike.faces.quality import pose_of_mesh


def test_a_face_that_is_not_turned_is_drawn_as_it_is(
    analyzer: Analyzer, photos: Mapping[str, bytes]
) -> None:
    pixels = decode(photos["obama.jpg"], analyzer.limits, FINE).pixels
    mesh = pose._mesh(analyzer, pixels)
    assert mesh is not None
    drawn = pose._drawn(pixels, mesh.points, np.eye(3, dtype=np.float32))
    assert np.abs(drawn.astype(int) - pixels).max() <= 1


@pytest.mark.parametrize(("kind", "angle"), [("yaw", 15), ("yaw", -15), ("pitch", 15)])
def test_a_turned_face_is_told_to_be_turned(
    analyzer: Analyzer, photos: Mapping[str, bytes], kind: str, angle: float
) -> None:
    pixels = decode(photos["astronaut.png"], analyzer.limits, FINE).pixels
    mesh = pose._mesh(analyzer, pixels)
    assert mesh is not None
    (told,) = pose._turned(analyzer, pixels, mesh, kind, angle)
    assert 0.5 < (told.gained or 0) < 1.2
    assert getattr(told.wanted, kind) == pytest.approx(
        getattr(pose_of_mesh(mesh.points), kind) + angle, abs=2
    )
