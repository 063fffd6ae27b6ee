"""Landmarks from close-ups with the detector, as they were before the mesh.

Every face is looked at twice more with the detector, alone, upright and large, once mirrored, and
the landmarks of the three looks are averaged.
"""

from __future__ import annotations

import cv2
import numpy as np

from lookalike.faces.align import align, similarity_transform, template
from lookalike.faces.detect import Detector
from lookalike.faces.image import Pixels
from lookalike.faces.vectors import Floats

# Pixels of a close-up, and how many times as far as the template it reaches.
_CLOSE_UP, _MARGIN = 320, 1.5
# Landmarks of a mirrored picture, in the order of the picture before.
_MIRRORED = [1, 0, 2, 4, 3]
# Of the distance of the eyes: what lies further off is another face, or none.
_FURTHEST = 0.5


class Refiner:
    """Landmarks -> better landmarks: the mean of three looks at a face.

    It looks with the detector that found the faces.
    """

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self._expected = template(_CLOSE_UP, _MARGIN)
        self._furthest = _FURTHEST * float(np.linalg.norm(self._expected[0] - self._expected[1]))

    def refine(self, pixels: Pixels, points: Floats) -> Floats:
        """(5, 2) landmarks of a face in (height, width, 3) RGB, and the same nearer the truth."""
        close = align(pixels, points, _CLOSE_UP, _MARGIN)
        matrix = similarity_transform(points, _CLOSE_UP, _MARGIN)
        turn, shift = matrix[:, :2], matrix[:, 2]
        looks = [points @ turn.T + shift, self._look(close), self._look_mirrored(close)]
        mean = np.mean([each for each in looks if each is not None], axis=0)
        return np.asarray((mean - shift) @ np.linalg.pinv(turn).T)

    def _look(self, close: Pixels) -> Floats | None:
        """The landmarks of the face that a close-up is of; None where another is found, or none."""
        found = self._detector.on_canvas(close, (_CLOSE_UP, _CLOSE_UP)).landmarks
        if not len(found):
            return None
        off = np.linalg.norm(found - self._expected, axis=2).mean(axis=1)
        best = int(off.argmin())
        return found[best] if off[best] < self._furthest else None

    def _look_mirrored(self, close: Pixels) -> Floats | None:
        found = self._look(np.asarray(cv2.flip(close, 1), np.uint8))
        if found is not None:
            found = found[_MIRRORED]
            found[:, 0] = _CLOSE_UP - 1 - found[:, 0]
        return found
