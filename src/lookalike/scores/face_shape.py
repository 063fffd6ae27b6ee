"""The shape of a face by the names that advisers use: oval, round, square, heart, long.

Two ratios of the mesh decide: how long the face is and how broad jaw and chin are, both against the
width at the cheekbones. One photo tells little: another photo of the same person gets the same
name less often than not (benchmarks/face_shape.py), so every name comes with how often that is.
The mesh ends below the hair line and guesses what hair or a beard covers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from lookalike.faces.photo import Face
from lookalike.faces.vectors import Floats

Shape = Literal["oval", "round", "square", "heart", "long"]
Why = Literal["turned", "covered"]
Numbers = NDArray[np.float64]

SHAPES: tuple[Shape, ...] = get_args(Shape)
# What the two ratios lead to where they are far above and far below the mean.
_FAR: tuple[tuple[Shape, Shape], ...] = (("long", "round"), ("square", "heart"))

# Points of MediaPipe's canonical face model, pairs left and right in the picture: the cheekbones,
# from the angle of the jaw down to the chin, top and bottom of the face, and the lips' inner edges.
_CHEEKBONES = (234, 454)
_JAW = ((58, 288), (172, 397), (136, 365), (149, 378), (176, 400))
_HEIGHT, _LIPS = (10, 152), (13, 14)
# Beyond these the ratios follow the turn of the head more than the face. Degrees.
_MOST_YAW, _MOST_PITCH = 20.0, 20.0
# Standard deviations from the mean up to which a face is oval: of each shape there are some then.
_OVAL = 0.7

# Fitted by `python -m benchmarks.face_shape LFW --fit` to half the people of LFW. What a degree of
# pitch, its square and an open mouth (in widths of the face) change of the ratios:
_PITCH = np.array([-0.001299, 0.000707])
_PITCH_SQUARED = np.array([6.6e-05, 3e-06])
_MOUTH = np.array([0.211498, -0.033841])
# The mean and standard deviation of the ratios without that.
_MEAN = np.array([1.1521, 0.641024])
_SPREAD = np.array([0.038361, 0.012606])
# Covariances in standard deviations: between people, and between photos of one.
_BETWEEN = np.array([[0.492832, -0.05815], [-0.05815, 0.490038]])
_WITHIN = np.array([[0.507814, -0.138487], [-0.138487, 0.510608]])

# Photos that are imagined of one person, and the seed of them: the same face gets the same answer.
_PHOTOS, _SEED = 2000, 7


@dataclass(frozen=True, slots=True)
class FaceShape:
    """
    Attributes:
        again: the chance that another frontal photo of the person is given the same name, 0 to 1.
        length: of the face, in its widths at the cheekbones, as if the head were straight and the
            mouth closed.
        jaw: the mean width of jaw and chin, in the same.
    """

    name: Shape
    again: float
    length: float
    jaw: float


def face_shape(face: Face) -> FaceShape | Why:
    """The shape of a face; `turned` or `covered`: why its photo does not tell."""
    if face.mesh is None or not face.enough or (face.coverage and not face.coverage.human):
        return "covered"
    pose = face.quality.pose
    if abs(pose.yaw) > _MOST_YAW or abs(pose.pitch) > _MOST_PITCH:
        return "turned"
    found = straightened(ratios(face.mesh.points), pose.pitch)
    levels = (found - _MEAN) / _SPREAD
    (name,) = names(levels[None])
    return FaceShape(name, _again(levels, name), float(found[0]), float(found[1]))


def ratios(points: Floats) -> Numbers:
    """(3,): length of the face, width of jaw and chin, and how open the mouth is, of (468, 3)."""
    places = points.astype(np.float64)

    def apart(pair: tuple[int, int]) -> float:
        return float(np.linalg.norm(places[pair[0]] - places[pair[1]]))

    found = apart(_HEIGHT), float(np.mean([apart(each) for each in _JAW])), apart(_LIPS)
    # A damaged network may have put all points on one another.
    return np.array(found) / max(apart(_CHEEKBONES), 1e-9)


def straightened(found: Numbers, pitch: float) -> Numbers:
    """(2,): the first two ratios without what the pitch of the head and the mouth change."""
    changed = _PITCH * pitch + _PITCH_SQUARED * pitch**2 + _MOUTH * found[2]
    return np.asarray(found[:2] - changed)


def names(levels: Numbers) -> list[Shape]:
    """Of (n, 2) ratios in standard deviations from the mean: what is furthest from it, if far."""
    furthest = np.abs(levels).argmax(axis=1)
    found: list[Shape] = []
    for level, axis in zip(levels, furthest, strict=True):
        above, below = _FAR[axis]
        far = above if level[axis] > 0 else below
        found.append(far if abs(level[axis]) > _OVAL else "oval")
    return found


def _again(levels: Numbers, name: Shape) -> float:
    """How many of the photos that may be of the same person have that name.

    What the person is like is known from one photo as far as people differ more than photos do;
    each other photo differs from that again.
    """
    known = _BETWEEN @ np.linalg.inv(_BETWEEN + _WITHIN)
    others = _BETWEEN - known @ _BETWEEN + _WITHIN
    chance = np.random.default_rng(_SEED)
    imagined = chance.multivariate_normal(known @ levels, others, _PHOTOS)
    return names(imagined).count(name) / _PHOTOS
