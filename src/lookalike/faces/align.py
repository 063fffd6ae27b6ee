"""Five landmarks -> a square crop in which every face has its eyes, nose and mouth in one place."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.faces.image import Pixels, resized
from lookalike.faces.vectors import Floats

# Where ArcFace puts the five landmarks in a 112 x 112 crop (InsightFace,
# python-package/insightface/utils/face_align.py, `arcface_dst`).
TEMPLATE: Floats = np.array(
    [
        [38.2946, 51.6963],
        [73.5318, 51.5014],
        [56.0252, 71.7366],
        [41.5493, 92.3655],
        [70.7299, 92.2041],
    ],
    dtype=np.float32,
)
TEMPLATE_SIZE = 112


def template(size: int, margin: float = 1.0) -> Floats:
    """Where the (5, 2) landmarks lie in a square crop that reaches `margin` times as far."""
    inside = size / margin
    return TEMPLATE * np.float32(inside / TEMPLATE_SIZE) + np.float32((size - inside) / 2)


def similarity_transform(landmarks: Floats, size: int, margin: float = 1.0) -> Floats:
    """The (2, 3) rotation, scale and shift that brings (5, 2) landmarks nearest to the template.

    Args:
        margin: how many times as far as the template the crop reaches.
    """
    return transform(landmarks, template(size, margin))


def transform(landmarks: Floats, target: Floats) -> Floats:
    """The (2, 3) rotation, scale and shift that brings (n, 2) points nearest to others.

    As complex numbers the map is z -> a*z + b, whose least squares solution is closed.
    """
    z = landmarks[:, 0] + 1j * landmarks[:, 1]
    w = target[:, 0] + 1j * target[:, 1]
    zc, wc = z - z.mean(), w - w.mean()
    a = np.vdot(zc, wc) / max(np.vdot(zc, zc).real, 1e-9)
    b = w.mean() - a * z.mean()
    return np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]], dtype=np.float32)


def square_around(
    centre: NDArray[np.floating[Any]], side: float, across: Floats, size: int
) -> Floats:
    """The (2, 3) matrix that brings a square of a picture, its top along `across`, to one of `size`
    pixels."""
    reach = direction(across) * max(side, 1.0) / 2
    middle = (size - 1) / 2
    ours = np.array([[middle, middle], [middle + size / 2, middle]])
    return transform(np.array([centre, centre + reach]), ours)


def direction(across: Floats) -> Floats:
    """Of length 1; to the right where points that a damaged detector gave lie on one another."""
    length = float(np.linalg.norm(across))
    return across / length if length > 1e-6 else np.array([1.0, 0.0])


def moved_back(points: Floats, matrix: Floats) -> NDArray[np.float64]:
    """Where a (2, 3) rotation, scale and shift has (n, 2) points from."""
    turn, shift = matrix[:, :2].astype(np.float64), matrix[:, 2]
    # The inverse of a rotation is its transpose.
    return np.asarray((points - shift) @ turn / max((turn[0] ** 2).sum(), 1e-12))


def align(
    pixels: Pixels, landmarks: Floats, size: int, margin: float = 1.0, *, mirrored: bool = False
) -> Pixels:
    """The (size, size, 3) uint8 crop of one face.

    Outside the picture it is black, or its mirror image, which is for people to look at.
    """
    return cut(pixels, similarity_transform(landmarks, size, margin), size, mirrored=mirrored)


def cut(pixels: Pixels, matrix: Floats, size: int, *, mirrored: bool = False) -> Pixels:
    """The (size, size, 3) uint8 square that a (2, 3) rotation, scale and shift leads to.

    What is much larger than the square is first averaged down, so that nothing aliases.
    """
    shrink = int(1 / max(np.hypot(matrix[0, 0], matrix[1, 0]), 1e-6))
    if shrink >= 2:
        pixels, matrix = _reduced(pixels, matrix, size, shrink)
    border = cv2.BORDER_REFLECT_101 if mirrored else cv2.BORDER_CONSTANT
    square = cv2.warpAffine(pixels, matrix, (size, size), borderMode=border)
    return np.asarray(square, np.uint8)


def _reduced(pixels: Pixels, matrix: Floats, size: int, factor: int) -> tuple[Pixels, Floats]:
    """What of a picture lies in the square, `factor` times smaller, and the matrix from there."""
    corners = np.array([[0, 0], [size, 0], [0, size], [size, size]], np.float32)
    placed = moved_back(corners, matrix)
    # At least one pixel of the picture, wherever a damaged detector may put a face.
    last = np.array(pixels.shape[1::-1]) - 1
    start = np.clip(placed.min(axis=0) - 2 * factor, 0, last).astype(int)
    end = np.clip(placed.max(axis=0) + 2 * factor, start, last).astype(int) + 1
    (left, top), (right, bottom) = start, end
    part = pixels[top:bottom, left:right]
    height, width = (max(1, each // factor) for each in part.shape[:2])
    ratio = np.array([part.shape[1] / width, part.shape[0] / height])
    turn, shift = matrix[:, :2].astype(np.float64), matrix[:, 2]
    # Pixel centres, not corners, keep their place when a picture is averaged down.
    moved = turn @ ((ratio - 1) / 2 + start) + shift
    return resized(part, width, height), np.column_stack([turn * ratio, moved]).astype(np.float32)
