"""How somebody's best match compares with other people's best matches in the same crowd.

The best of many is always fairly alike: among 1,157 people nearly everybody finds somebody as alike
as 1 stranger in 1,000, so the rarity of a pair tells nobody apart. *standing* does: the share of
strangers whose best match in the crowd that was searched is weaker.

What is compared is the strength of the person who is shown first, in the order that people are
shown in: the level of identity (`Score.level`), or the blend of the whole look (`look.blended`).
Somebody to whom many in the crowd are somewhat alike has a strong best match for that alone: a
Korean among Koreans, a woman among women. So how strong the matches *behind* the best ones are is
taken off, as far as it foretells the best one among strangers. Nothing is guessed about anybody:
only the strengths are looked at.
"""

from __future__ import annotations

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
# Of the people who are looked at, the strongest first: those close behind the best one, and those
# far behind. Chosen for the evenness that `python -m benchmarks.standing` measures; closer ones
# foretell still more, and leave less of what tells people apart.
_CLOSE, _FAR = (0.05, 0.2), (0.6, 1.0)
# Fewer people foretell nothing.
_FEWEST = 20
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
        slopes: how much stronger the best match is where those close behind it, and those far
            behind, are stronger by 1.
        excesses: what is left of the best one's strength then, at each of `SHARES`; rising.
    """

    slopes: tuple[float, float]
    excesses: tuple[float, ...]

    def standing(self, strengths: Numbers, times: float = 1.0) -> Standing:
        """
        Args:
            strengths: of the first who is shown, and of the nearest behind them, falling.
            times: how many times as many people were searched as the strangers were held against.
        """
        return Standing(float(self.shares(strengths[None])[0]) ** times)

    def shares(self, strengths: Numbers) -> Numbers:
        """(n,): the standings of (n, m) strengths."""
        excesses = _excesses(strengths, np.array(self.slopes))
        return np.interp(excesses, self.excesses, SHARES)


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
    excess = _excesses(strengths, slopes)
    order = np.argsort(excess)
    below = (np.cumsum(counted[order]) - counted[order] / 2) / counted.sum()
    kept = np.interp(SHARES, below, excess[order])
    close, far = np.round(slopes, 4).tolist()
    return BestMatches((close, far), tuple(np.round(kept, 4).tolist()))


def _behind(strengths: Numbers) -> Numbers:
    """(n, 2): how strong the matches close behind the best one and far behind are; 0 in a crowd of
    few."""
    people = strengths.shape[1]
    if people < _FEWEST:
        return np.zeros((len(strengths), 2))
    places = [(round(first * people), round(last * people)) for first, last in (_CLOSE, _FAR)]
    return np.stack([strengths[:, a:b].mean(axis=1) for a, b in places], axis=1)


def _excesses(strengths: Numbers, slopes: Numbers) -> Numbers:
    """(n,): what is left of the best match's strength."""
    best = strengths[:, 0]
    return np.where(best < _PUT_FIRST, best - _behind(strengths) @ slopes, best)


def _slopes(strengths: Numbers, weights: Numbers) -> Numbers:
    """Of the plane of least squares through the best match and those behind it, (2,)."""
    root = np.sqrt(weights / weights.sum())
    columns = np.column_stack([np.ones(len(strengths)), _behind(strengths)]) * root[:, None]
    return np.asarray(np.linalg.lstsq(columns, strengths[:, 0] * root, rcond=None)[0][1:])
