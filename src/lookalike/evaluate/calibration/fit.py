"""Fits the stranger distribution that similarity and resemblance are read from.

Each crowd counts the same, however many pairs it has: the table is the mean of their FMRs. Down to
where a crowd's tail begins its FMR is what was observed. Beyond, a generalised Pareto distribution
goes on (peaks over threshold; Coles, An Introduction to Statistical Modeling of Extreme Values,
2001, ch. 4), fitted by probability-weighted moments (Hosking and Wallis, Technometrics 29, 1987).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lookalike.evaluate.calibration.crowds import Crowd
from lookalike.scores.similarity import Calibration, Cohort, Numbers, Spread

# The tail of a crowd is its 1,000 most alike pairs, so far as that is a tail.
_TAIL_PAIRS = 1000
_TAIL_SHARE = (1e-4, 5e-3)
# A share of fewer pairs than these was not observed.
_OBSERVED_PAIRS = 10
_RARITIES = np.concatenate([np.arange(0.05, 2, 0.05), np.arange(2, 6.01, 0.1)])
_BLOCK = 512
# Of histograms, in levels: fine enough that a bin moves a similarity by less than 0.1.
_STEP = 0.002


@dataclass(frozen=True, slots=True, eq=False)
class LevelCounts:
    """How alike the pairs of strangers of a crowd are.

    Attributes:
        above: (edges,) pairs at or above each of `edges`.
    """

    edges: Numbers
    above: NDArray[np.int64]

    @property
    def pairs(self) -> int:
        return int(self.above[0])

    def fmr(self) -> Numbers:
        """At each edge; beyond the tail's beginning as the fitted tail has it."""
        observed = self.above / self.pairs
        share = float(np.clip(_TAIL_PAIRS / self.pairs, *_TAIL_SHARE))
        start = int(np.searchsorted(-observed, -share))
        counts = -np.diff(self.above[start:], append=0)
        middles = self.edges[start:] - self.edges[start] + _width(self.edges) / 2
        shape, scale = pareto(np.repeat(middles, counts))
        beyond = survival(self.edges[start:] - self.edges[start], shape, scale)
        return np.concatenate([observed[:start], observed[start] * beyond])

    @property
    def observed_to(self) -> float:
        """The level beyond which too few pairs lie."""
        return float(self.edges[np.flatnonzero(self.above >= _OBSERVED_PAIRS)[-1]])


def fit(
    crowds: tuple[Crowd, ...],
    contract: str,
    cohort: Cohort | None,
    kind: type[Calibration] = Calibration,
) -> Calibration:
    """The table of a contract, from pairs of strangers; see the module for how.

    Args:
        kind: a way of its own of seeing a cosine.
    """
    bare = kind(contract, (), (), 0.0, cohort, ordinary(crowds, cohort))
    counts = [level_counts(bare, each) for each in crowds]
    fmr = np.mean([each.fmr() for each in counts], axis=0)
    edges = counts[0].edges
    known = fmr > 0
    rarity = -np.log10(fmr[known])
    levels = np.interp(_RARITIES, rarity, edges[known])
    rises = np.concatenate([[True], np.diff(levels) > 0])
    return replace(
        bare,
        levels=(float(edges[0]), *levels[rises].tolist()),
        rarity=(0.0, *_RARITIES[rises].tolist()),
        observed_to=min(each.observed_to for each in counts),
    )


def ordinary(crowds: tuple[Crowd, ...], cohort: Cohort | None) -> tuple[float, float]:
    """The mean and deviation of an ordinary face's cosines to the cohort: the medians."""
    if cohort is None:
        return 0.0, 1.0
    spreads = [cohort.spread(each.vectors) for each in crowds]
    means = [float(np.median(each.mean)) for each in spreads]
    deviations = [float(np.median(each.deviation)) for each in spreads]
    return float(np.mean(means)), float(np.mean(deviations))


def level_counts(calibration: Calibration, crowd: Crowd) -> LevelCounts:
    """Counts the levels of every pair of photos of two people."""
    edges = _edges(calibration)
    counts = np.zeros(len(edges), np.int64)
    for levels, _, _ in levels_of_pairs(calibration, crowd):
        counts[:-1] += np.histogram(np.clip(levels, edges[0], edges[-2]), edges)[0]
    return LevelCounts(edges, np.cumsum(counts[::-1])[::-1])


def levels_of_pairs(
    calibration: Calibration, crowd: Crowd
) -> Iterator[tuple[Numbers, NDArray[np.intp], NDArray[np.intp]]]:
    """Levels of pairs of two people, each pair once, and the two rows of each."""
    vectors, people = crowd.vectors, crowd.people
    spread = calibration.spread(vectors)
    for start in range(0, len(vectors), _BLOCK):
        rows = slice(start, start + _BLOCK)
        one, other = np.nonzero(people[rows, None] != people[None, start:])
        later = other > one
        one, other = one[later] + start, other[later] + start
        cosines = (vectors[rows] @ vectors[start:].T)[one - start, other - start]
        ends = (
            Spread(spread.mean[one], spread.deviation[one]),
            Spread(spread.mean[other], spread.deviation[other]),
        )
        yield calibration.levels_of(cosines.astype(np.float64), *ends), one, other


def pareto(excesses: Numbers) -> tuple[float, float]:
    """Shape and scale of the generalised Pareto distribution of rising excesses."""
    count = len(excesses)
    ranks = (np.arange(1, count + 1) - 0.35) / count
    first, second = excesses.mean(), ((1 - ranks) * excesses).mean()
    rest = first - 2 * second
    return float(2 - first / rest), float(2 * first * second / rest)


def survival(excesses: Numbers, shape: float, scale: float) -> Numbers:
    """The share beyond each excess, 1 at 0."""
    if abs(shape) < 1e-6:
        return np.asarray(np.exp(-excesses / scale))
    return np.asarray(np.maximum(1 + shape * excesses / scale, 0) ** (-1 / shape))


def _edges(calibration: Calibration) -> Numbers:
    if calibration.cohort is None:
        return np.arange(-1, 1 + _STEP / 10, _STEP / 10)
    return np.arange(-10, 16, _STEP)


def _width(edges: Numbers) -> float:
    return float(edges[1] - edges[0])
