"""Which regions of a face carry its resemblance to another: hide them, and see how it falls.

Occlusion (Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", 2014) over
the aligned crop, where eyes, nose and mouth have one place in every face. Each patch of a lattice
and each region in turn is blurred away, all of them are embedded in one call, and what the cosine
to the other face loses is what that place had carried. benchmarks/explain.py measures how steady
the answer is from one photo of somebody to the next, and how long it takes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from lookalike.faces.align import TEMPLATE_SIZE
from lookalike.faces.image import Pixels
from lookalike.faces.photo import Face
from lookalike.faces.vectors import Floats

Region = Literal["forehead", "brows", "eyes", "nose", "cheeks", "mouth", "jaw"]
Box = tuple[int, int, int, int]

# Left, top, right, bottom in the template's 112 x 112 pixels, whose eyes are at a height of 52, the
# tip of the nose at 72 and the corners of the mouth at 92 (faces/align.py); the rest was read off
# the mean of twenty aligned faces. They are of like size, so that none wins by size alone.
_REGIONS: dict[Region, tuple[Box, ...]] = {
    "forehead": ((24, 18, 88, 36),),
    "brows": ((18, 36, 94, 48),),
    "eyes": ((18, 48, 94, 60),),
    "nose": ((43, 60, 69, 80),),
    "cheeks": ((14, 61, 41, 83), (71, 61, 98, 83)),
    "mouth": ((36, 81, 76, 101),),
    "jaw": ((18, 90, 36, 103), (76, 90, 94, 103), (28, 103, 84, 112)),
}
# Patches a side: with seven regions they fill batches of eight to the last.
_LATTICE = 7
# Standard deviations of a patch and of the blur that hides, in template pixels. Over two photos of
# one person such soft patches agree better than smaller or hard ones, and a blur, which leaves the
# light of the face and none of its features, better than one colour (benchmarks/explain.py).
_SPREAD, _BLUR = 14.0, 12.0
# Softens the edge of a region, which the network would take for a feature.
_EDGE = 2.0
# Rows and columns of the map that is handed out.
_FINE = 28


@dataclass(frozen=True, slots=True)
class Weight:
    """What a region carries of the whole, 0 to 1."""

    region: Region
    weight: float


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """
    Attributes:
        weights: of every region, the heaviest first; they add up to 1, and are alike where no
            single region carries anything.
        map: (28, 28) float32 over the aligned crop, 0 (carries nothing) to 1 (the most).
    """

    weights: tuple[Weight, ...]
    map: Floats


def blurred(face: Floats) -> Floats:
    """A (size, size, 3) face of which only its light is left."""
    return np.asarray(cv2.GaussianBlur(face, (0, 0), _BLUR * len(face) / TEMPLATE_SIZE), np.float32)


def explain(
    face: Face,
    other: Floats,
    embed: Callable[[list[Pixels]], Floats],
    blank: Callable[[Floats], Floats] = blurred,
) -> Explanation:
    """What of a face makes it resemble another.

    Args:
        other: (dimension,) embedding of the other face.
        embed: aligned crops to their embeddings.
        blank: makes of a whole face what is shown where it is hidden.
    """
    size = len(face.crop)
    masks = [*_patches(size), *(mask(boxes, size) for boxes in _REGIONS.values())]
    without = embed(hidden(face.crop, masks, blank))
    falls = np.maximum(face.embedding @ other - without @ other, 0)
    patches, regions = falls[: _LATTICE**2], falls[_LATTICE**2 :]
    return Explanation(_weights(regions), _smooth(patches.reshape(_LATTICE, _LATTICE)))


def _weights(falls: Floats) -> tuple[Weight, ...]:
    total = float(falls.sum())
    shares = falls / total if total > 0 else np.full_like(falls, 1 / len(falls))
    weights = (Weight(region, float(share)) for region, share in zip(_REGIONS, shares, strict=True))
    return tuple(sorted(weights, key=lambda each: -each.weight))


def _smooth(falls: Floats) -> Floats:
    """The lattice as a finer map without steps, its highest place 1."""
    fine = cv2.resize(falls, (_FINE, _FINE), interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(fine / max(float(fine.max()), 1e-6), 0, 1), np.float32)


def hidden(
    crop: Pixels, masks: Sequence[Floats], blank: Callable[[Floats], Floats] = blurred
) -> list[Pixels]:
    """The crop once for each (size, size) mask, hidden where that is 1."""
    face = crop.astype(np.float32)
    change = blank(face) - face
    return [np.rint(face + each[..., None] * change).astype(np.uint8) for each in masks]


def _patches(size: int) -> list[Floats]:
    """Soft round patches, row by row, each in the middle of its cell of the lattice."""
    middles = (np.arange(_LATTICE) + 0.5) * size / _LATTICE
    along = np.arange(size) + 0.5
    spread = _SPREAD * size / TEMPLATE_SIZE
    bumps = np.exp(-0.5 * ((along - middles[:, None]) / spread) ** 2).astype(np.float32)
    return [np.outer(row, column) for row in bumps for column in bumps]


def mask(boxes: Sequence[Box], size: int) -> Floats:
    """(size, size) of an aligned crop, 1 in boxes of the template, with a soft edge."""
    found = np.zeros((TEMPLATE_SIZE, TEMPLATE_SIZE), np.float32)
    for left, top, right, bottom in boxes:
        found[top:bottom, left:right] = 1
    soft = cv2.GaussianBlur(found, (0, 0), _EDGE)
    return np.asarray(cv2.resize(soft, (size, size)), np.float32)
