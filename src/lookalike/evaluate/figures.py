"""What every protocol answers: figures with intervals, for everyone and by groups, and curves.

A protocol has rows: pairs, probes, judgements, faces or photos sent again. A figure is a function
of how often each row counts, so its interval is that function over resampled rows, and its value in
a group is that function with the other rows counted zero times.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import InvalidParameter
from lookalike.evaluate.intervals import ROUNDS, Estimate, never_seen, percentiles, resampled
from lookalike.evaluate.metrics import Flags, Weights

# A bootstrap over fewer people says more about them than about anyone else.
LEAST_PEOPLE = 10
_MOST_GROUPS = 50

# Column -> the text of each row.
Columns = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """A figure of n rows, to be measured.

    Attributes:
        key: its name for programs; `a/b` is entry b of the table a.
        name: its name for people.
        rows: (n,) which of them it is about.
        value: of (n,) weights.
        error: whether it is an error rate; if not, one minus it is.
        at: the score that it is measured at, if it is at one.
        unit: what it is counted in; empty: it is a share, 0 to 1.
    """

    key: str
    name: str
    rows: Flags
    value: Callable[[Weights], float]
    error: bool = False
    at: float | None = None
    unit: str = ""


def rate(
    key: str, name: str, rows: Flags, true: Flags, *, error: bool = False, at: float | None = None
) -> Figure:
    """The figure that is the share of some rows which is true."""
    # Dot products: ten times as fast as choosing rows, a thousand times over.
    counted, hit = rows.astype(np.float64), (rows & true).astype(np.float64)

    def value(weights: Weights) -> float:
        total = float(weights @ counted)
        return float(weights @ hit) / total if total else float("nan")

    return Figure(key, name, rows, value, error, at)


def spread_at(
    key: str, name: str, rows: Flags, of: NDArray[np.floating], share: float, unit: str
) -> Figure:
    """The figure that a share of some rows does not exceed, such as their median; less is better.

    Args:
        of: (n,) numbers; those of other rows may be NaN.
    """
    places = np.flatnonzero(rows)[np.argsort(of[rows], kind="stable")]
    rising = of[places]

    def value(weights: Weights) -> float:
        passed = np.cumsum(weights[places])
        if not len(passed) or not passed[-1]:
            return float("nan")
        return float(rising[np.searchsorted(passed, share * passed[-1])])

    return Figure(key, name, rows, value, error=True, unit=unit)


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure with its interval.

    Attributes:
        key, name, error, at, unit: as in `Figure`.
        people: how many different people the rows show that it is about, or what else is drawn
            for the interval; see `Result.drawn`.
        rows: how many there are.
    """

    key: str
    name: str
    estimate: Estimate
    people: int
    rows: int
    error: bool = False
    at: float | None = None
    unit: str = ""

    @property
    def too_few(self) -> bool:
        """Whether so few people cannot tell."""
        return self.people < LEAST_PEOPLE


@dataclass(frozen=True, slots=True)
class Group:
    """The figures of the rows that have one text in a column."""

    name: str
    figures: tuple[Measured, ...]


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times the error rate of the best group the worst one has.

    Which groups these are is taken from the data as they are, so an interval that reaches 1 says
    that the data cannot tell the two apart.
    """

    key: str
    worst: str
    best: str
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Every figure by a column; ratios of those that two groups or more are large enough for."""

    column: str
    groups: tuple[Group, ...]
    ratios: tuple[Ratio, ...]


