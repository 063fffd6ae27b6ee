"""Whom people find more alike: what raters chose, against the key.

    python -m benchmarks.resemblance.judged KEY RATER.csv RATER.csv RATER.csv

A rater's file has two columns, `triplet,choice`, and a row for every triplet, A or B. Intervals are
bootstrapped by stranger.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import table
from benchmarks.resemblance.triplets import Kind, Side, Triplet, read
from lookalike.evaluate.intervals import Estimate, estimate

Choices = Mapping[int, Side]


@dataclass(frozen=True, slots=True, eq=False)
class Ratings:
    """What every rater chose: (triplets, raters) whether it was the candidate of identity, or in a
    control the stranger."""

    triplets: tuple[Triplet, ...]
    first: NDArray[np.bool_]

    def of(self, *kinds: Kind, crowd: str = "") -> Ratings:
        rows = [
            row
            for row, each in enumerate(self.triplets)
            if each.kind in kinds and crowd in ("", each.crowd)
        ]
        return Ratings(tuple(self.triplets[row] for row in rows), self.first[rows])


def choices(path: Path, triplets: Sequence[Triplet]) -> Choices:
    """
    Raises:
        ValueError: it lacks a triplet, or holds what is no choice.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    try:
        found = {int(row["triplet"]): Side(row["choice"].strip().upper()) for row in rows}
    except (KeyError, ValueError) as error:
        raise ValueError(f"{path}: a row is no triplet with A or B ({error})") from error
    missing = sorted({each.number for each in triplets} - set(found))
    if missing:
        raise ValueError(f"{path}: no choice for {', '.join(map(str, missing))}")
    return found


def rated(triplets: tuple[Triplet, ...], raters: Sequence[Choices]) -> Ratings:
    first = [[rater[each.number] is each.side for rater in raters] for each in triplets]
    return Ratings(triplets, np.array(first, np.bool_).reshape(len(triplets), len(raters)))


def kappa(votes: NDArray[np.bool_]) -> float:
    """Fleiss' kappa of (n, raters) votes for one of two: 0 by chance, 1 in full agreement."""
    raters = votes.shape[1]
    ones = votes.sum(axis=1)
    pairs = ones * (ones - 1) + (raters - ones) * (raters - ones - 1)
    agreed = float((pairs / (raters * (raters - 1))).mean())
    share = float(votes.mean())
    by_chance = share**2 + (1 - share) ** 2
    return (agreed - by_chance) / (1 - by_chance) if by_chance < 1 else 1.0


def wins(ratings: Ratings) -> tuple[Estimate, Estimate]:
    """The share that the blend wins by the majority of raters, and the mean share of votes."""
    votes = 1 - ratings.first.mean(axis=1)
    strangers = np.unique([each.stranger for each in ratings.triplets], return_inverse=True)[1]
    # Two of four raters are half a majority.
    majority = np.where(votes == 0.5, 0.5, votes > 0.5)
    return _mean(majority, strangers), _mean(votes, strangers)


def _mean(values: NDArray[np.float64], people: NDArray[np.intp]) -> Estimate:
    return estimate(lambda weights: float(np.average(values, weights=weights)), people)


def consistency(ratings: Ratings) -> NDArray[np.float64]:
    """Of each rater, how often a repeat was answered as the triplet that it repeats."""
    places = {each.number: row for row, each in enumerate(ratings.triplets)}
    again = [row for row, each in enumerate(ratings.triplets) if each.kind is Kind.REPEAT]
    before = [places[ratings.triplets[row].repeats] for row in again]
    return np.asarray((ratings.first[again] == ratings.first[before]).mean(axis=0))


def won(ratings: Ratings) -> str:
    crowds = sorted({each.crowd for each in ratings.of(Kind.JUDGED).triplets})
    header = ("strangers", "triplets", "the blend wins, by majority", "by votes", "Fleiss' kappa")
    return table(header, list(_won(ratings, ("", *crowds))))


def _won(ratings: Ratings, crowds: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for crowd in crowds:
        own = ratings.of(Kind.JUDGED, crowd=crowd)
        majority, votes = map(_percent, wins(own))
        yield crowd or "all", str(len(own.triplets)), majority, votes, f"{kappa(own.first):.2f}"


def reliability(ratings: Ratings, names: Sequence[str]) -> str:
    """A line for each rater."""
    on_a = np.array([each.side is Side.A for each in ratings.triplets])[:, None] == ratings.first
    columns = (
        1 - ratings.of(Kind.JUDGED).first.mean(axis=0),
        ratings.of(Kind.CONTROL).first.mean(axis=0),
        consistency(ratings),
        on_a.mean(axis=0),
    )
    header = ("rater", "chose the blend", "controls right", "repeats the same", "chose A")
    rows = [(name, *(f"{column[at]:.1%}" for column in columns)) for at, name in enumerate(names)]
    return table(header, rows)


def _percent(found: Estimate) -> str:
    return f"{found.value:.1%} ({found.low:.1%} to {found.high:.1%})"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("key", type=Path)
    parser.add_argument("raters", type=Path, nargs="+")
    asked = parser.parse_args()
    triplets = read(asked.key)
    ratings = rated(triplets, [choices(each, triplets) for each in asked.raters])
    print(won(ratings), reliability(ratings, [each.stem for each in asked.raters]), sep="\n\n")


if __name__ == "__main__":
    main()
