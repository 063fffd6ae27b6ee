"""How evenly standing is spread: what each tenth of it gets of people whom it was not fitted to.

    python -m benchmarks.standing ../shared/data

Strangers are split in halves at random, ten times; each half is told by what the other was fitted
to, as it ships. The first table has the crowds that are asked for most, the second the fewest and
the most that a tenth gets in all others.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.report import machine, table
from benchmarks.standing.fitting import ORDERS
from benchmarks.standing.starter import gallery, offered
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
from lookalike.scores.similarity import Numbers
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


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """The standings of strangers in one crowd.

    Attributes:
        full: whether each tenth is shown.
        shares: (times, n).
    """

    order: Order
    name: str
    full: bool
    shares: Numbers

    def tenths(self, shown: Strangers, kinds: Sequence[str]) -> tuple[int, Numbers]:
        """How many are of those kinds, and how many percent of them each tenth gets."""
        rows = np.any([shown.kind(each, looks=self.order == "look") for each in kinds], axis=0)
        counts = np.histogram(self.shares[:, rows], bins=10, range=(0, 1))[0]
        return int(rows.sum()), np.asarray(100 * counts / counts.sum())


class Measured:
    """What strangers are told in the starter."""

    def __init__(self, data: Path) -> None:
        self._crowd = gallery(SFACE.contract)
        self._scores = calibration(SFACE.contract)
        self.shown = strangers(data, self._crowd)
        self._people = np.unique(self.shown.people, return_inverse=True)[1]

    def crowds(self) -> Iterator[Told]:
        """Those that are offered, and galleries that nothing was fitted to."""
        for order in ORDERS:
            for who in offered(self._crowd):
                name = best_matches.key(who, "").strip() or "everyone"
                yield Told(order, name, who in _SHOWN, self._offered(order, who))
            for people in _OWN:
                yield Told(order, f"{people} of one's own", False, self._own(order, people))

    def _offered(self, order: Order, who: Who) -> Numbers:
        crowd = self._crowd.crowd(who)
        strong = strengths(self._scores, self.shown.faces(looks=order == "look"), crowd)
        random = np.random.default_rng(_SEED)
        return np.array([self._halves(strong, random) for _ in range(_TIMES)])

    def _halves(self, strong: Numbers, random: np.random.Generator) -> Numbers:
        first = (random.permutation(self._people.max() + 1) % 2 == 0)[self._people]
        told = np.empty(len(strong))
        for half in (first, ~first):
            made = fitted(strong, self.shown.weights(half))
            told[~half] = made.shares(strong[~half])
        return told

    def _own(self, order: Order, people: int) -> Numbers:
        """In a gallery of so many, told by the cohort: everybody in the starter."""
        looks = order == "look"
        rows = np.random.default_rng(_SEED).permutation(len(self._crowd.people))
        own, cohort = (
            Faces(self._crowd.vectors[part], self._crowd.looks[part] if looks else None)
            for part in (rows[:people], rows)
        )
        made = fitted(strengths(self._scores, cohort, own))
        return made.shares(strengths(self._scores, self.shown.faces(looks=looks), own))[None]


def section(data: Path) -> str:
    measured = Measured(data)
    full: list[tuple[object, ...]] = []
    others: list[tuple[object, ...]] = []
    for told in measured.crowds():
        found = [(kind, *told.tenths(measured.shown, kinds)) for kind, kinds in _TOLD]
        if told.full:
            full += [
                (told.order, told.name, kind, photos, *(f"{each:.0f}" for each in tenths))
                for kind, photos, tenths in found
            ]
        else:
            ranges = (f"{each.min():.0f} to {each.max():.0f}" for _, _, each in found[:3])
            others.append((told.order, told.name, *ranges))
    ten = [f".{each}" for each in range(10)]
    kinds = [kind for kind, _ in _TOLD[:3]]
    return "\n\n".join(
        [
            table(("order", "among", "of whom", "photos", *ten), full),
            table(("order", "among", *kinds), others),
        ]
    )


def main() -> None:
    print(machine(), section(Path(sys.argv[1])), sep="\n\n")


if __name__ == "__main__":
    main()
