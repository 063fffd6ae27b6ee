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

from lookalike.faces.vectors import Floats
from lookalike.scores.look import NEAREST, blends
from lookalike.scores.similarity import SAME_PERSON, Calibration, Numbers, Spread

# Who is at least as similar is no stranger: 1 in 100,000 of those is.
_HIMSELF = 90.0
_NOBODY = -10.0
# Those behind the best ones begin here; in a crowd of few with the second half of it.
_BEHIND = 30
# Fewer people behind say nothing.
_FEWEST = 10
# The shares at which the strengths of strangers are kept.
SHARES = (0.0, 0.005, 0.01, 0.02, *(each / 40 for each in range(1, 40)), 0.98, 0.99, 0.995, 1.0)


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
        slope: how much stronger the best match is where those behind it are stronger by 1.
        excesses: what is left of the best one's strength then, at each of `SHARES`; rising.
    """

    slope: float
    excesses: tuple[float, ...]

    def standing(self, strengths: Numbers, times: float = 1.0) -> Standing:
        """
        Args:
            strengths: of the first who is shown, and of the `NEAREST` nearest, the strongest first.
            times: how many times as many people were searched as the strangers were held against.
        """
        excess = strengths[0] - self.slope * behind(strengths[None])[0]
        share = np.interp(excess, self.excesses, SHARES)
        return Standing(float(share) ** times)


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
    nearest = np.argsort(-levels, axis=1)[:, :NEAREST]
    levels = np.take_along_axis(levels, nearest, axis=1)
    if probes.looks is None or crowd.looks is None:
        return levels
    looks = np.array(
        [
            blends(own[None], look[None], crowd.looks[row])[0]
            for own, look, row in zip(levels, probes.looks, nearest, strict=True)
        ]
    )
    certain = levels[:, 0] >= calibration.level_at(SAME_PERSON)
    return np.array([shown_first(each, same) for each, same in zip(looks, certain, strict=True)])


def shown_first(blend: Numbers, same: bool) -> Numbers:
    """The strengths of people whose order is by look.

    Args:
        blend: of the nearest by identity, in that order.
        same: whether the nearest may be the same person, and is shown first for that.
    """
    falling = -np.sort(-blend)
    if same:
        falling[0] = blend[0]
    return falling


def _levels(calibration: Calibration, probes: Floats, crowd: Floats) -> Numbers:
    one, other = calibration.spread(probes), calibration.spread(crowd)
    columns = Spread(one.mean[:, None], one.deviation[:, None])
    return calibration.levels_of((probes @ crowd.T).astype(np.float64), columns, other)


def behind(strengths: Numbers) -> Numbers:
    """(n,): how strong the matches behind the best ones are, of (n, m) that fall."""
    first = min(_BEHIND, strengths.shape[1] // 2)
    others = strengths[:, first:NEAREST]
    return others.mean(axis=1) if others.shape[1] >= _FEWEST else np.zeros(len(strengths))


def fitted(strengths: Numbers, weights: Numbers | None = None) -> BestMatches:
    """From (n, m) strengths of n strangers, as `BestMatches.standing` takes them.

    Args:
        weights: (n,) how much each of them counts.
    """
    counted = np.ones(len(strengths)) if weights is None else weights
    best, others = strengths[:, 0], behind(strengths)
    slope = _slope(others, best, counted)
    excess = best - slope * others
    order = np.argsort(excess)
    below = np.cumsum(counted[order]) - counted[order] / 2
    kept = np.interp(SHARES, below / counted.sum(), excess[order])
    return BestMatches(round(slope, 4), tuple(np.round(kept, 4).tolist()))


def _slope(x: Numbers, y: Numbers, weights: Numbers) -> float:
    """Of the line of least squares."""
    off = x - np.average(x, weights=weights)
    spread = float(np.average(off * off, weights=weights))
    return float(np.average(off * y, weights=weights)) / spread if spread > 0 else 0.0
