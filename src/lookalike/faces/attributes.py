"""Aligned crops -> what two networks guess of a picture: an age range, and a gender.

They say how a picture looks to a model, not who somebody is. Nothing of it enters a gallery.
Both networks are dlib's, and were trained on its chips: a square that lies within our aligned crop
but for a strip below the chin, so one fixed map leads from the crop to the chip.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from lookalike.faces.align import template, transform
from lookalike.faces.image import Pixels
from lookalike.faces.models.manifest import AGE, GENDER
from lookalike.faces.models.network import ANY, Network, Runtime
from lookalike.faces.vectors import Floats

# The landmarks in dlib's mean face (dlib/image_transforms/interpolation.h, mean_face_shape): eyes
# as the mean of their six points, tip of the nose, corners of the mouth. These two networks were
# trained with 0.2 of it around on every side.
_MEAN_FACE: Floats = np.array(
    [
        [0.225492, 0.215990],
        [0.754761, 0.215990],
        [0.490127, 0.515625],
        [0.254149, 0.780233],
        [0.726104, 0.780233],
    ],
    np.float32,
)
_PADDING = 0.2
_AGE_SIDE, _GENDER_SIDE = 64, 32

# The ages between which a picture's lies with a probability of 0.8, as the network has it, and at
# least so many years: it is surer of itself than two photos of one person agree
# (benchmarks/attributes.py).
_TAIL = 0.1
_LEAST_YEARS = 10


@dataclass(frozen=True, slots=True)
class Attributes:
    """
    Attributes:
        age_low, age_high: years, 0 to 80.
        female: how likely the network finds that, 0 to 1; the rest is male.
    """

    age_low: int
    age_high: int
    female: float


class AttributeReader:
    """Opens both networks; not for several threads at once."""

    def __init__(self, runtime: Runtime) -> None:
        self._age = runtime.open(AGE, (ANY, _AGE_SIDE, _AGE_SIDE, 3))
        self._gender = runtime.open(GENDER, (ANY, _GENDER_SIDE, _GENDER_SIDE, 3))

    def read(self, crops: list[Pixels]) -> tuple[Attributes, ...]:
        """What the networks guess of aligned square RGB crops, such as `Face.crop`."""
        if not crops:
            return ()
        ages = _probabilities(self._age, crops, _AGE_SIDE)
        genders = _probabilities(self._gender, crops, _GENDER_SIDE)
        return tuple(
            Attributes(*_range(age), female=float(gender[0]))
            for age, gender in zip(ages, genders, strict=True)
        )


def _probabilities(network: Network, crops: list[Pixels], side: int) -> Floats:
    return network(np.stack([chip(crop, side, _PADDING) for crop in crops]))[0]


def chip(crop: Pixels, side: int, padding: float, margin: float = 1.0) -> Pixels:
    """dlib's (side, side, 3) chip of a face, cut from a crop of it.

    Args:
        padding: how much of dlib's mean face lies around it on every side.
        margin: how many times as far as the template the crop reaches.
    """
    target = (_MEAN_FACE + padding) / (1 + 2 * padding) * side
    matrix = transform(template(len(crop), margin), target)
    cut = cv2.warpAffine(
        crop, matrix, (side, side), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(cut, np.uint8)


def _range(probabilities: Floats) -> tuple[int, int]:
    """The years that the middle of (81,) probabilities of ages 0 to 80 lies in."""
    below = np.cumsum(probabilities)
    low = int(np.searchsorted(below, _TAIL))
    high = int(np.searchsorted(below, 1 - _TAIL))
    missing = max(0, _LEAST_YEARS - (high - low))
    low = max(0, low - missing // 2)
    return low, min(80, max(high + (missing + 1) // 2, low + 1))
