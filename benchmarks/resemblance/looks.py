"""What is seen of each photo of the trial, seen once and kept: vector, mesh, and a wide crop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.resemblance.photos import Shown
from lookalike import config
from lookalike.errors import PhotoError
from lookalike.evaluate.vectors import Which
from lookalike.faces.align import align
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.apart.workers import Workers, result
from lookalike.faces.appearance import head
from lookalike.faces.appearance.head import MARGIN, SIDE
from lookalike.faces.image import FINE, Pixels, decode
from lookalike.faces.photo import Face
from lookalike.faces.vectors import Floats

_POINTS = (468, 3)
_GREY = np.uint8(200)
_COLUMNS = ("vectors", "meshes", "crops", "pictures")


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """Of n photos.

    Attributes:
        vectors: (n, dimension), of length 1; zeros where no face was found, or too little shows.
        meshes: (n, 468, 3), in pixels of the photo.
        crops: (n, `SIDE`, `SIDE`, 3) uint8 RGB, upright; outside the photo its mirror image.
        pictures: the same for people to look at; outside the photo grey.
    """

    vectors: Floats
    meshes: Floats
    crops: NDArray[np.uint8]
    pictures: NDArray[np.uint8]

    @property
    def found(self) -> NDArray[np.bool_]:
        return np.asarray(self.vectors.any(axis=1))

    @property
    def columns(self) -> tuple[NDArray[Any], ...]:
        return self.vectors, self.meshes, self.crops, self.pictures

    def of(self, rows: NDArray[np.intp]) -> Looks:
        return Looks(*(each[rows] for each in self.columns))

    def __add__(self, others: Looks) -> Looks:
        return Looks(*map(np.concatenate, zip(self.columns, others.columns, strict=True)))


def looks(photos: Sequence[Shown], kept: Path) -> Looks:
    """What one worker process sees in the photos, or saw before."""
    if kept.is_file():
        with np.load(kept) as saved:
            return Looks(*(saved[name] for name in _COLUMNS))
    with Workers(config.load(), processes=1) as workers:
        asked = (workers.ask(partial(_look, each.which), each.path.read_bytes()) for each in photos)
        rows = [result(answer) for answer in workers.ahead(asked)]
    found = Looks(*(np.array(column) for column in zip(*rows, strict=True)))
    vectors, meshes, crops, pictures = found.columns
    np.savez(kept, vectors=vectors, meshes=meshes, crops=crops, pictures=pictures)
    return found


def _look(which: Which, analyzer: Analyzer, data: bytes) -> tuple[NDArray[Any], ...]:
    """Runs in the worker process."""
    try:
        face = which.face_of(analyzer.analyze(data))
    except PhotoError:
        face = None
    if face is None or face.mesh is None or not face.enough:
        blank = np.zeros((SIDE, SIDE, 3), np.uint8)
        return np.zeros(analyzer.embedder.dimension, np.float32), np.zeros(_POINTS), blank, blank
    return face.embedding, face.mesh.points, *_wide(analyzer, data, face)


def _wide(analyzer: Analyzer, data: bytes, face: Face) -> tuple[Pixels, Pixels]:
    image = decode(data, analyzer.limits, FINE)
    points = face.landmarks.array * np.float32(image.scale)
    crop = head.crop(image.pixels, points)
    inside = align(np.full_like(image.pixels, 255), points, SIDE, MARGIN) == 255
    return crop, np.where(inside, crop, _GREY)
