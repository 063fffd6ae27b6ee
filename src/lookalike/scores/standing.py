"""How somebody's best match compares with other people's best matches in the same crowd.

The best of many is always fairly alike: among 1,157 people nearly everybody finds somebody as alike
as 1 stranger in 1,000, so the rarity of a pair tells nobody apart. *standing* does: the share of
strangers whose best match in the crowd that was searched is weaker.

What is compared is the strength of the person who is shown first, in the order that people are
shown in: the level of identity (`Score.level`), or the blend of the whole look (`look.blended`).
Somebody to whom many in the crowd are somewhat alike has a strong best match for that alone: a
Korean among Koreans, a woman among women. So how strong the matches *behind* the best ones are is
taken off, as far as it foretells the best one among strangers, and what is left is compared with
that of strangers of whom about the same is foretold. Nothing is guessed about anybody: only the
strengths are looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.faces.vectors import Floats
from lookalike.scores.look import NEAREST, blends
from lookalike.scores.similarity import SAME_PERSON, Calibration, Numbers, Spread

# Who is at least as similar is no stranger: 1 in 100,000 of those is.
_HIMSELF = 90.0
_NOBODY = -10.0
# Whoever may be the same person is shown before all who only look alike: stronger than any blend.
_PUT_FIRST = 100.0
# Of the people who are looked at, the strongest first: those right behind the best one, those after
# them, and those far behind. Chosen for the evenness that `python -m benchmarks.standing` measures;
# with still closer ones less is left of what tells people apart.
_BEHIND = ((0.02, 0.06), (0.1, 0.3), (0.6, 1.0))
# Fewer people foretell nothing.
_FEWEST = 20
# What is foretold of strangers, from little to much, at which the rest is compared, and how far
# around it: in deviations of what is foretold.
_FORETOLD, _AROUND = (0.05, 0.25, 0.5, 0.75, 0.95), 0.35
# The shares at which the strengths of strangers are kept.
SHARES = (0.0, 0.005, 0.01, 0.025, *(each / 20 for each in range(1, 20)), 0.975, 0.99, 0.995, 1.0)


@dataclass(frozen=True, slots=True)
class Standing:
    """
    Attributes:
        share: of strangers whose best match in the same crowd is weaker, 0 to 1.
    """

    share: float


@dataclass(frozen=True, slots=True)
class BestMatches:
    """The best matches of strangers in one crowd, shown in one order.

    Attributes:
        slopes: how much stronger the best match is where those behind it, near to far, are
            stronger by 1.
        foretold: strengths that those behind the best one foretell of it; rising.
        excesses: for each of these what is left of the best one's strength, at each of `SHARES`;
            rising.
    """

    slopes: tuple[float, ...]
    foretold: tuple[float, ...]
    excesses: tuple[tuple[float, ...], ...]

    def standing(self, strengths: Numbers, times: float = 1.0) -> Standing:
        """
        Args:
            strengths: of the first who is shown, and of the nearest behind them, falling.
            times: how many times as many people were searched as the strangers were held against.
        """
        return Standing(float(self.shares(strengths[None])[0]) ** times)

    def shares(self, strengths: Numbers) -> Numbers:
        """(n,): the standings of (n, m) strengths."""
        foretold, excess = _parted(strengths, np.array(self.slopes))
        shares = np.array([np.interp(excess, each, SHARES) for each in self.excesses])
        place = np.interp(foretold, self.foretold, np.arange(len(self.foretold)))
        below = np.floor(place).astype(np.intp)
        above, people = np.ceil(place).astype(np.intp), np.arange(len(place))
        part = place - below
        return np.asarray((1 - part) * shares[below, people] + part * shares[above, people])


@dataclass(frozen=True, slots=True, eq=False)
class Faces:
    """Of n people.

    Attributes:
        vectors: (n, dimension), of length 1.
        looks: (n, numbers) as `Appearance.numbers`, zeros of whom none is known; None: by identity.
    """

    vectors: Floats
    looks: Floats | None = None


def strengths(calibration: Calibration, probes: Faces, crowd: Faces) -> Numbers:
    """(n, m) of n strangers in a crowd of at least m people, as `BestMatches` takes them.

    Whoever is as alike as nobody but the same person is left out: a stranger may be in the crowd.
    """
    levels = _levels(calibration, probes.vectors, crowd.vectors)
    levels[levels >= calibration.level_at(_HIMSELF)] = _NOBODY
    nearest = _nearest(levels)
    near = np.take_along_axis(levels, nearest, axis=1)
    if probes.looks is None or crowd.looks is None:
        return near
    blend = np.take_along_axis(blends(levels, probes.looks, crowd.looks), nearest, axis=1)
    same = calibration.level_at(SAME_PERSON)
    levels_of_first = near[:, 0].tolist()
    return np.array(
        [
            shown_first(own, level if level >= same else None)
            for own, level in zip(blend, levels_of_first, strict=True)
        ]
    )


def _nearest(levels: Numbers) -> NDArray[np.intp]:
    """The columns of the highest of (n, m), the highest first."""
    most = min(NEAREST, levels.shape[1])
    found = np.argpartition(-levels, most - 1, axis=1)[:, :most]
    order = np.argsort(-np.take_along_axis(levels, found, axis=1), axis=1)
    return np.take_along_axis(found, order, axis=1)


def shown_first(blend: Numbers, level: float | None) -> Numbers:
    """The strengths of people whose order is by look.

    Args:
        blend: of the nearest by identity, in that order.
        level: of the nearest, where that may be the same person, and is shown first for that.
    """
    falling = -np.sort(-blend)
    if level is not None:
        falling[0] = _PUT_FIRST + level
    return falling


def _levels(calibration: Calibration, probes: Floats, crowd: Floats) -> Numbers:
    one, other = calibration.spread(probes), calibration.spread(crowd)
    columns = Spread(one.mean[:, None], one.deviation[:, None])
    return calibration.levels_of((probes @ crowd.T).astype(np.float64), columns, other)


def fitted(strengths: Numbers, weights: Numbers | None = None) -> BestMatches:
    """From (n, m) strengths of n strangers.

    Args:
        weights: (n,) how much each of them counts.
    """
    counted = np.ones(len(strengths)) if weights is None else weights
    slopes = _slopes(strengths, np.where(strengths[:, 0] < _PUT_FIRST, counted, 0.0))
    foretold, excess = _parted(strengths, slopes)
    centres = np.unique(np.round(_quantiles(foretold, counted, _FORETOLD), 4))
    rows = [
        _quantiles(excess, counted * near, SHARES) for near in _nearness(foretold, counted, centres)
    ]
    return BestMatches(
        tuple(np.round(slopes, 4).tolist()),
        tuple(centres.tolist()),
        tuple(tuple(np.round(row, 4).tolist()) for row in rows),
    )


def _nearness(foretold: Numbers, weights: Numbers, centres: Numbers) -> Numbers:
    """(centres, n): how near what is foretold of strangers is to each centre, 0 to 1."""
    deviation = np.sqrt(np.cov(foretold, aweights=weights, ddof=0))
    if not deviation:
        return np.ones((len(centres), len(foretold)))
    apart = (foretold - centres[:, None]) / (_AROUND * deviation)
    return np.asarray(np.exp(-(apart**2) / 2))


def _quantiles(values: Numbers, weights: Numbers, shares: Sequence[float]) -> Numbers:
    """The values below which these shares of all weight are."""
    order = np.argsort(values)
    counted = weights[order]
    below = (np.cumsum(counted) - counted / 2) / counted.sum()
    return np.interp(shares, below, values[order])


def _parted(strengths: Numbers, slopes: Numbers) -> tuple[Numbers, Numbers]:
    """(n,) twice: what is foretold of the best match's strength, and what is left of it."""
    best, foretold = strengths[:, 0], np.asarray(_behind(strengths) @ slopes)
    return foretold, np.where(best < _PUT_FIRST, best - foretold, best)


def _behind(strengths: Numbers) -> Numbers:
    """(n, 3): how strong the matches behind the best one are, near to far; 0 in a crowd of few."""
    people = strengths.shape[1]
    if people < _FEWEST:
        return np.zeros((len(strengths), len(_BEHIND)))
    places = [(max(1, round(first * people)), round(last * people)) for first, last in _BEHIND]
    return np.stack([strengths[:, a : max(a + 1, b)].mean(axis=1) for a, b in places], axis=1)


def _slopes(strengths: Numbers, weights: Numbers) -> Numbers:
    """Of the plane of least squares through the best match and those behind it, (3,)."""
    root = np.sqrt(weights / weights.sum())
    columns = np.column_stack([np.ones(len(strengths)), _behind(strengths)]) * root[:, None]
    return np.asarray(np.linalg.lstsq(columns, strengths[:, 0] * root, rcond=None)[0][1:])
