"""From whom a child has its eyes, its nose and its mouth: each is compared alone.

Everything but one feature is painted grey, in all three faces, and what is left is embedded. Two
photos of one person are more alike than two of strangers in 99 of 100 cases by the eyes alone, in
94 by the nose, in 93 by mouth and chin (benchmarks/features.py); by the shapes that the mesh gives
them in 57 to 69 only, for they change with the expression. A blur instead of grey leaves light and
complexion, which do so in 77 without any feature.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from lookalike.faces.image import Pixels
from lookalike.faces.vectors import Floats
from lookalike.scores import explain

Feature = Literal["eyes", "nose", "mouth"]

# Left, top, right, bottom in the template's 112 x 112 pixels: brows and eyes, the nose below them,
# the mouth and the chin, for a mouth alone tells too little.
_SEEN: dict[Feature, explain.Box] = {
    "eyes": (14, 34, 98, 62),
    "nose": (34, 57, 78, 84),
    "mouth": (28, 74, 84, 110),
}
# Cosines that lie nearer than this are called alike. Of the answers that are given, another photo
# of the same child turns one in eight around, as with whole faces (benchmarks/features.py).
TOO_CLOSE: dict[Feature, float] = {"eyes": 0.16, "nose": 0.18, "mouth": 0.16}

Embed = Callable[[list[Pixels]], Floats]


@dataclass(frozen=True, slots=True)
class Inherited:
    """
    Attributes:
        parent: 0 or 1, who has it more alike; None: too close to tell.
    """

    feature: Feature
    parent: int | None


def inherited(child: Pixels, parents: tuple[Pixels, Pixels], embed: Embed) -> tuple[Inherited, ...]:
    """Of each feature, which parent has it more alike.

    Args:
        child, parents: (size, size, 3) aligned crops.
    """
    own, one, other = alone([child, *parents], embed)
    apart = (own * one).sum(axis=1) - (own * other).sum(axis=1)
    return tuple(
        Inherited(feature, None if abs(by) < TOO_CLOSE[feature] else int(by < 0))
        for feature, by in zip(_SEEN, apart, strict=True)
    )


def alone(crops: Sequence[Pixels], embed: Embed) -> Floats:
    """(n, features, dimension): n aligned crops, of which only one feature is seen at a time."""
    masks = [1 - explain.mask([box], len(crops[0])) for box in _SEEN.values()]
    hidden = [each for crop in crops for each in explain.hidden(crop, masks, _grey)]
    vectors = embed(hidden)
    return np.asarray(vectors.reshape(len(crops), len(masks), -1))


def _grey(face: Floats) -> Floats:
    return np.full_like(face, 127.5)
