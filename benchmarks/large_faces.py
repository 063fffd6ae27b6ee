"""Whether the coarse look at a photo, which is left out where nothing hints at large faces, misses.

    python -m benchmarks.large_faces ../shared/data

Photos of faces are cut and enlarged at random, so that faces have all sizes up to that of the
photo, some with another one beside them. Each is looked at with both looks, and as it ships.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from benchmarks.report import machine, table
from lookalike import config
from lookalike.faces.detect import Detector
from lookalike.faces.geometry import overlaps
from lookalike.faces.image import FINE, Limits, Pixels, decode
from lookalike.faces.models import runtime
from lookalike.faces.models.decoders import Detections
from lookalike.faces.models.manifest import YUNET

_FOLDERS = {
    "lfw/lfw-deepfunneled/*/*.jpg": 9,
    "celebs/*/*.jpg": 3,
    "kr_gallery/*.jpg": 2,
    "wiki_portraits/*.jpg": 2,
    "robust/multi*.jpg": 1,
}
_ZOOMS = (1, 1, 1.3, 1.8, 2.4)
_BESIDE = 0.3
_SIDE = 1000


class _Both(Detector):
    """Always looks twice."""

    def _may_miss(self, found: Detections, hints: Detections, most: float) -> bool:
        return True


def pictures(folder: Path, limits: Limits) -> Iterator[Pixels]:
    """The photos of the data set, cut and enlarged."""
    chance = random.Random(5)
    files = [each for glob, n in _FOLDERS.items() for each in sorted(folder.glob(glob))[::n]]
    photos = [decode(each.read_bytes(), limits, FINE).pixels for each in files]
    for pixels in photos:
        cut = _zoomed(pixels, chance.choice(_ZOOMS))
        if chance.random() < _BESIDE:
            other = cv2.resize(chance.choice(photos), cut.shape[1::-1])
            cut = np.hstack([cut, np.asarray(other, np.uint8)])
        scale = _SIDE / max(cut.shape[:2])
        yield np.asarray(cv2.resize(cut, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC))


def _zoomed(pixels: Pixels, zoom: float) -> Pixels:
    """The middle of a picture."""
    height, width = pixels.shape[:2]
    rows, columns = int(height / zoom), int(width / zoom)
    top, left = (height - rows) // 2, (width - columns) // 2
    return pixels[top : top + rows, left : left + columns]


def _lost(expected: Detections, found: Detections) -> int:
    """How many faces have none of those found on them."""
    shared = overlaps(expected.boxes.astype(np.float64), found.boxes.astype(np.float64))
    return int((shared.max(axis=1, initial=0) < 0.35).sum())


def section(folder: Path) -> str:
    settings = config.load()
    opener = runtime.create(settings)
    ships, both = (each(opener, YUNET) for each in (Detector, _Both))
    faces = lost = photos = 0
    for pixels in pictures(folder, Limits.of(settings)):
        expected = both.detect_upright(pixels)
        photos += 1
        faces += len(expected)
        lost += _lost(expected, ships.detect_upright(pixels))
    header = ("photos", "faces seen with both looks", "lost as it ships")
    return table(header, [(f"{photos:,}", f"{faces:,}", str(lost))])


def main() -> None:
    print(machine(), section(Path(sys.argv[1])), sep="\n\n")


if __name__ == "__main__":
    main()
