"""Fits standing to every crowd of the starter that is offered, and writes what ships.

python -m benchmarks.standing.fitting ../shared/data
"""

from __future__ import annotations

import sys
from itertools import product
from pathlib import Path
from typing import get_args

import numpy as np

from benchmarks.standing.starter import gallery, offered
from benchmarks.standing.strangers import strangers
from lookalike.engine.interface import Order
from lookalike.faces.models.manifest import SFACE
from lookalike.scores import calibrations
from lookalike.scores.calibrations import best_matches, calibration
from lookalike.scores.standing import BestMatches, fitted, strengths

ORDERS: tuple[Order, ...] = get_args(Order)


def fit(data: Path) -> dict[str, BestMatches]:
    """By `best_matches.key`."""
    scores, shipped = calibration(SFACE.contract), gallery(SFACE.contract)
    shown = strangers(data, shipped)
    weights = shown.weights(np.ones(len(shown.kinds), np.bool_))
    found = {}
    for order, who in product(ORDERS, offered(shipped)):
        strong = strengths(scores, shown.faces(looks=order == "look"), shipped.crowd(who))
        found[best_matches.key(who, order)] = fitted(strong, weights)
    return found


def main() -> None:
    file = Path(calibrations.__file__).parent / best_matches.file_name(SFACE.contract)
    best_matches.write(fit(Path(sys.argv[1])), file)


if __name__ == "__main__":
    main()
