"""LFW view 2: 10-fold accuracy, and TAR at fixed FMR.

    python -m benchmarks.verification ../shared/data/lfw [--runtime ...] [--precision ...]

The protocol is LFW's own: 6,000 pairs in 10 folds; each fold is judged at the threshold that is
best on the other nine. TAR at an FMR counts all 3,000 genuine pairs, at the cosine that this
share of strangers reaches: of the 3,000 impostor pairs, which tell no less than 1e-3, and of
every pair of two different people among the photos, some of which are one person under two names.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.lfw import Embedded, embedded
from benchmarks.report import machine, table
from lookalike import config

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Result:
    accuracy: float
    deviation: float
    threshold: float
    tar: dict[float, float]
    tar_all_strangers: dict[float, float]


def pairs(path: Path) -> tuple[list[Pair], NDArray[np.bool_]]:
    """The 6,000 pairs of `pairs.txt` in order, and whether each is of one person."""
    found, same = [], []
    for line in path.read_text().splitlines()[1:]:
        parts = line.split()
        one, other = (parts[0], parts[0]) if len(parts) == 3 else (parts[0], parts[2])
        found.append((_file(one, parts[1]), _file(other, parts[-1])))
        same.append(len(parts) == 3)
    return found, np.array(same)


def _file(name: str, number: str) -> str:
    return f"{name}/{name}_{int(number):04d}.jpg"


def ten_folds(cosine: NDArray[np.float64], same: NDArray[np.bool_]) -> tuple[float, float, float]:
    """Mean accuracy, its standard error over the folds, and the mean threshold."""
    fold = np.arange(len(same)) // (len(same) // 10)
    grid = np.unique(cosine)
    right = (cosine >= grid[:, None]) == same
    thresholds = [grid[right[:, fold != k].mean(axis=1).argmax()] for k in range(10)]
    accuracy = [
        ((cosine[fold == k] >= t) == same[fold == k]).mean() for k, t in enumerate(thresholds)
    ]
    return (
        float(np.mean(accuracy)),
        float(np.std(accuracy) / np.sqrt(10)),
        float(np.mean(thresholds)),
    )


def evaluate(lfw: Embedded, folder: Path) -> Result:
    """Every figure for one set of vectors."""
    chosen, same = pairs(folder / "pairs.txt")
    row = lfw.row()
    cosine = np.array(
        [float(lfw.vectors[row[one]] @ lfw.vectors[row[other]]) for one, other in chosen]
    )
    accuracy, deviation, threshold = ten_folds(cosine, same)
    strangers = stranger_cosines(lfw)
    return Result(
        accuracy,
        deviation,
        threshold,
        {fmr: _tar(cosine[same], cosine[~same], fmr) for fmr in (1e-2, 1e-3)},
        {fmr: _tar(cosine[same], strangers, fmr) for fmr in (1e-3, 1e-4, 1e-5, 1e-6)},
    )


def stranger_cosines(lfw: Embedded) -> NDArray[np.float32]:
    """The cosine of every pair of photos of two people."""
    found = lfw.vectors.any(axis=1)
    vectors = lfw.vectors[found]
    people = np.array([name.split("/")[0] for name in lfw.names])[found]
    parts = [
        (vectors[row + 1 :] @ vectors[row])[people[row + 1 :] != people[row]]
        for row in range(len(vectors))
    ]
    return np.concatenate(parts)


def _tar(same: NDArray[np.float64], strangers: NDArray[np.floating], fmr: float) -> float:
    """The share of genuine pairs above the cosine that a share `fmr` of strangers pass."""
    passing = int(len(strangers) * fmr)
    threshold = -np.partition(-strangers, passing)[passing]
    return float((same > threshold).mean())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runtime")
    parser.add_argument("--precision")
    given = parser.parse_args()
    settings = config.load(runtime=given.runtime, precision=given.precision)
    result = evaluate(embedded(given.folder, settings), given.folder)
    rows = [
        ("10-fold accuracy", f"{result.accuracy:.2%} ± {result.deviation:.2%}"),
        ("mean threshold (cosine)", f"{result.threshold:.3f}"),
        *(
            (f"TAR at FMR {fmr:g} of the 3,000 impostor pairs", f"{tar:.2%}")
            for fmr, tar in result.tar.items()
        ),
        *(
            (f"TAR at FMR {fmr:g} of all pairs of strangers", f"{tar:.2%}")
            for fmr, tar in result.tar_all_strangers.items()
        ),
    ]
    print(machine(), table((settings.runtime, ""), rows), sep="\n\n")


if __name__ == "__main__":
    main()
