"""A photo as it comes again: compressed, smaller, mirrored, brighter, darker, cropped.

Each is one change alone. What is not about compression is written without any: as a PNG.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import cv2
import numpy as np
import simplejpeg

from lookalike.faces.image import Pixels, resized

# Of an edge's length; a photo cropped by it keeps 94 % of each side.
_CROPPED = 0.03
_BRIGHTER, _DARKER = 1.2, 0.8
# PNG's fastest: the file is read once.
_PNG = (cv2.IMWRITE_PNG_COMPRESSION, 1)


def _compressed(pixels: Pixels, quality: int) -> bytes:
    """A JPEG as phones and messengers write it, with half of the colour in both directions."""
    made: bytes = simplejpeg.encode_jpeg(np.ascontiguousarray(pixels), quality, "RGB", "420")
    return made


def _smaller(pixels: Pixels, scale: float) -> bytes:
    height, width = (max(1, round(side * scale)) for side in pixels.shape[:2])
    return _lossless(resized(pixels, width, height))


def _mirrored(pixels: Pixels) -> bytes:
    return _lossless(pixels[:, ::-1])


def _lit(pixels: Pixels, times: float) -> bytes:
    """So many times as bright in the numbers of sRGB, as simple editors do it."""
    return _lossless(np.clip(np.rint(pixels * np.float32(times)), 0, 255).astype(np.uint8))


def _cropped(pixels: Pixels) -> bytes:
    """Without so much of each of the four edges."""
    height, width = pixels.shape[:2]
    rows, columns = (round(side * _CROPPED) for side in (height, width))
    return _lossless(pixels[rows : height - rows, columns : width - columns])


def _lossless(pixels: Pixels) -> bytes:
    done, made = cv2.imencode(".png", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), _PNG)
    assert done  # nosec B101 # no caller's photo comes here
    return made.tobytes()


# Name -> the file of a photo's pixels, changed so.
CHANGES: Mapping[str, Callable[[Pixels], bytes]] = {
    "JPEG 85": partial(_compressed, quality=85),
    "JPEG 70": partial(_compressed, quality=70),
    "90 % size": partial(_smaller, scale=0.9),
    "50 % size": partial(_smaller, scale=0.5),
    "mirrored": _mirrored,
    "brighter": partial(_lit, times=_BRIGHTER),
    "darker": partial(_lit, times=_DARKER),
    "cropped": _cropped,
}
