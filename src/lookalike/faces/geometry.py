"""Where a face is in a photo: boxes, points, the five landmarks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.faces.vectors import Floats

# (n, 4) left, top, width and height: many boxes at once.
Boxes = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Box:
    """In pixels of the photo as displayed, or in shares of its sides; may leave it."""

    left: float
    top: float
    width: float
    height: float

    @property
    def area(self) -> float:
        return self.width * self.height

    def overlap(self, other: Box) -> float:
        """What two boxes share, of their union: 0 to 1. `overlaps` is for many."""
        width = min(self.left + self.width, other.left + other.width) - max(self.left, other.left)
        height = min(self.top + self.height, other.top + other.height) - max(self.top, other.top)
        shared = max(0.0, width) * max(0.0, height)
        union = self.area + other.area - shared
        return shared / union if union > 0 else 0.0

    def in_shares(self, width: int, height: int) -> Box:
        """The box in shares of the sides of a photo of so many pixels; `in_pixels` goes back."""
        return Box(self.left / width, self.top / height, self.width / width, self.height / height)

    def in_pixels(self, width: int, height: int) -> Box:
        return Box(self.left * width, self.top * height, self.width * width, self.height * height)


def overlaps(one: Boxes, other: Boxes) -> NDArray[np.float64]:
    """(n, m): what n boxes and m others share, of the unions."""
    start = np.maximum(one[:, None, :2], other[None, :, :2])
    end = np.minimum((one[:, :2] + one[:, 2:])[:, None], (other[:, :2] + other[:, 2:])[None])
    shared = np.prod(np.maximum(end - start, 0), axis=2)
    areas = np.prod(one[:, 2:], axis=1)[:, None] + np.prod(other[:, 2:], axis=1)[None]
    return np.asarray(shared / np.maximum(areas - shared, 1e-9))


@dataclass(frozen=True, slots=True)
class Point:
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Landmarks:
    """Left and right are those of the picture, in pixels of the photo as displayed."""

    left_eye: Point
    right_eye: Point
    nose: Point
    mouth_left: Point
    mouth_right: Point

    @classmethod
    def of(cls, points: Floats) -> Landmarks:
        """From a (5, 2) array in the order of the members; `array` is the way back."""
        return cls(*(Point(float(x), float(y)) for x, y in points))

    @property
    def array(self) -> Floats:
        """(5, 2) float32."""
        points = (self.left_eye, self.right_eye, self.nose, self.mouth_left, self.mouth_right)
        return np.array([(each.x, each.y) for each in points], np.float32)
