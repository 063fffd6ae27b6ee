"""Whether the scores mean the same for all kinds of faces: five ways of seeing a cosine, compared.

    python -m benchmarks.fairness ../shared/data

Each way is fitted on LFW's strangers. What similarity 80 then passes should be 1 pair of strangers
in 10,000 among others too: the portraits of kr_gallery, and those of celebs. The search is that of
`lookalike evaluate identify` on celebs with three portraits each and a third of the people absent.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.report import machine, table
from lookalike import config
from lookalike.evaluate.calibration.crowds import Crowd, crowd, crowd_photos
from lookalike.evaluate.calibration.fit import fit, level_counts
from lookalike.evaluate.figures import Result
from lookalike.evaluate.protocols import enrolment, identification
from lookalike.evaluate.protocols.table import read
from lookalike.evaluate.vectors import Vectors, Which, embed
from lookalike.faces.models.manifest import SFACE
from lookalike.faces.vectors import Floats
from lookalike.gallery import starter
from lookalike.scores.similarity import Calibration, Cohort, Numbers, Spread, normalised

_SAME = Path(__file__).parent / "same_people.csv"
_SPLIT = enrolment.Split(portraits=3, left_out=0.33, rounds=20)
_NEAREST = 200


@dataclass(frozen=True, slots=True, eq=False)
class _Nearest(Cohort):
    """Only the part of the cohort that is most like a face counts (adaptive s-norm)."""

    def spread(self, faces: Floats) -> Spread:
        cosines = np.sort((faces @ self.vectors.T).astype(np.float64), axis=1)
        nearest = cosines[:, -_NEAREST - 2 : -2]
        return Spread(nearest.mean(axis=1), np.maximum(nearest.std(axis=1), 1e-6))


@dataclass(frozen=True, slots=True, eq=False)
class _Enrolled(Calibration):
    """Only the second face, the one that is enrolled, is seen in the cohort (z-norm)."""

    def levels_of(self, cosines: Numbers, one: Spread, other: Spread) -> Numbers:
        return normalised(cosines, other, other)


@dataclass(frozen=True, slots=True, eq=False)
class _Shifted(Calibration):
    """A gallery's own strangers say where its cosines lie: one mean and deviation for all."""

    def spread(self, faces: Floats) -> Spread:
        strangers = faces @ faces.T
        own = strangers[np.triu_indices(len(faces), 1)]
        return Spread(np.full(len(faces), own.mean()), np.full(len(faces), own.std()))

    def levels_of(self, cosines: Numbers, one: Spread, other: Spread) -> Numbers:
        return normalised(cosines, other, other)


def ways() -> Iterator[tuple[str, Cohort | None, type[Calibration]]]:
    """Name, cohort, and how a calibration sees a cosine."""
    cohort = Cohort(starter.vectors(SFACE.contract))
    yield "one table for everyone", None, Calibration
    yield "the gallery's own strangers", cohort, _Shifted
    yield "z-norm: the enrolled face", cohort, _Enrolled
    yield f"s-norm, the {_NEAREST} nearest of the cohort", _Nearest(cohort.vectors), Calibration
    yield "s-norm, the whole cohort (what ships)", cohort, Calibration


def section(data: Path) -> str:
    same = read(_SAME, ("person",))
    names = dict(zip(same.columns["person"], same.columns["same_as"], strict=True))
    folders = (data / "lfw" / "lfw-deepfunneled", data / "kr_gallery", data / "celebs")
    lfw, korea, celebs = (_crowd(each, names) for each in folders)
    protocol, vectors = _protocol(data / "celebs")
    rows = []
    for name, cohort, kind in ways():
        made = fit((lfw,), SFACE.contract, cohort, kind)
        found = identification.identify(protocol, vectors, ["region"], calibration=made)
        times = [f"{_times(made, each):.1f}" for each in (lfw, korea, celebs)]
        rows.append((name, *times, *_figures(found)))
    header = (
        "what a cosine is seen in",
        "LFW, times 1e-4",
        "kr_gallery",
        "celebs",
        *(f"{figure} {group}" for figure in ("FPIR", "FNIR", "rank 1") for group in _REGIONS),
    )
    return table(header, rows)


_REGIONS = ("Korea", "elsewhere")


def _times(made: Calibration, strangers: Crowd) -> float:
    counted = level_counts(made, strangers)
    passed = float(np.interp(made.level_at(80), counted.edges, counted.above))
    return passed / counted.pairs / 1e-4


def _figures(found: Result) -> Iterator[str]:
    (breakdown,) = found.groups
    groups = {each.name: each for each in breakdown.groups}
    for key in ("fpir_at_80", "fnir_at_80", "rank_1"):
        for region in _REGIONS:
            figure = next(each for each in groups[region].figures if each.key == key)
            value = figure.estimate
            yield f"{value.value:.1%} ({value.low:.1%} to {value.high:.1%})"


def _crowd(folder: Path, names: dict[str, str]) -> Crowd:
    shown = crowd_photos(folder, names)
    return crowd(shown, embed(shown.photos, config.load(), Which.CENTRAL, _cache()))


def _protocol(folder: Path) -> tuple[identification.Identification, Vectors]:
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "celebs.csv"
        enrolment.write(enrolment.folder(folder, _SPLIT), out, None)
        made = identification.table(out, Which.SUBJECT)
        names = list(made.photos)
        shown = (names[place] for place in made.probes.photos)
        regions = tuple("Korea" if "/KR_" in each else "elsewhere" for each in shown)
        made = replace(made, columns={"region": regions})
        return made, embed(made.photos, config.load(), made.which, _cache())


def _cache() -> Path:
    return config.load().cache / "evaluate"


def main() -> None:
    print(machine(), section(Path(sys.argv[1])), sep="\n\n")


if __name__ == "__main__":
    main()
