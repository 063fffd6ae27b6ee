"""How near two resemblances may lie before another photo would turn the answer around.

    python -m benchmarks.family ../shared/data/lfw

For two photos of one person and two strangers: how often does the second photo name the other
stranger as the nearer, by how far the two cosines of the first lay apart?
`lookalike.engine.cross_comparison.TOO_CLOSE` is the distance from which on that happens in one of
eight.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from benchmarks.lfw import embedded
from benchmarks.report import machine, table
from lookalike import config

_ROUNDS = 20
_STEPS = (0.0, 0.02, 0.04, 0.06, 0.08, 0.1, 0.12, 0.15, 0.2)
_SEED = 3


def section(folder: Path) -> str:
    lfw = embedded(folder, config.load())
    found = lfw.vectors.any(axis=1)
    vectors = lfw.vectors[found]
    owners = np.array([name.split("/")[0] for name in lfw.names])[found]
    _, first, count = np.unique(owners, return_index=True, return_counts=True)
    several = first[count > 1]
    chance = np.random.default_rng(_SEED)
    apart, turned = [], []
    for _ in range(_ROUNDS):
        # Two strangers each, drawn from everyone; the few of the same person change nothing.
        one, other = chance.choice(first, (2, len(several)))
        difference = vectors[one] - vectors[other]
        before = (vectors[several] * difference).sum(axis=1)
        after = (vectors[several + 1] * difference).sum(axis=1)
        apart.append(np.abs(before))
        turned.append(before * after < 0)
    distance, flips = np.concatenate(apart), np.concatenate(turned)
    rows = []
    for low, high in zip(_STEPS, (*_STEPS[1:], np.inf), strict=True):
        inside = (distance >= low) & (distance < high)
        beyond = flips[distance >= low].mean()
        rows.append(
            (f"{low:g}", f"{inside.mean():.0%}", f"{flips[inside].mean():.0%}", f"{beyond:.0%}")
        )
    header = ("cosines apart by, from", "of all", "turned by another photo", "from here on")
    return table(header, rows)


def main() -> None:
    print(machine(), section(Path(sys.argv[1])), sep="\n\n")


if __name__ == "__main__":
    main()
