"""A face that was found -> a mesh of 468 points on it, and how surely it is one.

MediaPipe's network looks at each face alone, upright and large, and at its mirror image: twice
from where the detector put it, then twice from where those looks put it, as MediaPipe follows a
face through a video. A look and its mirror image have the same error to either side, so a
photo and its mirror image get the same mesh.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lookalike.faces.align import (
    TEMPLATE,
    TEMPLATE_SIZE,
    cut,
    direction,
    moved_back,
    square_around,
    transform,
)
from lookalike.faces.image import Pixels
from lookalike.faces.models.decoders import Detections
from lookalike.faces.models.manifest import MESH
from lookalike.faces.models.network import Network, Runtime
from lookalike.faces.vectors import Floats

POINTS = 468
_SIDE = 192
# How many times the box of the detector, and that of a mesh, the network is shown. Looser than the
# first, points drift by up to a tenth of turned faces; the other is MediaPipe's own
# (face_landmark_landmarks_to_roi.pbtxt, `scale_x`).
_AROUND_BOX, _AROUND_MESH = 1.25, 1.5
# Degrees by which a face may lean in the square that it was looked at in: the network takes it for
# more upright than it is. Portraits that are tilted by 45 degrees, which the detector has 10 off,
# are found 6 off without another look, and 1 with it; upright ones are not looked at again.
_ASKEW = 4.0
# Points of MediaPipe's canonical face model: the contours of both eyes, the tip of the nose (two
# points, between which others put it), and the corners of the mouth, left and right in the picture.
LEFT_EYE = (33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246)
RIGHT_EYE = (263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466)
_NOSE, _MOUTH_LEFT, _MOUTH_RIGHT = (1, 4), (61,), (291,)
_PARTS = (LEFT_EYE, RIGHT_EYE, _NOSE, _MOUTH_LEFT, _MOUTH_RIGHT)
_LEFT_CORNER, _RIGHT_CORNER = 33, 263
# The same parts of a mirrored picture.
_MIRRORED = [1, 0, 2, 4, 3]
# `TEMPLATE`, which leans to the right by half a pixel, made its own mirror image: x of a mirrored
# picture is its last column minus x.
_UPRIGHT: Floats = (
    TEMPLATE
    + TEMPLATE[_MIRRORED] * np.array([-1, 1], np.float32)
    + np.array([TEMPLATE_SIZE - 1, 0], np.float32)
) / np.float32(2)
# How far from the mesh's parts a detector has them, which recognisers are trained with, in pixels
# of `TEMPLATE`: the median of LFW's faces and their mirror images (benchmarks/improvements).
_DETECTORS: Floats = np.array(
    [[-0.31, -0.70], [0.31, -0.70], [0.0, -0.31], [0.32, -0.15], [-0.32, -0.15]], np.float32
)


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """
    Attributes:
        points: (468, 3) float32 x, y and depth in pixels of the picture, smaller depths nearer;
            which point is where is told by MediaPipe's canonical face model.
        landmarks: (5, 2) float32, the five of a detector, in its order.
        presence: how surely there is a human face, as the network says it: a logit, 0 where that is
            even, 37 at the median of LFW.
    """

    points: Floats
    landmarks: Floats
    presence: float

    def scaled(self, factor: float) -> Mesh:
        by = np.float32(factor)
        return Mesh(self.points * by, self.landmarks * by, self.presence)


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """What the network saw in a picture, and in its mirror image, seen from the picture."""

    meshes: tuple[Floats, Floats]
    flags: tuple[float, float]

    @property
    def parts(self) -> Floats:
        """(5, 2): the mean of both."""
        plain, mirrored = (_parts(each) for each in self.meshes)
        return np.asarray((plain + mirrored[_MIRRORED]) / 2)


class MeshReader:
    """Reads the meshes of the faces of a picture; not for several threads at once."""

    def __init__(self, runtime: Runtime) -> None:
        self._network: Network = runtime.open(MESH, (2, _SIDE, _SIDE, 3))

    def warm(self) -> None:
        """Let the runtime prepare itself, so that the first photo does not wait."""
        self._network(np.zeros((2, _SIDE, _SIDE, 3), np.uint8))

    def read(self, pixels: Pixels, found: Detections) -> tuple[Mesh, ...]:
        """One for each of the faces found in (height, width, 3) RGB.

        Where no face is, its landmarks are the detector's.
        """
        return tuple(
            self._read_one(pixels, *each) for each in zip(found.boxes, found.landmarks, strict=True)
        )

    def follow(self, pixels: Pixels, mesh: Mesh) -> Mesh:
        """The mesh of a face that was just seen elsewhere, looked for once from where it was.

        Where it is no more, its presence says so.
        """
        points = mesh.points[:, :2]
        across = points[_RIGHT_CORNER] - points[_LEFT_CORNER]
        return _mesh(self._look(pixels, _around_points(points[np.newaxis], across)), mesh.landmarks)

    def _read_one(self, pixels: Pixels, box: Floats, landmarks: Floats) -> Mesh:
        around = _around_look(self._look(pixels, _around_box(box, landmarks)))
        look = self._look(pixels, around)
        again = _around_look(look)
        if _between(around, again) > _ASKEW:
            look = self._look(pixels, again)
        return _mesh(look, landmarks)

    def _look(self, pixels: Pixels, matrix: Floats) -> _Look:
        """At the square that a (2, 3) matrix brings to the network's."""
        plain = cut(pixels, matrix, _SIDE)
        both = np.stack([plain, plain[:, ::-1]])
        points, flags = (each.reshape(2, -1) for each in self._network(both))
        meshes = points.reshape(2, POINTS, 3)
        meshes[1, :, 0] = _SIDE - 1 - meshes[1, :, 0]
        one, other = (_back(each, matrix) for each in meshes)
        return _Look((one, other), (float(flags[0, 0]), float(flags[1, 0])))


