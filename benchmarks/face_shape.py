"""How often two photos of one person are given the same shape of face, and how sure that is said.

    python -m benchmarks.face_shape ../shared/data/lfw          measured on half the people
    python -m benchmarks.face_shape ../shared/data/lfw --fit    the constants, of the other half

Up to four photos of everybody in LFW who has several; those that show no frontal face are left out.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
from rich.progress import track

from benchmarks.lfw import central
from benchmarks.report import machine, table
from lookalike import config
from lookalike.errors import PhotoError
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.photo import Face
from lookalike.scores import face_shape
from lookalike.scores.face_shape import SHAPES, FaceShape, Numbers

_MOST_PHOTOS = 4
_SEED, _STRANGERS = 7, 20_000
_BANDS = (0.0, 0.3, 0.4, 0.5, 0.6, 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """A frontal photo: whose, what was measured in it, and the shape by the constants in use."""

    person: str
    ratios: Numbers
    pitch: float
    shape: FaceShape


def measured(folder: Path, fitted: bool) -> Iterator[Measured]:
    """Of the half of the people that the constants are fitted to, or of the other."""
    analyzer = Analyzer(config.load())
    photos = [
        (person.name, photo)
        for person in sorted((folder / "lfw-deepfunneled").iterdir())
        if len(several := sorted(person.iterdir())) > 1 and _is_fitted(person.name) == fitted
        for photo in several[:_MOST_PHOTOS]
    ]
    for person, path in track(photos, "LFW"):
        face = _face(analyzer, path)
        shape = face and face_shape.face_shape(face)
        if face and face.mesh and isinstance(shape, FaceShape):
            ratios = face_shape.ratios(face.mesh.points)
            yield Measured(person, ratios, face.quality.pose.pitch, shape)


def _is_fitted(person: str) -> bool:
    return hashlib.sha256(person.encode()).digest()[0] % 2 == 0


def _face(analyzer: Analyzer, path: Path) -> Face | None:
    try:
        return central(analyzer.analyze(path.read_bytes()))
    except PhotoError:
        return None


def fit(found: list[Measured]) -> str:
    """The constants of `scores/face_shape.py`, as they stand there."""
    people = np.array([each.person for each in found])
    ratios = np.array([each.ratios for each in found])
    pitch = np.array([each.pitch for each in found])
    causes = np.stack([pitch, pitch**2, ratios[:, 2]], axis=1)
    # Within people: that one face is longer than another says nothing of how pitch changes it.
    slopes = np.linalg.lstsq(_within(causes, people), _within(ratios[:, :2], people), rcond=None)[0]
    straight = ratios[:, :2] - causes @ slopes
    mean, spread = straight.mean(axis=0), straight.std(axis=0)
    levels = (straight - mean) / spread
    free = len(people) - len(set(people))
    within = _within(levels, people).T @ _within(levels, people) / free
    values = dict(zip(("_PITCH", "_PITCH_SQUARED", "_MOUTH"), slopes, strict=True))
    values |= {"_MEAN": mean, "_SPREAD": spread}
    values |= {"_BETWEEN": np.cov(levels.T) - within, "_WITHIN": within}
    return "\n".join(f"{name} = {np.round(value, 6).tolist()}" for name, value in values.items())


def _within(values: Numbers, people: np.ndarray) -> Numbers:
    """Each less the mean of its person."""
    _, places = np.unique(people, return_inverse=True)
    counts = np.bincount(places)
    means = np.stack([np.bincount(places, each) / counts for each in values.T], axis=1)
    return np.asarray(values - means[places])


def agreement(found: list[Measured]) -> str:
    """How often the names of two photos agree, of one person and of two, by how sure it was."""
    pairs = [pair for pair in combinations(found, 2) if pair[0].person == pair[1].person]
    # Both ways round: either photo may be the one that is asked about.
    pairs += [(other, one) for one, other in pairs]
    rows = [_row(f"{low:.0%} to {high:.0%}", pairs, low, high) for low, high in _bands()]
    rows.append(_row("all", pairs, 0.0, 1.0))
    rows.append(("strangers", f"{_STRANGERS:,}", "", f"{_strangers(found):.0%}"))
    return table(("said", "pairs", "said, mean", "same name"), rows)


def _bands() -> list[tuple[float, float]]:
    return list(pairwise(_BANDS))


def _row(
    called: str, pairs: list[tuple[Measured, Measured]], low: float, high: float
) -> tuple[str, ...]:
    chosen = [pair for pair in pairs if low <= pair[0].shape.again < high]
    said = np.mean([one.shape.again for one, _ in chosen]) if chosen else 0.0
    same = np.mean([one.shape.name == other.shape.name for one, other in chosen]) if chosen else 0.0
    return called, f"{len(chosen) // 2:,}", f"{said:.0%}", f"{same:.0%}"


def _strangers(found: list[Measured]) -> float:
    chance = np.random.default_rng(_SEED)
    drawn = chance.integers(len(found), size=(_STRANGERS, 2))
    pairs = [(found[one], found[other]) for one, other in drawn]
    return float(np.mean([a.shape.name == b.shape.name for a, b in pairs if a.person != b.person]))


def shares(found: list[Measured]) -> str:
    """How many photos each name is given to."""
    given = [each.shape.name for each in found]
    rows = [(each, f"{given.count(each) / len(given):.0%}") for each in SHAPES]
    return table(("shape", "photos"), rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lfw", type=Path)
    parser.add_argument("--fit", action="store_true", help="print the constants")
    given = parser.parse_args()
    found = list(measured(given.lfw, given.fit))
    if given.fit:
        print(fit(found))
        return
    people = len({each.person for each in found})
    print(f"{machine()}\n\n{len(found):,} frontal photos of {people:,} people.\n")
    print(f"{agreement(found)}\n\n{shares(found)}")


if __name__ == "__main__":
    main()
