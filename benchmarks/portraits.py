"""One, three or five portraits a person, scored by the best of them or by their mean.

    python -m benchmarks.portraits ../shared/data/celebs

Folders are people. In each of 20 rounds some portraits of everyone are enrolled, drawn by chance,
and all others are probes. Closed set: the share of probes whose person ranks first, or among the
first five. Open set: a third of the people is not enrolled; FPIR is the share of their probes that
reach a similarity of 80 with anyone, FNIR the share of the others that do not with their own
person. A photo without a face, or with several of like size, is left out, as `gallery import` does.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import machine, table
from lookalike import config
from lookalike.errors import PhotoError
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.runtime import Floats
from lookalike.gallery.portrait import subject
from lookalike.similarity import calibration

_ROUNDS = 20
_SIMILARITY = 80.0

# Enrolled vectors of one person (p, d) and probes (n, d) -> the person's cosine to each probe.
Rule = Callable[[Floats, Floats], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares, 0 to 1, over all rounds."""

    rank_1: float
    rank_5: float
    fpir: float
    fnir: float


def best(enrolled: Floats, probes: Floats) -> NDArray[np.float32]:
    """The cosine to the nearest portrait."""
    nearest: NDArray[np.float32] = (probes @ enrolled.T).max(axis=1)
    return nearest


def mean(enrolled: Floats, probes: Floats) -> NDArray[np.float32]:
    """The cosine to the mean of the portraits."""
    middle = enrolled.mean(axis=0)
    cosine: NDArray[np.float32] = probes @ (middle / np.linalg.norm(middle))
    return cosine


def embedded(folder: Path, analyzer: Analyzer) -> dict[str, Floats]:
    """The vectors of everyone who has a usable portrait, by the name of the folder."""
    people: dict[str, list[Floats]] = {}
    for path in sorted(folder.glob("*/*.*")):
        try:
            face = subject(analyzer.analyze(path.read_bytes()))
        except PhotoError:
            continue
        people.setdefault(path.parent.name, []).append(face.embedding)
    return {name: np.stack(vectors) for name, vectors in people.items()}


def figures(people: list[Floats], enrol: int, rule: Rule, threshold: float) -> Figures:
    """Everyone who has more portraits than are enrolled takes part."""
    random = np.random.default_rng(enrol)
    able = [vectors for vectors in people if len(vectors) > enrol]
    ranks, stranger, own = [], [], []
    for _ in range(_ROUNDS):
        split = [random.permutation(len(vectors)) for vectors in able]
        probes = np.concatenate([v[s[enrol:]] for v, s in zip(able, split, strict=True)])
        truth = np.repeat(np.arange(len(able)), [len(v) - enrol for v in able])
        scores = np.stack(
            [rule(v[s[:enrol]], probes) for v, s in zip(able, split, strict=True)], axis=1
        )
        genuine = scores[np.arange(len(truth)), truth]
        ranks.append((scores > genuine[:, None]).sum(axis=1))
        absent = random.permutation(len(able))[: len(able) // 3]
        unknown = np.isin(truth, absent)
        known = np.delete(scores, absent, axis=1)
        stranger.append(known[unknown].max(axis=1) >= threshold)
        own.append(genuine[~unknown] < threshold)
    rank = np.concatenate(ranks)
    return Figures(
        float((rank < 1).mean()),
        float((rank < 5).mean()),
        float(np.concatenate(stranger).mean()),
        float(np.concatenate(own).mean()),
    )


def section(folder: Path) -> str:
    analyzer = Analyzer(config.load())
    people = embedded(folder, analyzer)
    threshold = calibration(analyzer.embedder.contract).cosine_at(_SIMILARITY)
    groups = {
        "all": list(people.values()),
        "Korean idols": [v for name, v in people.items() if name.startswith("KR_")],
        "the others": [v for name, v in people.items() if not name.startswith("KR_")],
    }
    rows = []
    for name, vectors in groups.items():
        for enrol in (1, 3, 5):
            for rule in (best, mean):
                found = figures(vectors, enrol, rule, threshold)
                cells = (found.rank_1, found.rank_5, found.fpir, found.fnir)
                shares = [f"{each:.1%}" for each in cells]
                rows.append((f"{name} ({len(vectors)})", enrol, rule.__name__, *shares))
    header = ("people", "portraits", "scored by", "rank 1", "rank 5", "FPIR at 80", "FNIR at 80")
    return table(header, rows)


def main() -> None:
    print(machine(), section(Path(sys.argv[1])), sep="\n\n")


if __name__ == "__main__":
    main()