def _mesh(look: _Look, detected: Floats) -> Mesh:
    presence = float(np.mean(look.flags))
    # Else there is rather no face, and the points are anywhere.
    landmarks = _as_detected(look.parts) if presence >= 0 else detected
    return Mesh(look.meshes[0].astype(np.float32), landmarks.astype(np.float32), presence)


def _as_detected(parts: Floats) -> Floats:
    """Where a detector would have (5, 2) parts of a mesh.

    They lean as much as `TEMPLATE`, so that the crop of a mirrored picture is the mirrored crop.
    """
    matrix = transform(parts, _UPRIGHT)
    placed = parts @ matrix[:, :2].T + matrix[:, 2] + _DETECTORS + (TEMPLATE - _UPRIGHT)
    return np.asarray(moved_back(placed, matrix))


def _parts(points: Floats) -> Floats:
    """(5, 2) of (468, 3)."""
    return np.array([points[list(part), :2].mean(axis=0) for part in _PARTS])


def _back(points: Floats, matrix: Floats) -> Floats:
    """Points of the network's square in the picture that a matrix cut it from."""
    scale = np.hypot(*matrix[:, 0].astype(np.float64))
    return np.column_stack([moved_back(points[:, :2], matrix), points[:, 2] / scale])


def _around_box(box: Floats, landmarks: Floats) -> Floats:
    """The matrix of a square around a detector's box, turned upright by the eyes."""
    left, top, width, height = box
    centre = np.array([left + width / 2, top + height / 2])
    return square_around(
        centre, _AROUND_BOX * max(width, height), landmarks[1] - landmarks[0], _SIDE
    )


def _around_look(look: _Look) -> Floats:
    """The matrix of a square around what was seen, turned upright by the corners of the eyes."""
    plain, mirrored = (each[:, :2] for each in look.meshes)
    across = (
        plain[_RIGHT_CORNER]
        - plain[_LEFT_CORNER]
        + mirrored[_LEFT_CORNER]
        - mirrored[_RIGHT_CORNER]
    )
    return _around_points(np.stack([plain, mirrored]), across)


def _around_points(meshes: Floats, across: Floats) -> Floats:
    """The matrix of a square around the mean of (n, 468, 2) meshes, its top along `across`."""
    right = direction(across)
    axes = np.array([right, [-right[1], right[0]]])
    turned = meshes @ axes.T
    low, high = turned.min(axis=1).mean(axis=0), turned.max(axis=1).mean(axis=0)
    return square_around((low + high) / 2 @ axes, _AROUND_MESH * (high - low).max(), across, _SIDE)


def _between(one: Floats, other: Floats) -> float:
    """Degrees by which one matrix turns a picture more than another."""
    (a, b), (c, d) = one[:, 0].astype(np.float64), other[:, 0].astype(np.float64)
    return abs(float(np.degrees(np.arctan2(a * d - b * c, a * c + b * d))))
