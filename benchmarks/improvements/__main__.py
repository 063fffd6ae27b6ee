"""What would make the product better, each with its interval: the table of docs/improvements.md.

    python -m benchmarks.improvements ../shared/data [--dlib FOLDER] [--kept FOLDER]

Every figure is that of the first row, or the difference to it in points, with a 95 % interval by
person: the same people are drawn for both.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from benchmarks.improvements import templates
from benchmarks.improvements.looks import (
    BEFORE,
    MESH,
    SHIPS,
    WITH_DLIB,
    Looking,
    Looks,
    Seen,
)
from benchmarks.improvements.templates import RANKINGS, Enrolled, Ranking
from benchmarks.report import machine, median_ms, on_one_core, table
from lookalike import config
from lookalike.evaluate import metrics
from lookalike.evaluate.intervals import Estimate, estimate
from lookalike.evaluate.metrics import Weights
from lookalike.evaluate.protocols.pairs import lfw
from lookalike.evaluate.protocols.table import numbered
from lookalike.evaluate.vectors import Which
from lookalike.faces.analyzer import Analyzer
from tests.support import photos

_ROUNDS = 10
# New vectors are searched among old ones, which nobody has the photos of.
_OLD_PORTRAITS = "portraits of before, probes as they ship"


class Figure(Protocol):
    """A figure of trials; `people`: (n,) or (n, 2) whom each shows."""

    @property
    def people(self) -> NDArray[np.intp]: ...

    def value(self, weights: Weights) -> float: ...


@dataclass(frozen=True, slots=True, eq=False)
class Hits:
    """The share of trials that went right."""

    right: NDArray[np.bool_]
    people: NDArray[np.intp]

    def value(self, weights: Weights) -> float:
        return metrics.share(self.right, weights)


@dataclass(frozen=True, slots=True, eq=False)
class Tar:
    """The true accept rate at an FMR of 1e-3."""

    scores: NDArray[np.floating]
    same: NDArray[np.bool_]
    people: NDArray[np.intp]

    def value(self, weights: Weights) -> float:
        return metrics.tar_at_fmr(self.scores, self.same, 1e-3, weights)


def cell(of: Figure, before: Figure | None) -> str:
    """`95.8 %`, or the difference to before in points with its interval."""
    if before is None:
        return f"{of.value(np.ones(len(of.people))):.2%}"
    return _points(estimate(lambda w: of.value(w) - before.value(w), of.people))


@dataclass(frozen=True, slots=True, eq=False)
class Folder:
    """Photos with whom they show."""

    people: NDArray[np.intp]
    korean: NDArray[np.bool_]
    seen: Looks

    @property
    def found(self) -> NDArray[np.bool_]:
        return np.asarray(self.seen.vectors[:, 0].any(axis=1))


def _points(found: Estimate) -> str:
    sign = "**" if found.low > 0 or found.high < 0 else ""
    value, low, high = (100 * each for each in (found.value, found.low, found.high))
    return f"{sign}{value:+.2f}{sign} ({low:+.2f} to {high:+.2f})"


def verification(data: Path, looking: Looking) -> Iterator[dict[str, Figure]]:
    """Accuracy, at each way's folds' thresholds, and TAR at an FMR of 1e-3, with its own, which is
    found anew in each round."""
    protocol = lfw(data / "lfw")
    seen = looking.look(protocol.photos, protocol.which, "lfw")
    accuracy: dict[str, Figure] = {}
    accepted: dict[str, Figure] = {}
    for place, name in enumerate(looking.ways):
        one, other = (seen.vectors[rows, place] for rows in protocol.rows.T)
        found = one.any(axis=1) & other.any(axis=1)
        scores = np.where(found, np.einsum("ij,ij->i", one, other), metrics.FAILED)
        right, _ = metrics.by_folds(scores, protocol.same, protocol.folds)
        accuracy[name] = Hits(right, protocol.people)
        accepted[name] = Tar(scores, protocol.same, protocol.people)
    yield accuracy
    yield accepted


def portraits(data: Path, looking: Looking) -> dict[str, Hits]:
    """Rank 1 of LFW photos among Wikimedia portraits, of each way."""
    names = _rows(data / "wiki_portraits" / "names.csv")
    probes = _rows(data / "wiki_portraits" / "probes_from_lfw.csv")
    enrolled = {row["qid"]: data / "wiki_portraits" / row["file"] for row in names}
    gallery = looking.look(enrolled, Which.SUBJECT, "wiki")
    files = {str(place): data / row["lfw_path"] for place, row in enumerate(probes)}
    searching = looking.look(files, Which.CENTRAL, "probes")
    wanted = np.array([list(enrolled).index(row["qid"]) for row in probes])
    found = {}
    for name, (enrols, searches) in _both_sides(looking).items():
        cosines = searching.vectors[:, searches] @ gallery.vectors[:, enrols].T
        right = cosines.argmax(axis=1) == wanted
        found[name] = Hits(right & searching.vectors[:, searches].any(axis=1), wanted)
    return found


def _both_sides(looking: Looking) -> dict[str, tuple[int, int]]:
    """The places of the ways in which portraits and probes are looked at."""
    places = {name: place for place, name in enumerate(looking.ways)}
    same = {name: (place, place) for name, place in places.items()}
    return same | {_OLD_PORTRAITS: (places[BEFORE], places[SHIPS])}


def folder(data: Path, looking: Looking) -> Folder:
    """celebs, every photo seen in every way."""
    files = {f"{path.parent.name}/{path.name}": path for path in sorted(data.glob("celebs/*/*"))}
    names = [each.partition("/")[0] for each in files]
    seen = looking.look(files, Which.SUBJECT, "celebs")
    korean = np.array([name.startswith("KR_") for name in names])
    return Folder(numbered(names), korean, seen)


def searches(celebs: Folder, count: int, ranking: Ranking, sides: tuple[int, int]) -> Hits:
    """Rank 1 in galleries of `count` portraits a person, drawn ten times; the rest are probes.

    A probe without a face is a miss. `sides`: how portraits and probes are looked at.
    """
    right, people = [], []
    for number in range(_ROUNDS):
        chosen = _drawn(celebs, count, number)
        enrols, probed = (celebs.seen.vectors[:, way] for way in sides)
        quality = celebs.seen.quality[chosen]
        gallery = Enrolled(enrols[chosen], celebs.people[chosen], quality)
        probes = np.setdiff1d(np.arange(len(celebs.people)), chosen)
        scores = ranking(probed[probes], gallery)
        right.append((scores.argmax(axis=1) == celebs.people[probes]) & celebs.found[probes])
        people.append(celebs.people[probes])
    return Hits(np.concatenate(right), np.concatenate(people))


def _drawn(celebs: Folder, count: int, number: int) -> NDArray[np.intp]:
    """Rows of portraits: so many of each person, of those with a face."""
    random = np.random.default_rng(number)
    everyone = np.unique(celebs.people)
    able = [np.flatnonzero((celebs.people == who) & celebs.found) for who in everyone]
    return np.sort(np.concatenate([random.permutation(own)[:count] for own in able]))


def _korean(celebs: Folder, hits: Hits) -> Hits:
    known = np.unique(celebs.people[celebs.korean])
    rows = np.isin(hits.people, known)
    return Hits(hits.right[rows], hits.people[rows])


def costs(looking: Looking) -> dict[str, str]:
    """Milliseconds of a photo with one face in each way, on one core, and the ratio to one look."""
    on_one_core()
    analyzer = Analyzer(looking.settings)
    data = photos.load()["obama.jpg"]
    seen = Seen(analyzer, analyzer.analyze(data).faces[0], data, looking.model)
    found_only = median_ms(seen.found_again, data)
    ships = median_ms(analyzer.analyze, data)
    spent = {name: found_only + median_ms(way, seen) for name, way in looking.ways.items()}
    # Two ways are made of what the analyzer has done already.
    mirror = median_ms(looking.ways[MESH], seen)
    spent |= {SHIPS: ships, MESH: ships - mirror, WITH_DLIB: ships + spent.get(WITH_DLIB, 0)}
    return {name: f"{spent[name]:.0f} ms, {spent[name] / spent[BEFORE]:.2f}x" for name in spent}


def ways(data: Path, looking: Looking) -> str:
    """The table of ways of making a vector, against what was before."""
    columns: list[Mapping[str, Figure]] = [*verification(data, looking), portraits(data, looking)]
    celebs = folder(data, looking)
    for count in (1, 3):
        found = {
            name: searches(celebs, count, templates.mean, sides)
            for name, sides in _both_sides(looking).items()
        }
        columns += [found, {name: _korean(celebs, each) for name, each in found.items()}]
    spent = costs(looking)
    header = (
        *("way", "LFW accuracy", "LFW TAR at FMR 1e-3", "rank 1, probes_from_lfw"),
        *("rank 1, celebs, 1 portrait", "Korean idols", "3 portraits", "Korean idols"),
        "a photo with one face",
    )
    rows = [
        (name, *_cells(name, BEFORE, columns), spent.get(name, spent[SHIPS]))
        for name in _both_sides(looking)
    ]
    return table(header, rows)


def _cells(name: str, first: str, columns: Sequence[Mapping[str, Figure]]) -> list[str]:
    return [
        cell(each[name], None if name == first else each[first]) if name in each else ""
        for each in columns
    ]


def rankings(data: Path, looking: Looking) -> str:
    """The table of ways of scoring several portraits."""
    celebs = folder(data, looking)
    sides = _both_sides(looking)[SHIPS]
    columns: list[dict[str, Hits]] = []
    for count in (1, 3, 5):
        found = {name: searches(celebs, count, each, sides) for name, each in RANKINGS.items()}
        columns += [found, {name: _korean(celebs, each) for name, each in found.items()}]
    first = next(iter(RANKINGS))
    rows = [
        (name, *(cell(each[name], None if name == first else each[first]) for each in columns))
        for name in RANKINGS
    ]
    header = ("rank 1 on celebs", *(f"{n} {who}" for n in (1, 3, 5) for who in ("all", "Korean")))
    return table(header, rows)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--dlib", type=Path, help="`model` of npm's @vladmandic/face-api")
    parser.add_argument("--kept", type=Path, help="keeps vectors between runs")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        looking = Looking(config.load(), asked.dlib, asked.kept or Path(scratch))
        print(machine(), ways(asked.data, looking), rankings(asked.data, looking), sep="\n\n")


if __name__ == "__main__":
    main()
