"""One face of a photo as a square picture for people to look at, aligned as all others are."""

from __future__ import annotations

import math

import numpy as np

from lookalike.faces.align import align, similarity_transform
from lookalike.faces.image import Limits, Pixels, decode
from lookalike.faces.photo import Face, Photo

# How many times as far as the aligned crop it reaches: hair, ears and chin are in it.
MARGIN = 1.7


def face_square(data: bytes, photo: Photo, face: Face, side: int, limits: Limits) -> Pixels:
    """The (side, side, 3) uint8 RGB picture of a face.

    Args:
        data: the photo, of which only as many pixels are decoded as the picture shows.
        photo, face: what was found in it.

    Raises:
        PhotoError: the bytes are not a photo that can be used.
    """
    points = face.landmarks.array
    scale = float(np.hypot(*similarity_transform(points, side, MARGIN)[:, 0]))
    wanted = math.ceil(max(photo.width, photo.height) * min(1.0, scale))
    image = decode(data, limits, wanted)
    return align(image.pixels, points * np.float32(image.scale), side, MARGIN, mirrored=True)
