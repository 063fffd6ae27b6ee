"""Triplets for people to judge: a stranger, and two candidates, of whom one is more alike.

Beside the triplets in which two orders differ there are controls, in which one candidate is another
photo of the stranger, and repeats of triplets with the sides swapped.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import numpy as np


class Kind(StrEnum):
    JUDGED = "judged"
    CONTROL = "control"
    REPEAT = "repeat"


class Side(StrEnum):
    A = "A"
    B = "B"

    @property
    def other(self) -> Side:
        return Side.B if self is Side.A else Side.A


@dataclass(frozen=True, slots=True)
class Triplet:
    """What the key holds of one; raters see its number and three pictures.

    Attributes:
        crowd: which of the sets the stranger is from.
        stranger, first, other: whom the pictures show: `first` is identity's candidate, or in a
            control the stranger in another photo.
        side: where `first` stands.
        repeats: the number of the triplet that this one repeats; 0: none.
    """

    number: int
    kind: Kind
    crowd: str
    stranger: str
    first: str
    other: str
    side: Side
    repeats: int = 0

    @property
    def shown(self) -> tuple[str, str, str]:
        """The stranger, A and B."""
        ones = (self.first, self.other)
        return (self.stranger, *(ones if self.side is Side.A else ones[::-1]))


def mixed(triplets: Sequence[Triplet], repeated: int, seed: int) -> tuple[Triplet, ...]:
    """In random order, sides at random, numbered; `repeated` of the first half come again in the
    second."""
    random = np.random.default_rng(seed)
    order = [triplets[each] for each in random.permutation(len(triplets))]
    sides = random.integers(2, size=len(order))
    order = [replace(each, side=list(Side)[side]) for each, side in zip(order, sides, strict=True)]
    first, second = order[: len(order) // 2], order[len(order) // 2 :]
    numbered = [replace(each, number=place) for place, each in enumerate(first, 1)]
    judged = [each for each in numbered if each.kind is Kind.JUDGED]
    drawn = random.choice(len(judged), repeated, replace=False)
    second += [_again(judged[each]) for each in drawn]
    places = random.permutation(len(second))
    start = len(numbered) + 1
    numbered += [replace(second[each], number=start + at) for at, each in enumerate(places)]
    return tuple(numbered)


def _again(triplet: Triplet) -> Triplet:
    return replace(
        triplet, kind=Kind.REPEAT, side=triplet.side.other, repeats=triplet.number, number=0
    )


def written(triplets: Sequence[Triplet], path: Path) -> None:
    """The key, which raters do not see."""
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(Triplet.__slots__)
        lines.writerows([getattr(each, name) for name in Triplet.__slots__] for each in triplets)


def read(path: Path) -> tuple[Triplet, ...]:
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(_read(file))


def _read(lines: Iterator[str]) -> Iterator[Triplet]:
    for row in csv.DictReader(lines):
        yield Triplet(
            number=int(row["number"]),
            kind=Kind(row["kind"]),
            crowd=row["crowd"],
            stranger=row["stranger"],
            first=row["first"],
            other=row["other"],
            side=Side(row["side"]),
            repeats=int(row["repeats"]),
        )
