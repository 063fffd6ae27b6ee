"""From how far apart on a feature is said to be one parent's and not the other's.

    python -m benchmarks.features ../shared/data/lfw

As benchmarks/family.py, with eyes, nose and mouth each seen alone: for two photos of one person and
two strangers, how often does the second photo name the other stranger as the nearer? Beside it how
well a feature alone tells whether two photos are of one person. `TOO_CLOSE` of
`lookalike.scores.features` is the distance from which on one answer in eight is turned.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from rich.progress import track

from benchmarks.lfw import central
from benchmarks.report import machine, table
from lookalike import config
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.vectors import Floats
from lookalike.scores.features import TOO_CLOSE, alone

_PEOPLE, _ROUNDS = 260, 20
_SEED = 11
_TURNED = 1 / 8


def seen(folder: Path, analyzer: Analyzer) -> Floats:
    """(people, 2 photos, features, dimension): what is embedded of two photos of each person."""
    chance = np.random.default_rng(_SEED)
    everybody = sorted(each for each in (folder / "lfw-deepfunneled").iterdir() if each.is_dir())
    several = [each for each in everybody if len(list(each.iterdir())) > 1]
    found = []
    for place in track(chance.permutation(len(several))[:_PEOPLE], "LFW"):
        two = sorted(several[place].iterdir())[:2]
        faces = [central(analyzer.analyze(each.read_bytes())) for each in two]
        crops = [each.crop for each in faces if each is not None]
        if len(crops) == 2:
            found.append(alone(crops, analyzer.embed))
    return np.array(found)


def apart_and_turned(first: Floats, second: Floats) -> tuple[Floats, Floats]:
    """Of draws of two strangers each: how far apart they are, and whether the second photo
    names the other one."""
    chance = np.random.default_rng(_SEED)
    apart, turned = [], []
    for _ in range(_ROUNDS):
        one, other = (chance.permutation(len(first)) for _ in range(2))
        difference = first[one] - first[other]
        before, after = (first * difference).sum(axis=1), (second * difference).sum(axis=1)
        sound = (one != other) & (one != np.arange(len(first))) & (other != np.arange(len(first)))
        apart.append(np.abs(before[sound]))
        turned.append((before * after < 0)[sound])
    return np.concatenate(apart), np.concatenate(turned)


def told_apart(first: Floats, second: Floats) -> float:
    """The share of a person's two photos that are more alike than photos of two strangers."""
    chance = np.random.default_rng(_SEED)
    same = (first * second).sum(axis=1)
    strangers = (first * first[chance.permutation(len(first))]).sum(axis=1)
    return float((same[:, None] > strangers).mean())


def section(folder: Path) -> str:
    vectors = seen(folder, Analyzer(config.load()))
    rows = []
    for place, (feature, bar) in enumerate(TOO_CLOSE.items()):
        first, second = vectors[:, 0, place], vectors[:, 1, place]
        apart, turned = apart_and_turned(first, second)
        order = np.argsort(-apart)
        rates = np.cumsum(turned[order]) / np.arange(1, len(order) + 1)
        enough = float(apart[order][np.flatnonzero(rates <= _TURNED).max(initial=0)])
        said = apart >= bar
        rows.append(
            (
                feature,
                f"{told_apart(first, second):.0%}",
                f"{turned.mean():.0%}",
                f"{enough:.2f}",
                f"{bar:.2f}",
                f"{said.mean():.0%}",
                f"{turned[said].mean():.0%}",
            )
        )
    header = (
        *("feature", "people told apart by it", "turned, of all", "one in eight from"),
        *("bar", "answered", "turned, of those"),
    )
    return table(header, rows)


def main() -> None:
    print(machine(), section(Path(sys.argv[1])), sep="\n\n")


if __name__ == "__main__":
    main()
