"""Fits the stranger distribution that similarity and resemblance are read from.

    python -m benchmarks.calibrate ../shared/data/lfw

Every pair of photos of two different people in LFW is a pair of strangers. Their cosines give the
FMR down to 1 in 100,000; beyond, a generalised Pareto distribution fitted to the tail goes on
(peaks over threshold; Coles, An Introduction to Statistical Modeling of Extreme Values, ch. 4).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import genpareto

from benchmarks.lfw import Embedded, embedded, stranger_cosines

# One person under two names, or twins: read off the names of the most similar "strangers", and
# for the first two off LFW's errata (photos filed under two people).
ALIASES = (
    ("Gabrielle_Rose", "Martha_Bowen"),
    ("Diana_Taurasi", "Shavon_Earp"),
    ("Carolina_Moraes", "Isabela_Moraes"),
    ("Chyung_Dai-chul", "Dai_Chul_Chyung"),
    ("Cristina_Fernandez", "Cristina_Kirchner"),
    ("Felipe_De_Borbon", "Prince_Felipe"),
    ("Hasan_Wirayuda", "Hassan_Wirajuda"),
    ("Hillary_Clinton", "Mireya_Moscoso"),
    ("John_Barnett", "John_Burnett"),
    ("John_Gruden", "Jon_Gruden"),
    ("Johnny_Htu", "Luther_Htu"),
    ("Joseph_Blatter", "Sepp_Blatter"),
    ("Mireya_Elisa_Moscoso_Rodriguez", "Mireya_Moscoso"),
    ("Nan_Wang", "Wang_Nan"),
    ("Odai_Hussein", "Uday_Hussein"),
)
# Where the tail begins: deep enough to be a tail, with 3,000 pairs beyond it to fit.
_TAIL = 1e-4
# Where the observed share ends: 300 pairs are beyond it.
_OBSERVED = 1e-5
# The last row: one pair of strangers in 10^9 and beyond counts as the same photo.
_RAREST = 9.0


def fit(cosines: NDArray[np.float32]) -> tuple[list[float], list[float], float]:
    """Cosines, -log10(FMR) at each, and the cosine up to which it was observed."""
    ordered = np.sort(cosines)[::-1]
    rarity = np.concatenate([np.arange(0.05, 2, 0.05), np.arange(2, 5.01, 0.1)])
    observed = ordered[(len(ordered) * 10.0**-rarity).astype(int)]
    start = float(ordered[int(len(ordered) * _TAIL)])
    beyond = ordered[ordered > start] - start
    shape, _, scale = genpareto.fit(beyond, floc=0)
    deeper = np.arange(5.1, _RAREST + 0.01, 0.1)
    tail = start + genpareto.isf(10.0**-deeper / _TAIL, shape, 0, scale)
    end = observed[-1] - (start + genpareto.isf(_OBSERVED / _TAIL, shape, 0, scale))
    # The fitted tail is shifted to begin where the observed part ends, so that the table rises.
    table = np.concatenate([[-1.0], observed, np.minimum(tail + end, 1.0)])
    rarity = np.concatenate([[0.0], rarity, deeper])
    keep = np.concatenate([[True], np.diff(table) > 0])
    return (
        [round(float(each), 5) for each in table[keep]],
        [round(float(each), 3) for each in rarity[keep]],
        round(float(observed[-1]), 5),
    )


def without_aliases(lfw: Embedded) -> Embedded:
    """The same photos with every alias filed under one name."""
    joined = {other: one for one, other in ALIASES}
    names = []
    for name in lfw.names:
        person, file = name.split("/")
        names.append(f"{joined.get(person, person)}/{file}")
    return Embedded(lfw.contract, tuple(names), lfw.vectors)


def main() -> None:
    lfw = without_aliases(embedded(Path(sys.argv[1])))
    strangers = stranger_cosines(lfw)
    cosines, rarity, observed_to = fit(strangers)
    name = lfw.contract.replace("/", "-v") + ".json"
    out = Path(__file__).parents[1] / "src/lookalike/calibrations" / name
    table = {
        "contract": lfw.contract,
        "fitted_on": f"LFW, {len(strangers):,} pairs of strangers",
        "observed_to": observed_to,
        "cosines": cosines,
        "rarity": rarity,
    }
    out.write_text(json.dumps(table) + "\n", "utf-8")
    print(f"{out.name}: {table['fitted_on']}; observed up to cosine {observed_to}")
    for each in (1, 2, 3, 4, 5, 6):
        print(f"FMR 1e-{each}: cosine {np.interp(each, rarity, cosines):.3f}")


if __name__ == "__main__":
    main()
