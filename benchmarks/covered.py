"""What two faces of which little shows are taken for, and how well that is noticed.

    python -m benchmarks.covered ../shared/data [--fit src/lookalike/faces/coverage.npy]

Sunglasses, masks and hands are drawn on photos of people (`coverings.py`), photos made so small
that a face has 20 or 24 px, and others enlarged again from where it had 16 or 20. How often
strangers then reach similarity 80 is given in times the promised 1 in 10,000: two of a kind, the
same where only pairs count of which one shows enough, and of a kind and a photo as it is. `--fit`
fits the classifiers of faces/coverage.py to every other person; all figures are of the others.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from benchmarks.coverings import KINDS
from benchmarks.report import machine, table
from lookalike import config
from lookalike.errors import PhotoError
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.coverage import CoverageReader, features
from lookalike.faces.image import FINE, Image, Pixels, decode
from lookalike.faces.photo import Face
from lookalike.faces.vectors import Floats
from lookalike.scores.calibrations import calibration
from lookalike.scores.similarity import SAME_PERSON, Calibration, Spread

AS_IT_IS, FITTED = "as it is", ("sunglasses", "mask")
_SMALL, _ENLARGED = (20, 24), (16, 20)
# Of LFW every so many people; a crowd's people are counted from another number on.
_EVERY, _APART = 7, 100_000
_QUALITY = 90
# What weights are held to: of 0.001 to 0.01 the middle one; it hardly matters.
_REGULARISATION = 0.003


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """A face of somebody in a photo of some kind."""

    person: int
    kind: str
    face: Face


def photos(data: Path) -> dict[str, Sequence[Path]]:
    """A photo of each person, by crowd."""
    people: dict[str, Path] = {}
    for path in sorted((data / "lfw" / "lfw-deepfunneled").glob("*/*.jpg")):
        people.setdefault(path.parent.name, path)
    return {
        "Korean celebrities": sorted((data / "kr_gallery").iterdir()),
        "LFW": list(people.values())[::_EVERY],
    }


def looks(analyzer: Analyzer, paths: Iterable[Path], start: int) -> Iterator[Look]:
    """Every person in every kind of photo that their face was found in."""
    random = np.random.default_rng(start)
    for person, path in enumerate(paths, start):
        try:
            pixels = decode(path.read_bytes(), analyzer.limits, FINE).pixels
        except PhotoError:
            continue
        face = _face(analyzer, pixels, None)
        if face is None or face.mesh is None:
            continue
        yield Look(person, AS_IT_IS, face)
        for kind, draw in KINDS.items():
            covered = _face(analyzer, _saved(draw(pixels, face.mesh.points, random)), face)
            if covered is not None:
                yield Look(person, kind, covered)
        for size in _SMALL:
            small = _smaller(analyzer, pixels, face, size)
            if small is not None:
                yield Look(person, f"{size} px", small)
        for size in _ENLARGED:
            blurred = _enlarged(analyzer, pixels, face, size)
            if blurred is not None:
                yield Look(person, f"{size} px, enlarged", blurred)


def fit(found: Sequence[Look]) -> Floats:
    """(2, FEATURES + 1): the weights of `coverage.npy`."""
    taught = [each for each in found if each.person % 2 == 0]
    taught = [each for each in taught if each.kind in (AS_IT_IS, *FITTED)]
    rows = np.array([features(each.face.crop) for each in taught])
    scaler = StandardScaler().fit(rows)
    weights = []
    for kind in FITTED:
        model = LogisticRegression(C=_REGULARISATION, max_iter=3000, class_weight="balanced")
        model.fit(scaler.transform(rows), [each.kind == kind for each in taught])
        own = model.coef_[0] / scaler.scale_
        weights.append([*own, model.intercept_[0] - own @ scaler.mean_])
    return np.array(weights, np.float32)


def rows(crowd: str, found: Sequence[Look], calibrated: Calibration) -> Iterator[tuple[str, ...]]:
    """A line of the table for each kind."""
    judged = [each for each in found if each.person % 2 == 1]
    plain = [each for each in judged if each.kind == AS_IT_IS]
    for kind in dict.fromkeys(each.kind for each in judged):
        own = [each for each in judged if each.kind == kind]
        alike, strangers = _alike(own, own, calibrated)
        beside, others = _alike(own, plain, calibrated)
        little = np.array([not each.face.enough for each in own])
        held = little[:, None] & little[None]
        yield (
            *(crowd, kind, str(len(own)), f"{little.mean():.1%}"),
            *(_times(alike[strangers]), _times((alike & ~held)[strangers])),
            *(_times(beside[others]), f"{beside[~others].mean():.1%}"),
        )


def _alike(
    ones: Sequence[Look], others: Sequence[Look], calibrated: Calibration
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """(n, m): which pairs reach similarity 80, and which are of two people."""
    vectors = [np.array([each.face.embedding for each in side]) for side in (ones, others)]
    people = [np.array([each.person for each in side]) for side in (ones, others)]
    one, other = (calibrated.spread(each) for each in vectors)
    columns = Spread(one.mean[:, None], one.deviation[:, None])
    cosines = (vectors[0] @ vectors[1].T).astype(np.float64)
    levels = calibrated.levels_of(cosines, columns, other)
    return levels >= calibrated.level_at(SAME_PERSON), people[0][:, None] != people[1][None]


def _times(passed: NDArray[np.bool_]) -> str:
    return f"{passed.mean() * 10_000:.1f}"


def _face(analyzer: Analyzer, pixels: Pixels, known: Face | None, scale: float = 1) -> Face | None:
    """The largest face, or the one that lies where it is known to."""
    height, width = pixels.shape[:2]
    found = analyzer.analyze_frame(Image(np.ascontiguousarray(pixels), width, height, "JPEG"))
    for face in found.faces:
        if known is None or _off(face, known, scale) < 0.4 * known.box.width * scale:
            return face
    return None


def _off(face: Face, known: Face, scale: float) -> float:
    """Pixels between the eyes of two faces, one of them in a photo of another scale."""
    apart = face.landmarks.array[:2].mean(axis=0) - known.landmarks.array[:2].mean(axis=0) * scale
    return float(np.hypot(*apart))


def _smaller(analyzer: Analyzer, pixels: Pixels, face: Face, size: int) -> Face | None:
    scale = size / face.box.width
    return None if scale >= 1 else _face(analyzer, _saved(_scaled(pixels, scale)), face, scale)


def _enlarged(analyzer: Analyzer, pixels: Pixels, face: Face, size: int) -> Face | None:
    scale = size / face.box.width
    if scale >= 1:
        return None
    height, width = pixels.shape[:2]
    large = cv2.resize(_scaled(pixels, scale), (width, height), interpolation=cv2.INTER_CUBIC)
    return _face(analyzer, _saved(np.asarray(large, np.uint8)), face)


def _scaled(pixels: Pixels, scale: float) -> Pixels:
    scaled = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(scaled, np.uint8)


def _saved(pixels: Pixels) -> Pixels:
    """As a JPEG has them."""
    _, data = cv2.imencode(".jpg", pixels[..., ::-1], (cv2.IMWRITE_JPEG_QUALITY, _QUALITY))
    decoded = cv2.imdecode(data, cv2.IMREAD_COLOR)
    assert decoded is not None
    return np.asarray(decoded[..., ::-1], np.uint8)


def section(data: Path, target: Path | None) -> str:
    analyzer = Analyzer(config.load())
    found = {
        crowd: list(looks(analyzer, paths, number * _APART))
        for number, (crowd, paths) in enumerate(photos(data).items())
    }
    if target:
        np.save(target, fit([each for crowd in found.values() for each in crowd]))
        reader = CoverageReader()
        found = {
            crowd: [_read_again(reader, each) for each in all_] for crowd, all_ in found.items()
        }
    calibrated = calibration(analyzer.embedder.contract)
    lines = [line for crowd, own in found.items() for line in rows(crowd, own, calibrated)]
    header = (
        *("crowd", "both faces", "people", "too little shows"),
        *("strangers at 80, times promised", "that are not held back"),
        *("against a photo as it is", "the same person at 80"),
    )
    return table(header, lines)


def _read_again(reader: CoverageReader, look: Look) -> Look:
    face = look.face
    assert face.mesh is not None
    read = reader.read(face.crop, face.mesh, face.quality)
    return replace(look, face=replace(face, coverage=read))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--fit", type=Path, help="writes the weights of both classifiers")
    asked = parser.parse_args()
    print(machine(), section(asked.data, asked.fit), sep="\n\n")


if __name__ == "__main__":
    main()
