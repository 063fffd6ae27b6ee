"""Small pictures inside a document: what the server knows of a photo, drawn for those without
JavaScript. They exist only in the answer."""

from __future__ import annotations

import base64

import cv2
import numpy as np
import simplejpeg

from lookalike.faces.align import similarity_transform
from lookalike.faces.analyzer import Landmarks
from lookalike.faces.image import Image, Limits, Pixels, decode
from lookalike.faces.runtime import Floats

# Around the aligned crop on every side, as a share of it: `MARGIN` in static/aligned.js.
MARGIN = 0.35
_QUALITY = 88


def opened(photo: bytes, limits: Limits, side: int) -> Image:
    """The photo with about `side` pixels on its longer side."""
    image = decode(photo, limits, side)
    scale = min(1.0, side / max(image.pixels.shape[:2]))
    height, width = (max(1, round(each * scale)) for each in image.pixels.shape[:2])
    pixels = cv2.resize(image.pixels, (width, height), interpolation=cv2.INTER_AREA)
    return Image(np.asarray(pixels, np.uint8), image.width, image.height, image.format)


def face(image: Image, landmarks: Landmarks, side: int, margin: float = MARGIN) -> Pixels:
    """The (side, side, 3) picture of a face, aligned as the networks see it, with room around."""
    inner = side / (1 + 2 * margin)
    transform = similarity_transform(_points(landmarks) * np.float32(image.scale), round(inner))
    transform[:, 2] += inner * margin
    drawn = cv2.warpAffine(image.pixels, transform, (side, side), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(drawn, np.uint8)


def data_uri(pixels: Pixels) -> str:
    """A picture as an address that holds it whole."""
    written = simplejpeg.encode_jpeg(np.ascontiguousarray(pixels), quality=_QUALITY)
    return "data:image/jpeg;base64," + base64.b64encode(written).decode()


def _points(landmarks: Landmarks) -> Floats:
    points = (
        landmarks.left_eye,
        landmarks.right_eye,
        landmarks.nose,
        landmarks.mouth_left,
        landmarks.mouth_right,
    )
    return np.array([(each.x, each.y) for each in points], np.float32)
