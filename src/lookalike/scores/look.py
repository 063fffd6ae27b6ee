"""Who looks most like somebody: identity, shape of the face and outline of the head together.

For the *order* of look-alikes alone, as raters prefer it (docs/resemblance.md); never for
similarity, resemblance or identification.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lookalike.faces.appearance.appearance import OF_SHAPE, Appearance
from lookalike.faces.vectors import Floats
from lookalike.scores.similarity import Numbers

# How many people, the nearest by identity, are put into another order.
NEAREST = 100


@dataclass(frozen=True, slots=True)
class Likeness:
    """One way to be alike, as the developing half of the trial's strangers are to its gallery.

    Attributes:
        weight: how much of the blend it is; that of identity is 1.
        mean, deviation: of a stranger's cosines to everybody there, identity: levels.
    """

    weight: float
    mean: float
    deviation: float

    def __call__(self, alike: Numbers) -> Numbers:
        return self.weight * (alike - self.mean) / self.deviation


# As `python -m benchmarks.resemblance.fitting` prints them.
IDENTITY = Likeness(1.0, 0.0, 0.99)
SHAPE = Likeness(0.5, 0.04, 0.32)
OUTLINE = Likeness(1.0, 0.013, 0.112)


def blends(levels: Numbers, probes: Floats, people: Floats) -> Numbers:
    """(n, m): how much each of n probes looks like each of m people; see `blended`.

    Args:
        levels: (n, m), of identity.
        probes, people: `Appearance.numbers` of each; zeros of whom none is known.
    """
    known = np.logical_and.outer(probes.any(axis=1), people.any(axis=1))
    shape = SHAPE((probes[:, :OF_SHAPE] @ people[:, :OF_SHAPE].T).astype(np.float64))
    outline = OUTLINE((probes[:, OF_SHAPE:] @ people[:, OF_SHAPE:].T).astype(np.float64))
    return IDENTITY(levels) + np.where(known, shape + outline, 0.0)


def blended(levels: Numbers, probe: Appearance, people: Sequence[Appearance | None]) -> Numbers:
    """(n,): how much n people look like somebody, the most where most.

    Args:
        levels: how alike they are by identity (`Score.level`).
        people: how they look; whoever has no appearance counts as ordinary in that.
    """
    blend = IDENTITY(levels)
    known = np.flatnonzero([each is not None for each in people])
    seen = [each for each in people if each is not None]
    if seen:
        blend[known] += SHAPE(np.array([each.shape for each in seen]) @ probe.shape)
        blend[known] += OUTLINE(np.array([each.outline for each in seen]) @ probe.outline)
    return blend
