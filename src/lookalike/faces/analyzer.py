"""Bytes -> every face of a photo with its embedding: joins the steps of this package."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

import numpy as np

from lookalike.config import Settings
from lookalike.faces import runtime
from lookalike.faces.align import align
from lookalike.faces.detect import FINE, Detections, Detector
from lookalike.faces.embed import FaceEmbedder
from lookalike.faces.image import Image, Limits, Pixels, decode
from lookalike.faces.models import SFACE, YUNET, Embedder
from lookalike.faces.quality import Quality, measure
from lookalike.faces.runtime import Floats

# How many times finer than detection needs a photo is decoded when a face in it is small.
_FINER = 2


@dataclass(frozen=True, slots=True)
class Box:
    """In pixels of the photo as displayed; may leave it."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Point:
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Landmarks:
    """Left and right are those of the picture, in pixels of the photo as displayed."""

    left_eye: Point
    right_eye: Point
    nose: Point
    mouth_left: Point
    mouth_right: Point


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """One face. `embedding` is (dimension,) float32 of length 1, or empty where AWS looked."""

    box: Box
    landmarks: Landmarks
    quality: Quality
    embedding: Floats


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds of each step."""

    decode: float
    detect: float
    align: float
    embed: float


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """What a photo holds: its displayed size and its faces, the largest first."""

    width: int
    height: int
    format: str
    faces: tuple[Face, ...]
    timings: Timings


class Analyzer:
    """Opens the networks once. Calls from several threads take turns."""

    def __init__(self, settings: Settings) -> None:
        opener = runtime.create(
            settings.runtime,
            cache=settings.cache,
            precision=settings.precision,
            threads=settings.threads,
        )
        self.embedder: Embedder = SFACE
        self._limits = Limits(settings.max_bytes, settings.max_pixels, settings.max_side)
        self._max_faces = settings.max_faces
        self._detector = Detector(opener, YUNET)
        self._embedding = FaceEmbedder(opener, self.embedder)
        self._turn = threading.Lock()

    def warm(self) -> None:
        """Open the networks now instead of with the first photo."""
        with self._turn:
            self._detector.warm()
            self._embedding.embed([np.zeros((self.embedder.size,) * 2 + (3,), np.uint8)])

    def analyze(self, data: bytes, limits: Limits | None = None) -> Photo:
        """Find, align, embed and judge every face of a photo. No face is an empty tuple.

        Raises:
            PhotoError: the bytes are not a photo that can be used.
        """
        clock = _Clock()
        limits = limits or self._limits
        image = decode(data, limits, FINE)
        clock.lap("decode")
        with self._turn:
            clock.skip()
            found = _largest(self._detector.detect(image.pixels), self._max_faces)
            clock.lap("detect")
            crops = self._crops(data, limits, image, found)
            clock.lap("align")
            vectors = self._embedding.embed(crops)
            clock.lap("embed")
        found = found.scaled(1 / image.scale)
        faces = tuple(map(_face, found.boxes, found.landmarks, found.scores, crops, vectors))
        return Photo(image.width, image.height, image.format, faces, clock.timings())

    def _crops(self, data: bytes, limits: Limits, image: Image, found: Detections) -> list[Pixels]:
        """Aligned crops; small faces of a large photo are cut from a finer decode of it."""
        size = self.embedder.size
        if image.scale < 1 and len(found) and found.boxes[:, 2].min() < size:
            finer = decode(data, limits, FINE * _FINER)
            found, image = found.scaled(finer.scale / image.scale), finer
        return [align(image.pixels, points, size) for points in found.landmarks]


def _largest(found: Detections, most: int) -> Detections:
    area = found.boxes[:, 2] * found.boxes[:, 3]
    return found.take(np.argsort(-area, kind="stable")[:most])


def _face(box: Floats, points: Floats, score: np.float32, crop: Pixels, vector: Floats) -> Face:
    left, top, width, height = (float(each) for each in box)
    return Face(
        box=Box(left, top, width, height),
        landmarks=Landmarks(*(Point(float(x), float(y)) for x, y in points)),
        quality=measure(crop, points, float(score), width),
        embedding=vector,
    )


class _Clock:
    def __init__(self) -> None:
        self._laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        """Book the time since the last lap under `name`."""
        now = time.perf_counter()
        self._laps[name] = (now - self._last) * 1000
        self._last = now

    def skip(self) -> None:
        """Leave out the time since the last lap: it was spent waiting for a turn."""
        self._last = time.perf_counter()

    def timings(self) -> Timings:
        return Timings(**self._laps)
