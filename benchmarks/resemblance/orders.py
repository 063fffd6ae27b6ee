"""Orders of look-alikes: by identity as it ships, and by a blend with shape and outline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.resemblance.components import Numbers, cosines, fit, mean_shape
from benchmarks.resemblance.hair import Outlines
from benchmarks.resemblance.looks import Looks
from benchmarks.resemblance.photos import Shown
from lookalike.faces.appearance.shape import shapes
from lookalike.scores.similarity import Calibration

# How many principal components are used; more told other people no better apart.
OF_SHAPE, OF_OUTLINE = 20, 150


@dataclass(frozen=True, slots=True)
class Weights:
    """Of what counts beside identity, in standard deviations of a person's likenesses.

    Attributes:
        nearest: how many people, the nearest by identity, are put into another order.
    """

    shape: float
    outline: float
    nearest: int


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """(n,) photos in which a face was found, what was seen of it, and the outlines in its crop."""

    photos: tuple[Shown, ...]
    looks: Looks
    outlines: Outlines

    @property
    def people(self) -> list[str]:
        return [each.person for each in self.photos]

    def where(self, chosen: Callable[[Shown], bool]) -> Seen:
        return self.of(np.flatnonzero([chosen(each) for each in self.photos]))

    def of(self, rows: NDArray[np.intp]) -> Seen:
        photos = tuple(self.photos[row] for row in rows)
        return Seen(photos, self.looks.of(rows), self.outlines.of(rows))

    def __add__(self, others: Seen) -> Seen:
        photos = self.photos + others.photos
        return Seen(photos, self.looks + others.looks, self.outlines + others.outlines)


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """(n, m): how alike n strangers and m people are in three ways, larger where more alike.

    Where a person is the stranger, it is minus infinity.
    """

    identity: Numbers
    shape: Numbers
    outline: Numbers

    def of(self, rows: NDArray[np.intp]) -> Likeness:
        return Likeness(self.identity[rows], self.shape[rows], self.outline[rows])

    def by(self, weights: Weights) -> Numbers:
        """(n, m): the blend, minus infinity beyond the nearest."""
        parts = (1.0, self.identity), (weights.shape, self.shape), (weights.outline, self.outline)
        blend = sum((weight * _standard(each) for weight, each in parts if weight), np.array(0.0))
        least = np.sort(self.identity, axis=1)[:, -weights.nearest]
        return np.where(self.identity >= least[:, None], blend, -np.inf)


def likeness(strangers: Seen, gallery: Seen, taught: Seen, calibrated: Calibration) -> Likeness:
    """Of strangers and the people of a gallery; components are fitted to `taught`."""
    left_out = np.array(strangers.people)[:, None] == np.array(gallery.people)[None]
    ways = (
        calibrated.seen(strangers.looks.vectors, gallery.looks.vectors),
        _shape(strangers.looks, gallery.looks, taught),
        _outline(strangers, gallery, taught),
    )
    return Likeness(*(np.where(left_out, -np.inf, each) for each in ways))


def _shape(strangers: Looks, gallery: Looks, taught: Seen) -> Numbers:
    mean = mean_shape(taught.looks.meshes)
    sides = [shapes(each.meshes, mean) for each in (strangers, gallery, taught.looks)]
    return _alike(sides, taught.people, OF_SHAPE)


def _outline(strangers: Seen, gallery: Seen, taught: Seen) -> Numbers:
    """The mean of both things that are seen."""
    seen = [each.outlines for each in (strangers, gallery, taught)]
    parts = _alike([each.parts for each in seen], taught.people, OF_OUTLINE)
    return (parts + _alike([each.wholes for each in seen], taught.people, OF_OUTLINE)) / 2


def _alike(sides: Sequence[Numbers], people: Sequence[str], count: int) -> Numbers:
    """(n, m) of n strangers and m in the gallery, by components that are fitted to the third."""
    strangers, gallery, taught = sides
    fitted = fit(taught, people, count)
    return cosines(fitted.of(strangers), fitted.of(gallery))


def _standard(likeness: Numbers) -> Numbers:
    """Each row in deviations from its mean."""
    known = np.where(np.isfinite(likeness), likeness, np.nan)
    mean = np.nanmean(known, axis=1, keepdims=True)
    return np.asarray((likeness - mean) / np.nanstd(known, axis=1, keepdims=True))
