"""A head with its hair, upright, on grey: what a general network is shown of somebody."""

from __future__ import annotations

import cv2
import numpy as np

from lookalike.faces.align import align
from lookalike.faces.image import Pixels
from lookalike.faces.vectors import Floats

# About 2.2 times the box of a detector, with all hair that is not long.
SIDE, MARGIN = 224, 2.0
# A head with its hair in there, by eye: middle and half axes, in pixels.
_MIDDLE, _AXES = (112, 112), (80, 98)
_GREY = 127
# Blurred, the edge of the ellipse is no line that the network sees in every picture.
_EDGE = 8.0


def crop(pixels: Pixels, landmarks: Floats) -> Pixels:
    """The (`SIDE`, `SIDE`, 3) crop of the head with (5, 2) landmarks."""
    return align(pixels, landmarks, SIDE, MARGIN, mirrored=True)


def without_background(head: Pixels, mask: Floats) -> Pixels:
    """The crop of a head with grey where no head is."""
    return np.asarray(head * mask + _GREY * (1 - mask), np.uint8)


def background_mask() -> Floats:
    """(`SIDE`, `SIDE`, 1): 1 where a head is, 0 where none is."""
    inside = cv2.ellipse(np.zeros((SIDE, SIDE), np.float32), _MIDDLE, _AXES, 0, 0, 360, 1.0, -1)
    return np.asarray(cv2.GaussianBlur(inside, (0, 0), _EDGE)[..., None])
