"""How steady an explanation is from one photo of somebody to the next, and how long it takes.

    python -m benchmarks.explain ../shared/data/lfw

Two photos of each of 30 people are explained against one stranger: their maps and weights should
agree. The same with one photo and its mirror image shows what the network itself adds. Time is
that of one explanation on one core, the face being found already.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

from benchmarks.report import machine, median_ms, on_one_core, table
from lookalike import config
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.image import Pixels
from lookalike.faces.photo import Face
from lookalike.faces.vectors import Floats
from lookalike.scores import explain

_PEOPLE = 30
_SEED = 7


def mean_colour(face: Floats) -> Floats:
    return np.broadcast_to(face.mean(axis=(0, 1)), face.shape)


def grey(face: Floats) -> Floats:
    return np.full_like(face, 127.5)


FILLS: dict[str, Callable[[Floats], Floats]] = {
    "blur": explain.blurred,
    "mean colour": mean_colour,
    "grey": grey,
}


def triples(folder: Path, analyzer: Analyzer) -> list[tuple[Face, Face, Floats]]:
    """Two photos of one person, and a stranger's vector."""
    chance = np.random.default_rng(_SEED)
    people = [each for each in sorted((folder / "lfw-deepfunneled").iterdir()) if each.is_dir()]
    several = [each for each in people if len(list(each.iterdir())) > 1]
    found = []
    for number in chance.permutation(len(several)):
        photos = sorted(several[number].iterdir())[:2]
        stranger = sorted(people[chance.integers(len(people))].iterdir())[0]
        faces = [analyzer.analyze(each.read_bytes()).faces for each in (*photos, stranger)]
        if all(faces):
            found.append((faces[0][0], faces[1][0], faces[2][0].embedding))
        if len(found) == _PEOPLE:
            break
    return found


def agreement(
    analyzer: Analyzer, chosen: list[tuple[Face, Face, Floats]], blank: Callable[[Floats], Floats]
) -> tuple[float, float, float]:
    """Mean rank correlation of the maps of two photos, of their weights, and of a mirror image."""
    maps, weights, mirrored = [], [], []
    for one, other, stranger in chosen:
        first = explain.explain(one, stranger, analyzer.embed, blank)
        second = explain.explain(other, stranger, analyzer.embed, blank)
        mirror = explain.explain(flipped(one, analyzer), stranger, analyzer.embed, blank)
        maps.append(correlation(first.map, second.map))
        weights.append(correlation(by_region(first), by_region(second)))
        mirrored.append(correlation(first.map, mirror.map[:, ::-1]))
    return float(np.mean(maps)), float(np.mean(weights)), float(np.mean(mirrored))


def flipped(face: Face, analyzer: Analyzer) -> Face:
    crop: Pixels = np.ascontiguousarray(face.crop[:, ::-1])
    return replace(face, crop=crop, embedding=analyzer.embed([crop])[0])


def by_region(found: explain.Explanation) -> Floats:
    weights = sorted((each.region, each.weight) for each in found.weights)
    return np.array([weight for _, weight in weights], np.float32)


def correlation(one: Floats, other: Floats) -> float:
    """Of ranks; 0 where one of them is the same all over."""
    if not (np.ptp(one) and np.ptp(other)):
        return 0.0
    return float(spearmanr(one.ravel(), other.ravel()).statistic)


def steadiness(folder: Path) -> str:
    analyzer = Analyzer(config.load())
    chosen = triples(folder, analyzer)
    rows = [
        (name, *(f"{each:.2f}" for each in agreement(analyzer, chosen, fill)))
        for name, fill in FILLS.items()
    ]
    return table(("what hides", "maps of two photos", "weights of two photos", "mirrored"), rows)


def times(folder: Path) -> str:
    rows = []
    for runtime, precision in (
        ("openvino", "bfloat16"),
        ("openvino", "float32"),
        ("onnxruntime", "float32"),
    ):
        analyzer = Analyzer(config.load(runtime=runtime, precision=precision))
        ((face, _, stranger), *_) = triples(folder, analyzer)[:1]
        took = median_ms(explain.explain, face, stranger, analyzer.embed)
        rows.append((runtime, precision, f"{took:.0f}"))
    return table(("runtime", "arithmetic", "ms"), rows)


def main() -> None:
    on_one_core()
    folder = Path(sys.argv[1])
    print(machine(), steadiness(folder), times(folder), sep="\n\n")


if __name__ == "__main__":
    main()
