"""A face in a picture -> the two views of it that a general network is shown: eyes, and mouth.

Each is cut around one part, as wide as the face, so that the network sees rims of glasses and hair
on a lip as large as it can; the mouth's reaches below the chin.
"""

from __future__ import annotations

import numpy as np

from lookalike.faces.align import TEMPLATE, cut, transform
from lookalike.faces.image import Pixels
from lookalike.faces.vectors import Floats

SIDE = 224
# Middle (x, y) and half a side of each in the pixels of `TEMPLATE`, whose face is 112 wide.
_EYES, _MOUTH = (55.9, 51.6, 50.0), (56.1, 90.0, 46.0)


def views(pixels: Pixels, landmarks: Floats) -> Pixels:
    """(2, `SIDE`, `SIDE`, 3): eyes and mouth of the face with (5, 2) landmarks."""
    return np.stack([_view(pixels, landmarks, *each) for each in (_EYES, _MOUTH)])


def _view(pixels: Pixels, landmarks: Floats, x: float, y: float, reach: float) -> Pixels:
    middle = np.float32((SIDE - 1) / 2)
    target = (TEMPLATE - np.array([x, y], np.float32)) * np.float32(SIDE / 2 / reach) + middle
    return cut(pixels, transform(landmarks, target), SIDE)
