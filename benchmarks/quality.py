"""What the numbers of `faces/quality.py` are on ordinary photos: LFW's.

python -m benchmarks.quality ../shared/data/lfw
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from benchmarks.lfw import central
from benchmarks.report import machine, table
from lookalike import config
from lookalike.faces.analyzer import Analyzer

_EVERY = 8


def section(folder: Path) -> str:
    analyzer = Analyzer(config.load())
    photos = sorted((folder / "lfw-deepfunneled").glob("*/*.jpg"))[::_EVERY]
    faces = [central(analyzer.analyze(path.read_bytes())) for path in photos]
    qualities = [face.quality for face in faces if face is not None]
    rows = []
    for name in ("score", "size", "sharpness", "brightness"):
        values = [getattr(quality, name) for quality in qualities]
        cells = [f"{each:.2f}" for each in np.percentile(values, (1, 10, 50, 90, 99))]
        rows.append((name, *cells))
    for name in ("yaw", "pitch", "roll"):
        values = [abs(getattr(quality.pose, name)) for quality in qualities]
        cells = [f"{each:.1f}" for each in np.percentile(values, (1, 10, 50, 90, 99))]
        rows.append((f"{name}, degrees either way", *cells))
    header = (f"of {len(qualities)} faces", "1 %", "10 %", "median", "90 %", "99 %")
    return table(header, rows)


def main() -> None:
    print(machine(), section(Path(sys.argv[1])), sep="\n\n")


if __name__ == "__main__":
    main()
