"""Photos as AWS takes them: upright JPEGs without metadata, and cut-outs of single faces."""

from __future__ import annotations

from lookalike.faces.geometry import Box
from lookalike.faces.image import Image, Pixels, jpeg, resized

# The least side and the most bytes of an image (Rekognition developer guide, "Guidelines and
# quotas"). It finds faces from 40 pixels in 1920 x 1080, in proportion above that: more pixels
# than about 2048 on the longer side would show it nothing more.
_MIN_SIDE, _MOST_BYTES = 80, 5 * 1024 * 1024
SIDE = 2048

_QUALITY = 95
# How much of a face's width and height is left around it, so that its detector finds it again.
_MARGIN = 0.4


def encoded(pixels: Pixels) -> bytes:
    """A JPEG of (height, width, 3) RGB pixels within AWS's limits.

    Made anew even from a JPEG: so it is upright, and tells nobody where it was taken.
    """
    pixels = _within(pixels, SIDE)
    data = jpeg(pixels, _QUALITY)
    while len(data) > _MOST_BYTES:
        pixels = _within(pixels, max(pixels.shape) * 3 // 4)
        data = jpeg(pixels, _QUALITY)
    return data


def cut_out(image: Image, box: Box) -> bytes:
    """A JPEG of the face in `box`, which is in pixels of the photo."""
    height, width = image.pixels.shape[:2]
    wide, high = box.width * _MARGIN, box.height * _MARGIN
    left, right = box.left - wide, box.left + box.width + wide
    top, bottom = box.top - high, box.top + box.height + high
    columns = _span(left * image.scale, right * image.scale, width)
    rows = _span(top * image.scale, bottom * image.scale, height)
    return encoded(image.pixels[rows, columns])


def _span(start: float, end: float, most: int) -> slice:
    first = min(max(0, int(start)), most - 1)
    return slice(first, max(first + 1, min(most, int(end) + 1)))


def _within(pixels: Pixels, longest: int) -> Pixels:
    """At most `longest` on the longer side, and at least what AWS needs on the shorter one."""
    height, width = pixels.shape[:2]
    factor = min(1.0, longest / max(height, width))
    factor = max(factor, _MIN_SIDE / min(height, width))
    if factor == 1:
        return pixels
    return resized(pixels, *(max(_MIN_SIDE, round(each * factor)) for each in (width, height)))
