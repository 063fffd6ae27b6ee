"""The shape of a face: what it is measured by, and how sure it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from lookalike.faces.analyzer import Analyzer
from lookalike.faces.photo import Face
from lookalike.faces.vectors import Floats
from lookalike.scores.face_shape import FaceShape, Shape, face_shape


@pytest.fixture(scope="module")
def face(analyzer: Analyzer, photos: Mapping[str, bytes]) -> Face:
    return analyzer.analyze(photos["obama.jpg"]).faces[0]


def told(face: Face) -> FaceShape:
    found = face_shape(face)
    assert isinstance(found, FaceShape), found
    return found


def stretched(face: Face, factors: tuple[float, float]) -> Face:
    """The same face, wider or longer."""
    assert face.mesh is not None
    points: Floats = face.mesh.points * np.array([*factors, 1], np.float32)
    return replace(face, mesh=replace(face.mesh, points=points))


def test_it_is_measured_in_widths_of_the_face(face: Face) -> None:
    assert face.mesh is not None
    plain, larger = told(face), told(replace(face, mesh=face.mesh.scaled(3)))
    assert larger.name == plain.name
    assert larger.length == pytest.approx(plain.length, rel=1e-4)
    assert told(stretched(face, (1, 1.1))).length > plain.length * 1.05


@pytest.mark.parametrize(("factors", "name"), [((1, 1.15), "long"), ((1, 0.8), "round")])
def test_a_face_is_called_by_what_is_far_from_the_mean(
    face: Face, factors: tuple[float, float], name: Shape
) -> None:
    found = told(stretched(face, factors))
    assert found.name == name
    assert found.again > told(face).again, "far from the mean it is surer"


def test_the_same_face_gets_the_same_answer(face: Face) -> None:
    assert told(face) == told(face)
    assert 0.2 < told(face).again < 0.5


def test_a_face_without_a_mesh_is_not_measured(face: Face) -> None:
    assert face_shape(replace(face, mesh=None)) == "covered"


@pytest.mark.parametrize(("yaw", "pitch"), [(25, 0), (-25, 0), (0, 21), (0, -21)])
def test_a_face_that_is_turned_is_not_measured(face: Face, yaw: float, pitch: float) -> None:
    pose = replace(face.quality.pose, yaw=yaw, pitch=pitch)
    assert face_shape(replace(face, quality=replace(face.quality, pose=pose))) == "turned"
