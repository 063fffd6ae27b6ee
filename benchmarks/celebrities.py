"""How often RecognizeCelebrities is right: strangers left alone, celebrities named.

    python -m benchmarks.celebrities ../shared/data

One photo each of people of LFW who are not in the starter, and photos of some who are
(`probes_from_lfw.csv`), at three thresholds of MatchConfidence.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.report import machine, table
from lookalike import config
from lookalike.engine.local import LocalEngine
from lookalike.evaluate.vectors import Which

_THRESHOLDS = (90, 99, 99.8)
_EVERY = 4


@dataclass(frozen=True, slots=True)
class Seen:
    """
    Attributes:
        right: whether the nearest is who is shown; a stranger never is.
    """

    certainty: float
    right: bool


def seen(engine: LocalEngine, photos: Iterable[tuple[Path, str]]) -> list[Seen]:
    """Who is nearest to the face in each photo of somebody (a Wikidata id, or nobody there)."""
    found = []
    people = engine.matcher.people()
    for path, who in photos:
        face = Which.CENTRAL.face_of(engine.analyzer.analyze(path.read_bytes()))
        if face is None or not face.enough:
            found.append(Seen(0, right=False))
            continue
        (match,) = engine.matcher.rank(face.embedding, 1)
        certainty = replace(match.score, among=people).certainty
        found.append(Seen(certainty, match.person.id == who))
    return found


def strangers(data: Path, known: Collection[str | None]) -> list[tuple[Path, str]]:
    """The first photo of every fourth person of LFW whose name nobody in the gallery has."""
    folders = sorted(each for each in (data / "lfw" / "lfw-deepfunneled").iterdir())
    apart = [each for each in folders if each.name.replace("_", " ") not in known]
    return [(min(each.glob("*.jpg")), "") for each in apart[::_EVERY]]


def probes(data: Path) -> list[tuple[Path, str]]:
    with (data / "wiki_portraits" / "probes_from_lfw.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [(data / each["lfw_path"], each["qid"]) for each in rows]


def _rows(absent: Sequence[Seen], there: Sequence[Seen]) -> Iterable[tuple[object, ...]]:
    for threshold in _THRESHOLDS:
        named = np.mean([each.certainty >= threshold for each in absent])
        right = np.mean([each.certainty >= threshold and each.right for each in there])
        wrong = np.mean([each.certainty >= threshold and not each.right for each in there])
        yield threshold, f"{named:.1%}", f"{right:.1%}", f"{wrong:.1%}"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    asked = parser.parse_args()
    engine = LocalEngine(config.load(portraits="off"))
    names = {each.name.get("en") for each in engine.gallery.people("starter")}
    absent, there = seen(engine, strangers(asked.data, names)), seen(engine, probes(asked.data))
    print(f"{len(absent)} strangers, {len(there)} photos of celebrities; {machine()}\n")
    header = ("MatchConfidence from", "strangers named", "celebrities named", "as somebody else")
    print(table(header, list(_rows(absent, there))))
    engine.close()


if __name__ == "__main__":
    main()
