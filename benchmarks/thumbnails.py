"""What embedding a face again from its thumbnail costs, against the vector of its photo.

    python -m benchmarks.thumbnails ../shared/data/celebs

`known place` is what `lookalike gallery migrate` does: the landmarks are where the thumbnail has
them. `found again` looks at the thumbnail as at any photo, and `photo at nine tenths` at the photo
itself, a tenth smaller: how much of that is the detector's own doing.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from benchmarks.lfw import central
from benchmarks.report import machine, table
from lookalike import config
from lookalike.errors import PhotoError
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.image import Limits, decode, jpeg
from lookalike.faces.photo import Face

_LIMITS = Limits(max_bytes=1 << 28, max_pixels=1 << 28, max_side=1 << 16)
_SMALLER = 0.9


@dataclass(frozen=True, slots=True)
class Outcome:
    """Cosines to the vector of the photo, NaN where no face was found, and the size in KB."""

    known: float
    found: float
    smaller: float
    kilobytes: float


def outcome(face: Face, data: bytes, analyzer: Analyzer) -> Outcome:
    small = analyzer.with_thumbnail(face, data).thumbnail
    assert small is not None
    return Outcome(
        known=float(analyzer.embed_thumbnail(small) @ face.embedding),
        found=_cosine(central(analyzer.analyze(small)), face),
        smaller=_cosine(_largest(_shrunk(data), analyzer), face),
        kilobytes=len(small) / 1000,
    )


def _cosine(again: Face | None, face: Face) -> float:
    return float("nan") if again is None else float(again.embedding @ face.embedding)


def _largest(data: bytes, analyzer: Analyzer) -> Face | None:
    return next(iter(analyzer.analyze(data).faces), None)


def _shrunk(data: bytes) -> bytes:
    pixels = decode(data, _LIMITS, _LIMITS.max_side).pixels
    smaller = cv2.resize(pixels, None, fx=_SMALLER, fy=_SMALLER, interpolation=cv2.INTER_AREA)
    return jpeg(np.asarray(smaller, np.uint8), 98)


def section(folder: Path) -> str:
    analyzer = Analyzer(config.load())
    outcomes = []
    for path in sorted(folder.glob("*/*.*")):
        data = path.read_bytes()
        try:
            outcomes.append(outcome(analyzer.analyze(data).main_face(), data, analyzer))
        except PhotoError:
            continue
    rows = []
    for title, name in (
        ("known place", "known"),
        ("found again", "found"),
        ("photo at nine tenths", "smaller"),
    ):
        cosines = np.array([getattr(each, name) for each in outcomes])
        there = cosines[~np.isnan(cosines)]
        cells = [f"{each:.4f}" for each in (np.median(there), *np.percentile(there, (5, 1, 0)))]
        rows.append((title, len(cosines) - len(there), *cells))
    sizes = np.percentile([each.kilobytes for each in outcomes], (50, 99, 100))
    header = (f"cosine of {len(outcomes)} faces", "not found", "median", "5 %", "1 %", "least")
    said = "KB: median {:.1f}, 99 % {:.1f}, largest {:.1f}.".format(*sizes)
    return f"{table(header, rows)}\n\n{said}"


def main() -> None:
    print(machine(), section(Path(sys.argv[1])), sep="\n\n")


if __name__ == "__main__":
    main()
