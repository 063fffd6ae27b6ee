"""What the bars of `gallery check` catch, and what they cost.

    python -m benchmarks.check ../shared/data/celebs

Folders are people. Disagreeing: a portrait against the mean of some others of the same person,
drawn by chance, and one of somebody else planted in its place. Copies: the same photo saved again,
against the photo. Quality: how alike portraits are to the mean of all others of their person.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from benchmarks.report import machine, table
from lookalike import config
from lookalike.errors import PhotoError
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.coverage import Coverage
from lookalike.faces.photo import Face
from lookalike.faces.vectors import Floats, unit
from lookalike.scores.calibrations import calibration

_DRAWS = 40
_OTHERS = (1, 2, 3, 5, 9)
_SIMILARITIES = (30, 40, 50, 60)
# Every so many photos are saved again.
_EVERY = 7

Faces = Mapping[str, list[tuple[Path, Face]]]


def faces_of(folder: Path, analyzer: Analyzer) -> Faces:
    """The subject of every photo that `gallery import` takes, by person."""
    found: dict[str, list[tuple[Path, Face]]] = {}
    for path in sorted(folder.glob("*/*.jpg")):
        try:
            face = analyzer.analyze(path.read_bytes()).main_face()
        except PhotoError:
            continue
        found.setdefault(path.parent.name, []).append((path, face))
    return found


def disagreeing(faces: Faces, contract: str) -> str:
    """Shares below some similarities, of a person's own portraits and of planted ones."""
    rng = np.random.default_rng(0)
    people = [np.array([face.embedding for _, face in own]) for own in faces.values()]
    bars = [calibration(contract).cosine_at(each) for each in _SIMILARITIES]
    rows = []
    for others in _OTHERS:
        drawn = [each for _ in range(_DRAWS) for each in _drawn(people, others, rng)]
        own, planted = np.array(drawn).T
        rows.append((str(others), "own", *(_share(own < bar) for bar in bars)))
        rows.append((str(others), "planted", *(_share(planted < bar) for bar in bars)))
    names = (f"similarity {s} ({b:.2f})" for s, b in zip(_SIMILARITIES, bars, strict=True))
    return table(("other portraits", "the one looked at", *names), rows)


def _drawn(
    people: list[Floats], others: int, rng: np.random.Generator
) -> Iterator[tuple[float, float]]:
    """The cosine of an own portrait and of a planted one to the mean of some others."""
    for number, own in enumerate(people):
        if len(own) <= others:
            continue
        order = rng.permutation(len(own))
        mean = own[order[:others]].sum(axis=0)
        stranger = people[(number + rng.integers(1, len(people))) % len(people)]
        probes = np.array([own[order[others]], stranger[rng.integers(len(stranger))]])
        first, second = probes @ unit(mean)
        yield float(first), float(second)


def copies(faces: Faces, analyzer: Analyzer) -> str:
    """Cosines of copies to their photos."""
    photos = [each for own in faces.values() for each in own][::_EVERY]
    ways: dict[str, Callable[[PIL.Image.Image], bytes]] = {
        "JPEG, quality 75": lambda image: _jpeg(image, 75),
        "JPEG, quality 40": lambda image: _jpeg(image, 40),
        "half the size": lambda image: _jpeg(image.reduce(2), 85),
    }
    rows = []
    for name, copy in ways.items():
        cosines = np.array(list(_against_copies(photos, copy, analyzer)))
        low = (f"{each:.3f}" for each in np.percentile(cosines, (1, 10, 50)))
        rows.append((name, *low, _share(cosines >= 0.95)))
    return table((f"{len(photos)} photos saved again", "1 %", "10 %", "median", ">= 0.95"), rows)


def _against_copies(
    photos: list[tuple[Path, Face]], copy: Callable[[PIL.Image.Image], bytes], analyzer: Analyzer
) -> Iterator[float]:
    for path, face in photos:
        found = analyzer.analyze(copy(PIL.Image.open(path).convert("RGB"))).faces
        if found:
            yield float(found[0].embedding @ face.embedding)


def _jpeg(image: PIL.Image.Image, quality: int) -> bytes:
    written = io.BytesIO()
    image.save(written, "JPEG", quality=quality)
    return written.getvalue()


def quality(faces: Faces) -> str:
    """Cosines to the mean of the person's other portraits, by quality."""
    pairs = [pair for own in faces.values() if len(own) > 5 for pair in _to_others(own)]
    cosines = np.array([cosine for _, cosine in pairs])
    rows = []
    measures: tuple[tuple[str, Callable[[Face], float], tuple[float, ...]], ...] = (
        ("size, px", lambda f: f.quality.size, (0, 48, 64, 80, 112, 5000)),
        ("sharpness", lambda f: f.quality.sharpness, (0, 12, 20, 40, 60, 101)),
        ("brightness", lambda f: f.quality.brightness, (0, 20, 25, 30, 40, 101)),
        ("score", lambda f: f.quality.score, (0.8, 0.88, 0.9, 0.92, 1)),
        ("yaw, degrees", lambda f: abs(f.quality.pose.yaw), (0, 15, 30, 40, 90)),
        ("sunglasses", lambda f: _coverage(f).sunglasses, (0, 0.5, 0.75, 1.01)),
        ("mask", lambda f: _coverage(f).mask, (0, 0.5, 1.01)),
        ("presence", lambda f: _coverage(f).presence, (-99, 10, 15, 20, 25, 99)),
    )
    for name, measure, edges in measures:
        values = np.array([measure(face) for face, _ in pairs])
        for low, high in pairwise(edges):
            of = cosines[(values >= low) & (values < high)]
            if len(of):
                marks = (f"{each:.2f}" for each in np.percentile(of, (10, 50)))
                rows.append((name, f"{low:g} to {high:g}", str(len(of)), *marks))
    return table(("quality", "range", "portraits", "cosine, 10 %", "median"), rows)


def _coverage(face: Face) -> Coverage:
    assert face.coverage is not None
    return face.coverage


def _to_others(own: list[tuple[Path, Face]]) -> Iterator[tuple[Face, float]]:
    total = np.sum([face.embedding for _, face in own], axis=0)
    for _, face in own:
        rest = total - face.embedding
        yield face, float(face.embedding @ unit(rest))


def _share(of: NDArray[np.bool_]) -> str:
    return f"{100 * of.mean():.1f} %"


def main() -> None:
    analyzer = Analyzer(config.load())
    faces = faces_of(Path(sys.argv[1]), analyzer)
    contract = analyzer.embedder.contract
    parts = (disagreeing(faces, contract), copies(faces, analyzer), quality(faces))
    print(machine(), *parts, sep="\n\n")


if __name__ == "__main__":
    main()
