"""How evenly standing is spread: what each tenth of it gets of people whom it was not fitted to.

    python -m benchmarks.standing ../shared/data

Strangers are split in halves at random, ten times; each half is told by what the other was fitted
to, as it ships. Of all offered crowds the first table has those that are asked for most.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import machine, table
from benchmarks.standing.fitting import ORDERS
from benchmarks.standing.starter import Gallery, gallery, offered
from benchmarks.standing.strangers import (
    IDOLS,
    KOREAN_MEN,
    KOREAN_WOMEN,
    MEN,
    WOMEN,
    Strangers,
    strangers,
)
from lookalike.engine.interface import Order
from lookalike.faces.models.manifest import SFACE
from lookalike.gallery.people import EVERYONE, Who
from lookalike.scores.calibrations import best_matches, calibration
from lookalike.scores.similarity import Calibration, Numbers
from lookalike.scores.standing import Faces, fitted, strengths

_TIMES = 10
_SEED = 15
# Of a gallery of one's own, drawn from the starter for want of another.
_OWN = (20, 60, 200)
_TOLD = (
    ("women", (WOMEN,)),
    ("men", (MEN,)),
    ("Koreans", (KOREAN_WOMEN, KOREAN_MEN)),
    (IDOLS, (IDOLS,)),
)
# In full; of the others the fewest and the most.
_SHOWN = (EVERYONE, Who(origin="korean"))


def shares(
    shown: Strangers, order: Order, scores: Calibration, crowd: Gallery, who: Who
) -> NDArray[np.float64]:
    """(times, n): the standing of each, by what half of the others, or all others, came to."""
    looks = order == "look"
    strong = strengths(scores, shown.faces(looks=looks), crowd.crowd(who))
    people = np.unique(shown.people, return_inverse=True)[1]
    random = np.random.default_rng(_SEED)
    return np.array([_halves(shown, strong, people, random) for _ in range(_TIMES)])


def _halves(
    shown: Strangers, strong: Numbers, people: NDArray[np.intp], random: np.random.Generator
) -> Numbers:
    first = (random.permutation(people.max() + 1) % 2 == 0)[people]
    told = np.empty(len(strong))
    for half in (first, ~first):
        weights = shown.weights(half)
        told[~half] = fitted(strong, weights).shares(strong[~half])
    return told


def own_shares(
    shown: Strangers, order: Order, scores: Calibration, crowd: Gallery, people: int
) -> NDArray[np.float64]:
    """(1, n): the standing of each in a gallery of so many people that nothing was fitted to: by
    the cohort, the other people of the starter."""
    looks = order == "look"
    rows = np.random.default_rng(_SEED).permutation(len(crowd.people))
    own, others = (
        Faces(crowd.vectors[part], crowd.looks[part] if looks else None)
        for part in (rows[:people], rows)
    )
    made = fitted(strengths(scores, others, own))
    return made.shares(strengths(scores, shown.faces(looks=looks), own))[None]


def tenths(shown: Strangers, told: Numbers, kinds: tuple[str, ...], order: Order) -> Numbers:
    """(10,): percent of people of those kinds in each tenth."""
    rows = np.any([shown.kind(each, looks=order == "look") for each in kinds], axis=0)
    counts = np.histogram(told[:, rows], bins=10, range=(0, 1))[0]
    return np.asarray(100 * counts / counts.sum())


def section(data: Path) -> str:
    crowd, scores = gallery(SFACE.contract), calibration(SFACE.contract)
    shown = strangers(data, crowd)
    full: list[tuple[object, ...]] = []
    others: list[tuple[str, str, str, str]] = []
    for order, who, people in product(ORDERS, (*offered(crowd), None), (0, *_OWN)):
        if (who is None) != (people > 0):
            continue
        if who is None:
            told, name = own_shares(shown, order, scores, crowd, people), f"{people} of one's own"
        else:
            told = shares(shown, order, scores, crowd, who)
            name = best_matches.key(who, "").strip() or "everyone"
        for kind, kinds in _TOLD:
            found = tenths(shown, told, kinds, order)
            photos = sum(shown.kind(each, looks=order == "look").sum() for each in kinds)
            row = (order, name, kind)
            if who in _SHOWN:
                full.append((*row, photos, *(f"{each:.0f}" for each in found)))
            elif kind != IDOLS:
                others.append((*row, f"{found.min():.0f} to {found.max():.0f}"))
    ten = [f"{each / 10:.1f} to {(each + 1) / 10:.1f}" for each in range(10)]
    return "\n\n".join(
        [
            table(("order", "among", "of whom", "photos", *ten), full),
            table(("order", "among", *(kind for kind, _ in _TOLD[:3])), list(_beside(others))),
        ]
    )


def _beside(rows: list[tuple[str, str, str, str]]) -> Iterator[tuple[str, ...]]:
    """What stands in rows one below the other, women, men and Koreans."""
    for first in range(0, len(rows), 3):
        order, name, _, _ = rows[first]
        yield order, name, *(each[3] for each in rows[first : first + 3])


def main() -> None:
    print(machine(), section(Path(sys.argv[1])), sep="\n\n")


if __name__ == "__main__":
    main()
