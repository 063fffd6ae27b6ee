"""How much of a face shows, and whether it is one at all.

Two linear classifiers look at the aligned crop, where every face has its eyes and its mouth in one
place: is there what sunglasses, or a mask, look like there? They were fitted to people on whom both
were drawn, and find real ones (`python -m benchmarks.covered`). Hands and whatever else is before a
face show in how sure the mesh is of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from importlib import resources

import cv2
import numpy as np

from lookalike.faces.image import Pixels
from lookalike.faces.mesh import Mesh
from lookalike.faces.quality import Quality
from lookalike.faces.vectors import Floats

# What of a 112 x 112 crop is looked at: left, top, right, bottom, with hardly any background.
_LEFT, _TOP, _RIGHT, _BOTTOM = 8, 16, 104, 112
_SIZE = 112
# Patches a side, and what is told of each: lightness and two colours, and how much it varies.
_PATCHES, _TOLD = 12, 4
FEATURES = _TOLD * _PATCHES * _PATCHES
# Below it lightness does not vary: a face in one colour. Colours vary by about the other.
_LEAST_DEVIATION, _COLOURS = 4.0, 8.0

# From here on somebody wears them: 54 of 1,622 photos of famous people are taken for such with
# sunglasses, of which 42 show them, nine heavy clear glasses, and three shadows or make-up; two for
# such with a mask, rightly (looked at one by one).
_WORN = 0.5
# A cat has 0.68; of people on whom a mask was drawn nine in ten have more than this.
_SURELY_WORN = 0.9
# How sure the mesh is, as its network says it: 36 at the median of people whose faces show, below
# 25 with 4 to 9 % of them, and with four of five whom hands are before.
_SURE = 25.0
# Fewer pixels across say more about the photo than about the person.
_LEAST_SIZE = 32.0
# Faces of 16 and 20 px that were enlarged have less in three and two of four cases, of LFW's, which
# are soft, one in a hundred has.
_LEAST_SHARPNESS = 8.0
# A change in lightness of less, of 255, from pixel to pixel is none. Skin has some nearly
# everywhere: half of a cartoon is flat, and of 2,800 photos of people the flattest by 37 %.
_FLAT, _MOST_FLAT = 0.75, 0.42


class Hindrance(StrEnum):
    """Why too little of a face shows."""

    SUNGLASSES = "sunglasses"
    MASK = "mask"
    COVERED = "covered"
    TINY = "tiny"
    BLURRED = "blurred"


@dataclass(frozen=True, slots=True)
class Coverage:
    """
    Attributes:
        sunglasses, mask: how surely they are worn, 0 to 1.
        presence: how surely the mesh lies on a human face: a logit, 0 where that is even.
        size: width of the face's box in pixels of the photo.
        sharpness: 0 (blurred) to 100.
        flatness: the share of the face without any texture, 0 to 1.
    """

    sunglasses: float
    mask: float
    presence: float
    size: float
    sharpness: float
    flatness: float

    @property
    def human(self) -> bool:
        """Whether it is a photo of a human face: animals have no human mesh, drawings no skin.

        A mask that is surely worn explains either.
        """
        real = self.presence >= 0 and self.flatness <= _MOST_FLAT
        return real or self.mask >= _SURELY_WORN

    @property
    def covered(self) -> bool:
        """Whether something is before the face."""
        return max(self.sunglasses, self.mask) >= _WORN or self.presence < _SURE

    @property
    def enough(self) -> bool:
        """Whether enough shows to tell who it is, by this photo and another that shows as little.

        A covered, tiny or blurred face is told from faces that show as well as ever, but two of a
        kind are alike by what they have in common.
        """
        return not self.hindrances

    @property
    def hindrances(self) -> tuple[Hindrance, ...]:
        """All that keeps it from showing enough."""
        worn = {Hindrance.SUNGLASSES: self.sunglasses, Hindrance.MASK: self.mask}
        found = [each for each, surely in worn.items() if surely >= _WORN]
        if self.covered and not found:
            found.append(Hindrance.COVERED)
        if self.size < _LEAST_SIZE:
            found.append(Hindrance.TINY)
        elif self.sharpness < _LEAST_SHARPNESS:
            found.append(Hindrance.BLURRED)
        return tuple(found)


class CoverageReader:
    """Both classifiers, opened once."""

    def __init__(self) -> None:
        # (2, FEATURES + 1): a weight for each feature, and a constant, of either.
        with resources.files("lookalike.faces").joinpath("coverage.npy").open("rb") as file:
            self._weights: Floats = np.load(file)

    def read(self, crop: Pixels, mesh: Mesh, quality: Quality) -> Coverage:
        """Of one face: its (n, n, 3) RGB aligned crop, its mesh, and its quality."""
        logits = self._weights[:, :-1] @ features(crop) + self._weights[:, -1]
        sunglasses, mask = 1 / (1 + np.exp(-np.clip(logits, -50, 50).astype(np.float64)))
        return Coverage(
            sunglasses=float(sunglasses),
            mask=float(mask),
            presence=mesh.presence,
            size=quality.size,
            sharpness=quality.sharpness,
            flatness=flatness(crop),
        )


def features(crop: Pixels) -> Floats:
    """(FEATURES,) float32: how light, of which colour and how varied each patch of a face is, in
    comparison with the face as a whole."""
    face = cv2.cvtColor(_looked_at(crop), cv2.COLOR_RGB2LAB).astype(np.float32)
    light = face[..., 0]
    patches = _mean(face)
    variance = np.maximum(_mean(light * light) - patches[..., 0] ** 2, 0)
    middle = np.median(patches.reshape(-1, 3), axis=0)
    spread = [max(float(patches[..., 0].std()), _LEAST_DEVIATION), _COLOURS, _COLOURS]
    told = (patches - middle) / np.array(spread, np.float32)
    return np.concatenate([told.ravel(), np.log1p(variance).ravel() / 2]).astype(np.float32)


def flatness(crop: Pixels) -> float:
    """The share of a face in which lightness does not change from pixel to pixel, 0 to 1."""
    grey = cv2.cvtColor(_looked_at(crop), cv2.COLOR_RGB2GRAY)
    # Sobel's sum of differences, in differences from pixel to pixel.
    across, down = (cv2.Sobel(grey, cv2.CV_32F, *each) / 8 for each in ((1, 0), (0, 1)))
    return float(np.mean(np.hypot(across, down) < _FLAT))


def _looked_at(crop: Pixels) -> Pixels:
    if len(crop) != _SIZE:
        crop = np.asarray(cv2.resize(crop, (_SIZE, _SIZE), interpolation=cv2.INTER_AREA), np.uint8)
    return crop[_TOP:_BOTTOM, _LEFT:_RIGHT]


def _mean(face: Floats) -> Floats:
    """Of each patch."""
    size = (_PATCHES, _PATCHES)
    return np.asarray(cv2.resize(face, size, interpolation=cv2.INTER_AREA), np.float32)
