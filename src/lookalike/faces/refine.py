"""Landmarks -> better landmarks: the mean of three looks at a face.

A detector's landmarks are off by a pixel or two, and which way depends on how the face lies on its
grid and how large it is: the same photo made 10 % smaller gives another vector. So every face is
looked at twice more, alone, upright and large, once mirrored; what the looks disagree in averages
out (docs/improvements.md).
"""

from __future__ import annotations

import cv2
import numpy as np

from lookalike.faces.align import align, similarity_transform, template
from lookalike.faces.detect import Detector
from lookalike.faces.image import Pixels
from lookalike.faces.vectors import Floats

# Pixels of a close-up, and how many times as far as the template it reaches: a face is 210 px wide
# in it. Smaller ones gain less, larger ones little more (benchmarks/improvements).
_SIDE, _MARGIN = 320, 1.5
# Landmarks of a mirrored picture, in the order of the picture before.
_MIRRORED = [1, 0, 2, 4, 3]
# Of the distance of the eyes: what lies further off is another face, or none.
_FURTHEST = 0.5


class Refiner:
    """Looks with the detector that found the faces."""

    def __init__(self, detector: Detector, side: int = _SIDE, margin: float = _MARGIN) -> None:
        """
        Args:
            side: of a close-up, a multiple of 32.
            margin: see `align.align`.
        """
        self._detector = detector
        self._side = side
        self._margin = margin
        self._expected = template(side, margin)
        self._furthest = _FURTHEST * float(np.linalg.norm(self._expected[0] - self._expected[1]))

    def warm(self) -> None:
        """Open the network, so that the first photo does not wait."""
        self._detector.detect_close(np.zeros((self._side, self._side, 3), np.uint8))

    def refine(self, pixels: Pixels, landmarks: Floats) -> Floats:
        """(n, 5, 2) landmarks of faces in (height, width, 3) RGB, and the same nearer the truth."""
        refined = [self._refine_one(pixels, points) for points in landmarks]
        return np.array(refined, np.float32).reshape(-1, 5, 2)

    def _refine_one(self, pixels: Pixels, points: Floats) -> Floats:
        close = align(pixels, points, self._side, self._margin)
        matrix = similarity_transform(points, self._side, self._margin)
        turn, shift = matrix[:, :2], matrix[:, 2]
        looks = [points @ turn.T + shift, self._look(close), self._look_mirrored(close)]
        mean = np.mean([each for each in looks if each is not None], axis=0)
        return np.asarray((mean - shift) @ np.linalg.pinv(turn).T)

    def _look(self, close: Pixels) -> Floats | None:
        """The landmarks of the face that a close-up is of; None where another is found, or none."""
        found = self._detector.detect_close(close).landmarks
        if not len(found):
            return None
        off = np.linalg.norm(found - self._expected, axis=2).mean(axis=1)
        best = int(off.argmin())
        return found[best] if off[best] < self._furthest else None

    def _look_mirrored(self, close: Pixels) -> Floats | None:
        found = self._look(np.asarray(cv2.flip(close, 1), np.uint8))
        if found is not None:
            found = found[_MIRRORED]
            found[:, 0] = self._side - 1 - found[:, 0]
        return found
