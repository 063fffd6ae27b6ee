"""Whether a calibration keeps its word on people whom it was not fitted on.

The people of each crowd are halved by chance. What is fitted on one half is held against the other,
and the other way round, so that nobody is on both sides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.evaluate.calibration.crowds import Crowd, without
from lookalike.evaluate.calibration.fit import fit, levels_of_pairs
from lookalike.evaluate.figures import Curve, Measured, Result
from lookalike.evaluate.intervals import Estimate, draws, percentiles
from lookalike.scores.similarity import Calibration, Cohort, Numbers

# Similarity -> the FMR that it stands for.
DEFINED = {50: 1e-2, 80: 1e-4, 90: 1e-5, 99: 1e-6}
# Fewer pairs expected beyond a similarity cannot tell.
_LEAST_EXPECTED = 5
_ROUNDS = 300
_CURVE = np.arange(0, 6.01, 0.1)


@dataclass(frozen=True, slots=True, eq=False)
class HeldOut:
    """Pairs of strangers of one crowd, judged by calibrations that never saw them.

    Attributes:
        rarities: falling; of the pairs that reach similarity 50, -log10 of the FMR by the table.
        people: (n, 2) of those pairs.
        photos: (m,) how many photos each person has in either half; (halves, m).
    """

    name: str
    rarities: Numbers
    people: NDArray[np.intp]
    photos: NDArray[np.int64]

    def total(self, drawn: NDArray[np.integer]) -> float:
        """How many pairs of two people there are when each person counts as often as `drawn`."""
        each = (self.photos * drawn).astype(np.float64)
        return float((each.sum(axis=1) ** 2 - (each**2).sum(axis=1)).sum() / 2)


def check(
    fitted: Sequence[Crowd], held: Sequence[Crowd], contract: str, cohort: Cohort | None
) -> Result:
    """The FMR that is met at each similarity, in units of the one that it stands for.

    Args:
        fitted: crowds that the table is made of.
        held: further crowds that it is only held against.
    """
    found = [_held_out(place, fitted, contract, cohort) for place in range(len(fitted))]
    whole = fit(tuple(fitted), contract, cohort)
    found += [_judged(each.name, [(whole, each)], _people(each)) for each in held]
    return Result(
        kind="calibration",
        protocol="FMR on people left out of the fit",
        contract=contract,
        data_sha256="",
        counts={f"pairs_of_{each.name}": int(each.total(_once(each))) for each in found},
        figures=tuple(figure for each in found for figure in _figures(each)),
        curves=tuple(map(_reliability, found)),
        drawn="people",
    )


def _held_out(place: int, crowds: Sequence[Crowd], contract: str, cohort: Cohort | None) -> HeldOut:
    random = np.random.default_rng(0)
    halves = [np.array_split(random.permutation(_people(each)), 2) for each in crowds]
    judged = []
    for fitted, left in ((0, 1), (1, 0)):
        seen = tuple(each.of(own[fitted]) for each, own in zip(crowds, halves, strict=True))
        own = crowds[place].of(halves[place][left])
        # Someone who is held out is no member of the cohort either.
        others = None if cohort is None else without(cohort, (own,))
        judged.append((fit(seen, contract, others), own))
    return _judged(crowds[place].name, judged, _people(crowds[place]))


def _people(crowd: Crowd) -> int:
    return int(crowd.people.max()) + 1


def _judged(name: str, halves: Sequence[tuple[Calibration, Crowd]], people: int) -> HeldOut:
    rarities, pairs, photos = [], [], []
    for calibration, crowd in halves:
        least = calibration.level_at(50)
        photos.append(np.bincount(crowd.people, minlength=people))
        for levels, one, other in levels_of_pairs(calibration, crowd):
            beyond = levels >= least
            rarities.append(np.interp(levels[beyond], calibration.levels, calibration.rarity))
            rows = one[beyond], other[beyond]
            pairs.append(np.stack([crowd.people[each] for each in rows], axis=1))
    found = np.concatenate(rarities)
    order = np.argsort(-found, kind="stable")
    return HeldOut(name, found[order], np.concatenate(pairs)[order], np.array(photos))


def _figures(held: HeldOut) -> Iterator[Measured]:
    for similarity, fmr in DEFINED.items():
        yield Measured(
            key=f"fmr_at_{similarity}/{held.name}",
            name=f"FMR at similarity {similarity}, {held.name}: times 1 in {round(1 / fmr):,}",
            estimate=_times(held, fmr),
            people=int((held.photos.sum(axis=0) > 0).sum()),
            rows=int(held.total(_once(held))),
            error=True,
            unit="x",
        )


def _times(held: HeldOut, fmr: float) -> Estimate:
    """How many times as many pairs pass as should; NaN where too few should."""
    expected = fmr * held.total(_once(held))
    nothing = float("nan")
    if expected < _LEAST_EXPECTED:
        return Estimate(nothing, nothing, nothing)
    beyond = held.people[held.rarities >= -np.log10(fmr)]
    found = []
    for drawn in draws(held.photos.shape[1], _ROUNDS):
        passed = float((drawn[beyond[:, 0]] * drawn[beyond[:, 1]]).sum())
        found.append(passed / max(fmr * held.total(drawn), 1e-9))
    return Estimate(len(beyond) / expected, *percentiles(found))


def _reliability(held: HeldOut) -> Curve:
    total = held.total(_once(held))
    # Rarities fall, so this many are at or above each.
    beyond = np.searchsorted(-held.rarities, -_CURVE, side="right")
    shown = (beyond >= _LEAST_EXPECTED) & (_CURVE >= 2)
    met = -np.log10(beyond[shown] / total)
    return Curve(
        key=f"reliability/{held.name}",
        name=f"Reliability: {held.name}",
        x_name="-log10 of the FMR by the table",
        y_name="-log10 of the FMR that is met",
        x=tuple(_CURVE[shown].tolist()),
        y=tuple(met.tolist()),
    )


def _once(held: HeldOut) -> NDArray[np.int64]:
    return np.ones(held.photos.shape[1], np.int64)
