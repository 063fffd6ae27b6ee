"""Draws the pictures of docs/scores.md from what ships: the calibration and the starter's vectors.

python -m docs.pictures [FOLDER]
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from numpy.typing import NDArray

from lookalike.faces.models.manifest import SFACE
from lookalike.gallery import starter
from lookalike.scores.calibrations import calibration
from lookalike.scores.similarity import Calibration

FOLDER = Path(__file__).parent / "images"
_BLUE, _ORANGE, _GREY = "#0072b2", "#d55e00", "#8a94a3"
_FIFTHS = 5


def scores(made: Calibration) -> Figure:
    """Strangers' cosines, as two ordinary faces would have them, and both scores above them."""
    people = starter.vectors(made.contract)
    cosines = made.seen(people, people)[np.triu_indices(len(people), 1)]
    figure = Figure(figsize=(7, 3.6), layout="constrained")
    pairs = figure.subplots()
    pairs.hist(cosines, bins=np.linspace(-0.3, 0.7, 101).tolist(), color="#d9dde3")
    pairs.set(xlabel="cosine of two faces, seen among the cohort", ylabel="pairs of strangers")
    score = pairs.twinx()
    x = np.linspace(-0.3, 0.7, 300)
    found = [made.score(float(each)) for each in x]
    score.plot(x, [each.similarity for each in found], color=_ORANGE, label="similarity")
    score.plot(x, [each.resemblance for each in found], color=_BLUE, label="resemblance")
    score.axhline(80, color=_GREY, linestyle=":", linewidth=1)
    score.set(ylabel="score", ylim=(0, 104))
    score.legend(frameon=False, loc="upper left")
    for axes in (pairs, score):
        axes.spines[["top"]].set_visible(False)
    return figure


def cohort(made: Calibration) -> Figure:
    """How often strangers reach similarity 50, by how like everybody the model takes them for."""
    people = starter.vectors(made.contract)
    assert made.cohort is not None
    order = np.argsort(made.cohort.spread(people).deviation)
    fifths = np.array_split(order, _FIFTHS)
    figure = Figure(figsize=(7, 3.2), layout="constrained")
    axes = figure.subplots()
    for label, colour, seen, aside in (
        ("one table for everyone", _GREY, False, -0.2),
        ("seen among the cohort", _BLUE, True, 0.2),
    ):
        met = [100 * _passed(made, people[each], seen=seen) for each in fifths]
        axes.bar(np.arange(_FIFTHS) + aside, met, 0.4, color=colour, label=label)
    axes.axhline(1, color=_ORANGE, linewidth=1, label="promised")
    names = ("narrowest", "", "middle", "", "widest")
    axes.set_xticks(np.arange(_FIFTHS), names)
    axes.set(xlabel="people by the spread of their cosines to all others, in fifths")
    axes.set(ylabel="% of strangers' pairs\nat similarity 50 or more")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    return figure


def _passed(made: Calibration, faces: NDArray[np.float32], *, seen: bool) -> float:
    cosines = made.seen(faces, faces) if seen else faces @ faces.T
    return float((cosines[np.triu_indices(len(faces), 1)] >= made.cosine_at(50)).mean())


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(exist_ok=True)
    made = calibration(SFACE.contract)
    with rc_context({"svg.hashsalt": "lookalike", "font.size": 10}):
        for name, figure in (("scores", scores(made)), ("cohort", cohort(made))):
            figure.savefig(folder / f"{name}.svg", metadata={"Date": None})


if __name__ == "__main__":
    main()