@dataclass(frozen=True, slots=True)
class Curve:
    """y over x, such as the ROC."""

    key: str
    name: str
    x_name: str
    y_name: str
    x: tuple[float, ...]
    y: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many scores lie between each edge and the next."""

    name: str
    edges: tuple[float, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """A row that was hard: what it is, the names of its photos, its score."""

    what: str
    photos: tuple[str, ...]
    score: float


@dataclass(frozen=True, slots=True)
class Result:
    """What a protocol found out about a model.

    Attributes:
        kind: verification, identification, triplets, stability, detection, search or speed.
        protocol: its name.
        contract: model and preprocessing.
        data_sha256: of all photos.
        counts: how many of what there were, failures too.
        figures: the first is what the protocol is known by.
        hardest: the worst first, of each kind.
        failed: photos in which no face was found; they are counted, never dropped.
        drawn: what intervals draw anew.
    """

    kind: str
    protocol: str
    contract: str
    data_sha256: str
    counts: Mapping[str, int]
    figures: tuple[Measured, ...]
    groups: tuple[Breakdown, ...] = ()
    curves: tuple[Curve, ...] = ()
    histograms: tuple[Histogram, ...] = ()
    hardest: tuple[Example, ...] = ()
    failed: tuple[str, ...] = ()
    drawn: str = "people"

    def figure(self, key: str) -> Measured:
        """The figure of that key.

        Raises:
            KeyError: it was not measured.
        """
        return {each.key: each for each in self.figures}[key]


def measure(
    figures: Sequence[Figure],
    people: NDArray[np.integer],
    by: Columns | None = None,
    rounds: int = ROUNDS,
) -> tuple[tuple[Measured, ...], tuple[Breakdown, ...]]:
    """Every figure, for all rows and by each column.

    Args:
        people: (n,) or (n, 2), whom each row shows; see `intervals.resampled`.

    Raises:
        InvalidParameter: a column has too many different texts to be groups.
    """
    masks = {column: _masks(column, texts) for column, texts in (by or {}).items()}
    parts = [np.ones(len(people)), *(mask for own in masks.values() for mask in own.values())]
    values = partial(_values, figures, parts)
    point = values(np.ones(len(people)))
    found = np.array([values(weights) for weights in resampled(people, rounds)])
    measured = [
        tuple(
            _measured(figure, people, mask, point[part, place], found[:, part, place])
            for place, figure in enumerate(figures)
        )
        for part, mask in enumerate(parts)
    ]
    breakdowns, start = [], 1
    for column, own in masks.items():
        several = slice(start, start := start + len(own))
        groups = tuple(map(Group, own, measured[several]))
        ratios = _ratios(groups, found[:, several])
        breakdowns.append(Breakdown(column, groups, ratios))
    return measured[0], tuple(breakdowns)


def _masks(column: str, texts: Sequence[str]) -> dict[str, Weights]:
    """The rows of each group; those without a text are in none."""
    names = sorted({each for each in texts if each}, key=_as_counted)
    if not names or len(names) > _MOST_GROUPS:
        raise InvalidParameter(
            f"The column {column!r} has {len(names)} different texts; groups are 1 to "
            f"{_MOST_GROUPS}."
        )
    rows = np.array(texts)
    return {name: (rows == name).astype(np.float64) for name in names}


def _as_counted(text: str) -> list[tuple[int, str]]:
    """Sorts `9 to 17` before `18 to 30`."""
    return [(int(each) if each.isdecimal() else 0, each) for each in re.split(r"(\d+)", text)]


def _values(
    figures: Sequence[Figure], parts: Sequence[Weights], weights: Weights
) -> NDArray[np.float64]:
    """(parts, figures)"""
    return np.array([[each.value(weights * mask) for each in figures] for mask in parts])


def _measured(
    figure: Figure,
    people: NDArray[np.integer],
    mask: Weights,
    value: float,
    found: NDArray[np.float64],
) -> Measured:
    shown = people[figure.rows & (mask > 0)]
    count = len(np.unique(shown))
    low, high = percentiles(found)
    bound = never_seen(min(count, len(shown)))
    if not figure.unit and value == 0:
        low, high = 0.0, float(np.fmax(high, bound))
    if not figure.unit and value == 1:
        low, high = float(np.fmin(low, 1 - bound)), 1.0
    return Measured(
        figure.key,
        figure.name,
        Estimate(float(value), low, high),
        count,
        len(shown),
        figure.error,
        figure.at,
        figure.unit,
    )


def _ratios(groups: tuple[Group, ...], found: NDArray[np.float64]) -> tuple[Ratio, ...]:
    """Args: found: (rounds, groups, figures)"""
    ratios = []
    for place in range(len(groups[0].figures)):
        able = {
            number: _error(group.figures[place])
            for number, group in enumerate(groups)
            if not group.figures[place].too_few and np.isfinite(group.figures[place].estimate.value)
        }
        if len(able) < 2:
            continue
        worst, best = max(able, key=able.__getitem__), min(able, key=able.__getitem__)
        figure = groups[0].figures[place]
        errors = found[:, :, place] if figure.error else 1 - found[:, :, place]
        with np.errstate(divide="ignore", invalid="ignore"):
            rounds = errors[:, worst] / errors[:, best]
            value = float(np.float64(able[worst]) / able[best])
        whole = Estimate(value if np.isfinite(value) else float("nan"), *percentiles(rounds))
        ratios.append(Ratio(figure.key, groups[worst].name, groups[best].name, whole))
    return tuple(ratios)


def _error(figure: Measured) -> float:
    value = figure.estimate.value
    return value if figure.error else 1 - value


def thinned(curve: Curve, most: int = 300) -> Curve:
    """The same with fewer points, as close together as a logarithmic x-axis can show."""
    x = np.array(curve.x)
    if len(x) <= most or x[-1] <= 0:
        return curve
    first = np.searchsorted(x, 0, side="right")
    steps = np.searchsorted(x, np.geomspace(x[first], x[-1], most - 1))
    kept = np.unique([max(first - 1, 0), *steps])
    return replace(
        curve,
        x=tuple(curve.x[place] for place in kept),
        y=tuple(curve.y[place] for place in kept),
    )


def histogram(name: str, scores: NDArray[np.floating], bins: int = 60) -> Histogram:
    """Of cosines; what could not be compared is left out of the picture, not of the figures."""
    counts, edges = np.histogram(scores[scores >= -1], bins=bins, range=(-1.0, 1.0))
    return Histogram(name, tuple(edges.tolist()), tuple(counts.tolist()))
