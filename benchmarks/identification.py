"""Rank-1 and rank-5 of LFW photos of 178 people against 669 portraits, one a person.

    python -m benchmarks.identification ../shared/data

Probes come from LFW, portraits from Wikimedia Commons: different photographers, years apart. A
probe or a portrait without a face counts as a miss.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np

from benchmarks.lfw import central
from benchmarks.report import machine, table
from lookalike import config
from lookalike.errors import PhotoError
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.runtime import Floats


def ranks(data: Path, analyzer: Analyzer) -> list[int | None]:
    """The place of the right person for every probe, from 1 on; None where a face was missed."""
    names = _rows(data / "wiki_portraits" / "names.csv")
    vectors = [
        _vector(analyzer, data / "wiki_portraits" / row["file"], largest=True) for row in names
    ]
    gallery = np.array(vectors)
    place = {row["qid"]: number for number, row in enumerate(names)}
    found: list[int | None] = []
    for probe in _rows(data / "wiki_portraits" / "probes_from_lfw.csv"):
        vector = _vector(analyzer, data / probe["lfw_path"], largest=False)
        wanted = place[probe["qid"]]
        if not vector.any() or not vectors[wanted].any():
            found.append(None)
            continue
        cosines = gallery @ vector
        found.append(int((cosines > cosines[wanted]).sum()) + 1)
    return found


def _vector(analyzer: Analyzer, path: Path, *, largest: bool) -> Floats:
    try:
        photo = analyzer.analyze(path.read_bytes())
    except PhotoError:
        photo = None
    face = None
    if photo and photo.faces:
        face = photo.faces[0] if largest else central(photo)
    return np.zeros(analyzer.embedder.dimension, np.float32) if face is None else face.embedding


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def section(data: Path) -> str:
    found = ranks(data, Analyzer(config.load()))
    hits = [sum(rank is not None and rank <= most for rank in found) for most in (1, 5, 10)]
    shares = [f"{each / len(found):.1%} ({each})" for each in hits]
    missed = sum(rank is None for rank in found)
    return table(
        ("probes", "rank 1", "rank 5", "rank 10", "no face"), [(len(found), *shares, missed)]
    )


def main() -> None:
    print(machine(), section(Path(sys.argv[1])), sep="\n\n")


if __name__ == "__main__":
    main()
