"""Photos of which somebody is badly known: sunglasses, masks and hands drawn on, dark ones, small
ones, cartoons and a cat."""

from __future__ import annotations

import io

import cv2
import numpy as np
import PIL.Image

from benchmarks.coverings import KINDS
from lookalike.faces.apart.faces import Faces
from lookalike.faces.image import FINE, Pixels, decode

# A tone of a cartoon is so many of those of its photo.
_TONES = 48


def covered(analyzer: Faces, data: bytes, kind: str, seed: int = 0) -> bytes:
    """The photo with something of that kind before its largest face."""
    image = decode(data, analyzer.limits, FINE)
    mesh = analyzer.analyze(data).faces[0].mesh
    assert mesh is not None
    points = mesh.scaled(image.scale).points
    return _png(KINDS[kind](image.pixels, points, np.random.default_rng(seed)))


def dark(analyzer: Faces, data: bytes) -> bytes:
    """The photo with a fourth of its light."""
    return _png(_pixels(analyzer, data) // 4)


def resized(data: bytes, size: tuple[int, int]) -> bytes:
    """The photo with other sides."""
    return _png(np.asarray(PIL.Image.open(io.BytesIO(data)).convert("RGB").resize(size)))


def cartoon(analyzer: Faces, data: bytes) -> bytes:
    """The photo in a few flat colours."""
    smooth = cv2.pyrMeanShiftFiltering(_pixels(analyzer, data), 12, 40)
    return _png(np.asarray(smooth // _TONES * _TONES, np.uint8))


def cat() -> bytes:
    """A cat whose face is taken for one."""
    from skimage import data

    return _png(data.chelsea())


def _pixels(analyzer: Faces, data: bytes) -> Pixels:
    return decode(data, analyzer.limits, FINE).pixels


def _png(pixels: Pixels) -> bytes:
    written = io.BytesIO()
    PIL.Image.fromarray(pixels).save(written, "PNG")
    return written.getvalue()
