"""How much surer of a face the detector is in a photo that is turned wrongly, and rightly.

python -m benchmarks.turns ../shared/data
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import machine, table
from lookalike import config
from lookalike.errors import PhotoError
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.image import FINE, decode

# Photos of which the detector is sure are never turned, and so are looked at by the dozen alone.
_EVERY = 40
_SURE = 0.93
_MARGINS = (0.0, 0.01, 0.02, 0.03, 0.04, 0.05)


def scores(data: Path) -> NDArray[np.float64]:
    """(n, 4): the surest face of each photo as it lies, and after 1 to 3 quarter turns."""
    analyzer = Analyzer(config.load())
    rows = []
    for place, path in enumerate(_photos(data)):
        try:
            pixels = decode(path.read_bytes(), analyzer.limits, FINE).pixels
        except PhotoError:
            continue
        first = analyzer.detector.detect_upright(pixels).scores.max(initial=0.0)
        if first < _SURE or place % _EVERY == 0:
            turned = (np.ascontiguousarray(np.rot90(pixels, each)) for each in (1, 2, 3))
            found = (analyzer.detector.detect_upright(each).scores for each in turned)
            rows.append([first, *(each.max(initial=0.0) for each in found)])
    return np.array(rows)


def section(data: Path) -> str:
    found = scores(data)
    upright, doubtful = found[:, 0], found[:, 0] < 0.9
    surer = found[:, 1:].max(axis=1) - upright
    rows = [
        (
            f"{margin:.2f}",
            f"{int((doubtful & (surer > margin)).sum())}",
            *(f"{np.mean(upright - found[:, turns] > margin):.1%}" for turns in (1, 2, 3)),
        )
        for margin in _MARGINS
    ]
    header = (
        *("margin", "upright photos that are turned"),
        *("on the left side: turned back", "upside down", "on the right side"),
    )
    count = f"{doubtful.sum()} of {len(found)} photos that were looked at have no sure face."
    return f"{count}\n\n{table(header, rows)}"


def _photos(data: Path) -> list[Path]:
    patterns = ("celebs/*/*", "kr_gallery/*", "wiki_portraits/*.jpg", "lfw/lfw-deepfunneled/*/*")
    return [path for each in patterns for path in sorted(data.glob(each))]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    print(machine(), section(parser.parse_args().data), sep="\n\n")


if __name__ == "__main__":
    main()
