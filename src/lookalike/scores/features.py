"""From whom a child has its eyes, its nose and its mouth: each is compared alone.

Everything but one feature is blurred away, in all three faces, and what is left is embedded. Two
photos of one person are told from two of strangers by the eyes alone in 98 of 100 cases, by the
nose in 88, by the mouth in 84; the shapes that the mesh gives them do so in 57 to 69 only, for
they change with the expression (benchmarks/features.py).
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

# The regions of an aligned crop that a feature is seen in.
_SEEN: dict[Feature, tuple[explain.Region, ...]] = {
    "eyes": ("eyes", "brows"),
    "nose": ("nose",),
    "mouth": ("mouth",),
}
# Cosines that lie nearer than this are called alike. Of the answers that are given, another photo
# of the same child turns one in eight around, as with whole faces (benchmarks/features.py).
TOO_CLOSE: dict[Feature, float] = {"eyes": 0.13, "nose": 0.22, "mouth": 0.18}

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
    masks = [1 - explain.mask(regions, len(crops[0])) for regions in _SEEN.values()]
    hidden = [each for crop in crops for each in explain.hidden(crop, masks)]
    vectors = embed(hidden)
    return np.asarray(vectors.reshape(len(crops), len(masks), -1))
