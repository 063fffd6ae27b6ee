"""How sure a figure is: bootstrapped confidence intervals, by person.

Two pairs that show the same person are not two independent observations. So people are drawn, not
pairs: in each round everyone is drawn as often as chance has it, and a pair counts as often as the
product of how often its people were drawn (the pigeonhole bootstrap; Owen, Annals of Applied
Statistics 1, 2007).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.evaluate.metrics import Weights

ROUNDS = 1000
_LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % confidence interval; NaN where the data cannot tell."""

    value: float
    low: float
    high: float


def draws(people: int, rounds: int = ROUNDS, seed: int = 0) -> Iterator[NDArray[np.int64]]:
    """How often each person is drawn, round by round."""
    random = np.random.default_rng(seed)
    for _ in range(rounds):
        yield np.bincount(random.integers(people, size=people), minlength=people)


def resampled(people: NDArray[np.integer], rounds: int = ROUNDS) -> Iterator[Weights]:
    """How often each row counts, round by round.

    Args:
        people: (rows,) or (rows, 2), the person or both people that a row shows, from 0 on. A row
            that shows one person twice counts as often as they were drawn.
    """
    pairs = people if people.ndim == 2 else np.stack([people, people], axis=1)
    alone = pairs[:, 0] == pairs[:, 1]
    for drawn in draws(int(pairs.max(initial=-1)) + 1, rounds):
        one, other = drawn[pairs[:, 0]], drawn[pairs[:, 1]]
        yield np.where(alone, one, one * other).astype(np.float64)


def estimate(
    figure: Callable[[Weights], float], people: NDArray[np.integer], rounds: int = ROUNDS
) -> Estimate:
    """A figure and its interval.

    Args:
        figure: the value when rows count as often as the weights say.
        people: as `resampled` takes them.
    """
    found = [figure(weights) for weights in resampled(people, rounds)]
    return Estimate(figure(np.ones(len(people))), *percentiles(found))


def percentiles(found: Sequence[float] | NDArray[np.float64]) -> tuple[float, float]:
    """The middle 95 % of what the rounds gave; NaN when a tenth of them could not tell."""
    every = np.asarray(found, np.float64)
    known = every[np.isfinite(every)]
    if len(known) < 0.9 * len(every) or not len(known):
        return float("nan"), float("nan")
    low, high = np.quantile(known, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    return float(low), float(high)


def never_seen(trials: int) -> float:
    """The highest rate, at 95 %, of what did not happen once in so many independent trials.

    Where nothing happened, a bootstrap can only repeat it; this is the exact binomial bound, 3 in
    n (Hanley and Lippman-Hand, JAMA 249, 1983).
    """
    return float(1 - (1 - _LEVEL) ** (1 / trials)) if trials else 1.0
