"""Hair and outline: what a general network sees in a wide crop, the background grey.

A crop and its mirror image count as one, so that it matters neither on which side hair is parted
nor to which side a head is turned.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.resemblance.components import Numbers
from benchmarks.resemblance.looks import SIDE
from benchmarks.resemblance.network import LiteNetwork

# A head with its hair in the wide crop, by eye: middle and half axes, in pixels.
_MIDDLE, _AXES = (112, 112), (80, 98)
_GREY = 127
# Blurred, the edge of the ellipse is no line that the network sees in every picture.
_EDGE = 8.0


def outlines(network: LiteNetwork, crops: NDArray[np.uint8]) -> Numbers:
    """(n, 21952) of (n, `SIDE`, `SIDE`, 3) crops."""
    return np.array([_outline(network, each) for each in crops])


def heads(crops: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The crops with grey where no head is."""
    mask = cv2.ellipse(np.zeros((SIDE, SIDE), np.float32), _MIDDLE, _AXES, 0, 0, 360, 1.0, -1)
    soft = cv2.GaussianBlur(mask, (0, 0), _EDGE)[..., None]
    return np.asarray(crops * soft + _GREY * (1 - soft), np.uint8)


def _outline(network: LiteNetwork, crop: NDArray[np.uint8]) -> Numbers:
    head = heads(crop[None])[0]
    seen = network.see(np.stack([head, head[:, ::-1]])).parts
    return np.asarray((seen[0] + seen[1]).reshape(-1), np.float64) / 2
