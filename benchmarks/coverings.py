"""Sunglasses, masks and hands, drawn on photos of faces by the points of their meshes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.faces.image import Pixels

Numbers = NDArray[np.floating]

# Points of MediaPipe's canonical face model.
_LEFT_EYE = (33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246)
_RIGHT_EYE = (263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466)
_LEFT_TEMPLE, _RIGHT_TEMPLE, _LIPS = 234, 454, 13
_SKIN = (50, 280, 151)
# The line of the jaw from temple to temple, and over the nose to the other side.
_JAW = (
    *(234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288),
    *(361, 323, 454),
)
_RIGHT_OF_NOSE, _NOSE, _LEFT_OF_NOSE = (350, 329), (197, 195, 5), (121, 100)
# The left and the right end of a fold of a mask, and its middle, from below the nose to the chin.
_FOLDS = ((93, 172), (323, 397), (2, 152))
_MASKS = (
    *((170, 200, 225), (235, 235, 235), (25, 25, 28)),
    *((150, 190, 170), (200, 150, 160), (60, 70, 110)),
)
_CIRCLE = np.linspace(0, 2 * np.pi, 48, endpoint=False)


@dataclass(frozen=True, slots=True, eq=False)
class _Face:
    """The (468, 2) points of a mesh, and its axes: to the right and down, as long as its eyes are
    apart."""

    points: Numbers
    left: Numbers
    right: Numbers

    @property
    def across(self) -> Numbers:
        return self.right - self.left

    @property
    def down(self) -> Numbers:
        return np.array([-self.across[1], self.across[0]])

    @property
    def width(self) -> float:
        return float(np.linalg.norm(self.across))


Drawing = Callable[[Pixels, Numbers, np.random.Generator], Pixels]


def _face(mesh: Numbers) -> _Face:
    points = mesh[:, :2].astype(np.float64)
    left, right = (points[list(eye)].mean(axis=0) for eye in (_LEFT_EYE, _RIGHT_EYE))
    return _Face(points, left, right)


def sunglasses(pixels: Pixels, mesh: Numbers, random: np.random.Generator) -> Pixels:
    """Two dark glasses of any shape, some with the sky in them, a bridge and two arms."""
    face, drawn = _face(mesh), pixels.astype(np.float32)
    tint = np.clip(random.uniform(0, 45) + random.uniform(-15, 15, 3), 0, 90)
    frame = np.clip(tint + random.uniform(-20, 60), 0, 255)
    wide, high = random.uniform(0.36, 0.46), random.uniform(0.26, 0.40)
    opacity, roundness = random.uniform(0.85, 1), random.choice([2.0, 3.0, 5.0])
    x = wide * np.sign(np.cos(_CIRCLE)) * np.abs(np.cos(_CIRCLE)) ** (2 / roundness)
    y = high * np.sign(np.sin(_CIRCLE)) * np.abs(np.sin(_CIRCLE)) ** (2 / roundness)
    sky, shine = random.random() < 0.4, random.uniform(0.1, 0.5)
    for eye, side, temple in ((face.left, -1, _LEFT_TEMPLE), (face.right, 1, _RIGHT_TEMPLE)):
        centre = eye + random.uniform(0.02, 0.1) * face.down + 0.03 * side * face.across
        drawn = _filled(drawn, _placed(face, centre, x, y), tint, opacity, 0.01 * face.width)
        if sky:
            glint = _placed(face, centre, -0.4 * wide + x / 4, -0.3 * high + y / 5)
            drawn = _filled(drawn, glint, (200, 200, 210), shine, 0.05 * face.width)
        hinge, ear = centre + side * 0.95 * wide * face.across, face.points[temple]
        arm = [hinge - 0.05 * face.down, ear - 0.1 * face.down]
        arm += [ear - 0.02 * face.down, hinge + 0.03 * face.down]
        drawn = _filled(drawn, np.array(arm), frame, 1, 0.01 * face.width)
    one, other = (
        eye + s * 0.9 * wide * face.across for eye, s in ((face.left, 1), (face.right, -1))
    )
    up, low = -0.05 * face.down, 0.02 * face.down
    bridge = np.array([one + up, other + up, other + low, one + low])
    return _whole(_filled(drawn, bridge, frame, 1, 0.01 * face.width))


def mask(pixels: Pixels, mesh: Numbers, random: np.random.Generator) -> Pixels:
    """A cloth from nose to chin in one colour, with folds."""
    face, drawn = _face(mesh), pixels.astype(np.float32)
    jaw = face.points[list(_JAW)]
    middle = face.points[[_LEFT_TEMPLE, _RIGHT_TEMPLE]].mean(axis=0)
    loose = jaw + (jaw - middle) * random.uniform(0, 0.08)
    nose = [int(random.choice(each)) for each in (_RIGHT_OF_NOSE, _NOSE, _LEFT_OF_NOSE)]
    colour = np.array(_MASKS[random.integers(len(_MASKS))]) + random.uniform(-15, 15, 3)
    edge = np.concatenate([loose, face.points[nose]])
    drawn = _filled(drawn, edge, colour, 1, 0.015 * face.width)
    for _ in range(random.integers(0, 4)):
        far = random.uniform(0.2, 0.8)
        left, right, low = (
            face.points[one] * (1 - far) + face.points[other] * far for one, other in _FOLDS
        )
        fold, thin = np.array([left, low, right]), np.array([0, 0.015 * face.width])
        both = np.concatenate([fold - thin, (fold + thin)[::-1]])
        drawn = _filled(drawn, both, colour - 25, 0.5, 0.01 * face.width)
    return _whole(drawn)


def hand(pixels: Pixels, mesh: Numbers, random: np.random.Generator) -> Pixels:
    """Four fingers of about the colour of the skin before the mouth or an eye."""
    face, drawn = _face(mesh), pixels.astype(np.float32)
    rows, columns = (
        np.clip(face.points[list(_SKIN), axis].astype(int), 0, pixels.shape[1 - axis] - 1)
        for axis in (1, 0)
    )
    skin = np.median(pixels[rows, columns], axis=0) * random.uniform(0.75, 1.15)
    centre = (face.points[_LIPS], face.left, face.right)[random.integers(3)]
    turn = random.uniform(0, 2 * np.pi)
    along = np.array([np.cos(turn), np.sin(turn)]) * face.width
    aside = np.array([-along[1], along[0]])
    thick = 0.125 * np.sign(np.sin(_CIRCLE)) * np.abs(np.sin(_CIRCLE)) ** 0.5
    for finger in range(4):
        base = centre + (finger - 1.5) * 0.26 * aside
        long = random.uniform(0.7, 1.0) * np.cos(_CIRCLE)
        shade = skin * random.uniform(0.9, 1.05)
        for width, light, soft in ((1.0, 0.7, 0.01), (0.88, 1.0, 0.015)):
            shape = base + np.outer(long, along) + np.outer(width * thick, aside)
            drawn = _filled(drawn, shape, light * shade, 1, soft * face.width)
    return _whole(drawn)


def _placed(face: _Face, centre: Numbers, x: Numbers, y: Numbers) -> Numbers:
    return np.asarray(centre + np.outer(x, face.across) + np.outer(y, face.down))


def _filled(
    drawn: Numbers, shape: Numbers, colour: Sequence[float] | Numbers, opacity: float, soft: float
) -> Numbers:
    """A polygon in one colour, its edge softened by so many pixels."""
    stencil = np.zeros(drawn.shape[:2], np.float32)
    corners = np.round(shape * 8).astype(np.int32)
    cv2.fillPoly(stencil, [corners], (1.0,), shift=3, lineType=cv2.LINE_AA)
    covered = opacity * cv2.GaussianBlur(stencil, (0, 0), max(soft, 0.1))[..., None]
    paint = np.clip(np.array(colour, np.float32), 0, 255)
    return np.asarray(drawn * (1 - covered) + paint * covered, np.float32)


def _whole(drawn: Numbers) -> Pixels:
    return np.clip(drawn, 0, 255).astype(np.uint8)


KINDS: dict[str, Drawing] = {"sunglasses": sunglasses, "mask": mask, "hand": hand}
