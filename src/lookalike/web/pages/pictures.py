"""Small pictures inside a document: what the server knows of a photo, drawn for those without
JavaScript. They exist only in the answer."""

from __future__ import annotations

import cv2
import numpy as np

from lookalike.faces import image
from lookalike.faces.image import Limits, Pixels, decode

_QUALITY = 88


def reduced(photo: bytes, limits: Limits, side: int) -> Pixels:
    """The photo with at most `side` pixels on its longer side, (height, width, 3) uint8 RGB.

    Raises:
        PhotoError: the bytes are not a photo that can be used.
    """
    pixels = decode(photo, limits, side).pixels
    scale = min(1.0, side / max(pixels.shape[:2]))
    height, width = (max(1, round(each * scale)) for each in pixels.shape[:2])
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def data_uri(pixels: Pixels) -> str:
    """A picture as an address that holds it whole."""
    return image.data_uri(pixels, _QUALITY)
