"""A small JPEG of a face that any later model can embed.

The face is upright and in one place: its five landmarks lie where `align.template` has them, with
a margin around. So a later model need not find it again. The detector would put the landmarks a
little elsewhere, and the vector would show it: found again, the median cosine to the vector of the
photo is 0.952, and from the known place it is 0.995 (benchmarks/thumbnails.py).
"""

from __future__ import annotations

import numpy as np

from lookalike.errors import DamagedImage
from lookalike.faces.align import TEMPLATE_SIZE, align, similarity_transform, template
from lookalike.faces.image import FINER, MIN_SIDE, Limits, Pixels, decode, jpeg
from lookalike.faces.models.decoders import Detections
from lookalike.faces.vectors import Floats

# Half of it, 160 px, is what an aligned crop shows: more than the 112 px of today's recognisers.
SIDE = 320
# The whole head and some of what is around it, for detectors and for crops with more forehead.
MARGIN = 2.0
# 11 KB at the median. At 85 with halved colour it is 7 KB and the cosine falls by 0.01.
_QUALITY = 90
# A face with fewer pixels is enlarged this much, so that turning it costs no detail.
_ENLARGED = 1.5
# Where a detector has the box of a face that lies as in `TEMPLATE`: left, top, width and height at
# the median of 937 portraits of celebrities.
_BOX: Floats = np.array([16.5, 15.3, 79.1, 101.1], np.float32)
# As much as the embedding of the photo was made from.
_DECODED = FINER
# What we write is smaller, even of pure noise.
LIMITS = Limits(max_bytes=256 * 1024, max_pixels=SIDE * SIDE, max_side=SIDE)


def cut(data: bytes, landmarks: Floats, limits: Limits) -> bytes:
    """A square JPEG of at most `SIDE` pixels of the face with those (5, 2) landmarks of a photo.

    Raises:
        PhotoError: the bytes are not a photo that can be used.
    """
    image = decode(data, limits, _DECODED)
    points = landmarks * np.float32(image.scale)
    crop = align(image.pixels, points, _side(points), MARGIN)
    return jpeg(crop, _QUALITY)


def face(thumbnail: bytes, size: int) -> Pixels:
    """The (size, size, 3) uint8 aligned crop of the face in a thumbnail.

    Raises:
        PhotoError: it is no thumbnail.
    """
    pixels = opened(thumbnail)
    return align(pixels, template(len(pixels), MARGIN), size)


def found(pixels: Pixels) -> Detections:
    """The face of a thumbnail, where a detector would find it."""
    inside = len(pixels) / MARGIN
    box = _BOX * np.float32(inside / TEMPLATE_SIZE)
    box[:2] += (len(pixels) - inside) / 2
    landmarks = template(len(pixels), MARGIN)
    return Detections(box[None], landmarks[None], np.ones(1, np.float32))


def opened(thumbnail: bytes) -> Pixels:
    """The (n, n, 3) uint8 pixels of a thumbnail from anywhere, n at most `SIDE`.

    Raises:
        PhotoError: it is no thumbnail.
    """
    image = decode(thumbnail, LIMITS, SIDE)
    if image.format != "JPEG" or image.width != image.height:
        raise DamagedImage(
            f"A thumbnail is a square JPEG, not {image.width} x {image.height} in {image.format}."
        )
    return image.pixels


def _side(landmarks: Floats) -> int:
    transform = similarity_transform(landmarks, SIDE, MARGIN)
    scale = float(np.hypot(transform[0, 0], transform[1, 0]))
    return max(MIN_SIDE, round(SIDE * min(1.0, _ENLARGED / scale)))
