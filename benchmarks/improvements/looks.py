"""Ways of making the vector of a face, all of them for each photo in one pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np

from benchmarks.improvements import dlib
from benchmarks.improvements.close_ups import Refiner
from lookalike.config import Settings
from lookalike.errors import PhotoError
from lookalike.evaluate.vectors import Photos, Which
from lookalike.faces.align import align
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.apart.workers import Workers, result
from lookalike.faces.image import FINE, FINER, Pixels, decode
from lookalike.faces.models import installed
from lookalike.faces.models.manifest import SFACE
from lookalike.faces.photo import Face
from lookalike.faces.vectors import Floats, unit

# Room for the longest vector, ours with dlib's behind; shorter ones have zeros there.
_LENGTH = SFACE.dimension + dlib.DIMENSION


class Seen:
    """A face, and the photo that it is in."""

    def __init__(self, analyzer: Analyzer, face: Face, data: bytes, model: Path | None) -> None:
        """
        Args:
            model: the folder of dlib's network.
        """
        self.analyzer = analyzer
        self.face = face
        self.model = model
        self._image = decode(data, analyzer.limits, FINER)
        self.refined = face.landmarks.array * self._image.scale
        self.first = self.found_again(data)

    def crop(self, landmarks: Floats, margin: float = 1.0, size: int = 0) -> Pixels:
        size = size or self.analyzer.embedder.size
        return align(self._image.pixels, landmarks, size, margin)

    def found_again(self, data: bytes) -> Floats:
        """The landmarks of the one look that found the face."""
        image = decode(data, self.analyzer.limits, FINE)
        found = self.analyzer.detector.detect(image.pixels).scaled(self._image.scale / image.scale)
        off = np.linalg.norm(found.landmarks - self.refined, axis=2).mean(axis=1)
        return np.asarray(found.landmarks[off.argmin()])

    def looked_again(self) -> Floats:
        """The landmarks after two close-ups with the detector."""
        return Refiner(self.analyzer.detector).refine(self._image.pixels, self.first)

    def embed(self, *crops: Pixels) -> Floats:
        """The mean of their vectors, without those of their mirror images."""
        return unit(self.analyzer.recogniser.vectors(np.stack(crops)).sum(axis=0))


Way = Callable[[Seen], Floats]


def one_look(seen: Seen) -> Floats:
    return seen.embed(seen.crop(seen.first))


def three_looks(seen: Seen) -> Floats:
    return seen.embed(seen.crop(seen.looked_again()))


def three_looks_mirrored(seen: Seen) -> Floats:
    crop = seen.crop(seen.looked_again())
    return seen.embed(crop, _mirror(crop))


def mesh(seen: Seen) -> Floats:
    return seen.embed(seen.face.crop)


def mesh_and_looks(seen: Seen) -> Floats:
    """Landmarks half of the mesh and half of three looks, with the mirrored crop."""
    crop = seen.crop(((seen.refined + seen.looked_again()) / 2).astype(np.float32))
    return seen.embed(crop, _mirror(crop))


def ships(seen: Seen) -> Floats:
    return seen.face.embedding


def with_dlib(seen: Seen) -> Floats:
    """The vectors of both networks in one: its cosine is the mean of both cosines."""
    assert seen.model is not None
    cut = seen.crop(seen.refined, dlib.CUT_MARGIN, dlib.CUT)
    other = unit(_opened(seen.model).embed([cut])[0])
    return unit(np.concatenate([seen.face.embedding, other]))


BEFORE, MESH, SHIPS = "three looks (what shipped)", "mesh", "mesh, mirrored crop averaged (ships)"
WITH_DLIB = "dlib's network too"
WAYS: dict[str, Way] = {
    BEFORE: three_looks,
    "one look": one_look,
    "three looks, mirrored crop averaged": three_looks_mirrored,
    MESH: mesh,
    SHIPS: ships,
    "mesh and three looks, mirrored crop averaged": mesh_and_looks,
    WITH_DLIB: with_dlib,
}


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """What n photos became.

    Attributes:
        vectors: (n, ways, length), zeros behind shorter ones; zeros where no face was found.
        quality: (n, 5) sharpness, width in pixels, the detector's score, yaw and pitch; zeros
            likewise.
    """

    vectors: Floats
    quality: Floats


@dataclass(frozen=True, slots=True)
class Looking:
    """How photos are looked at: by the networks of `settings`, and dlib's in the folder `model`.
    What was seen is remembered in the folder `kept`."""

    settings: Settings
    model: Path | None
    kept: Path

    @property
    def ways(self) -> dict[str, Way]:
        return {name: way for name, way in WAYS.items() if self.model or name != WITH_DLIB}

    def look(self, photos: Photos, which: Which, name: str) -> Looks:
        """Every way for every photo."""
        # Of these photos, in these ways, by this model.
        contract = installed.embedder(self.settings).contract
        made_of, file = f"{contract} {list(self.ways)} {sorted(photos)}", self.kept / f"{name}.npz"
        if file.is_file():
            with np.load(file) as saved:
                if str(saved["made_of"]) == made_of:
                    return Looks(saved["vectors"], saved["quality"])
        with Workers(self.settings) as workers:
            data = (
                each if isinstance(each, bytes) else each.read_bytes() for each in photos.values()
            )
            question = partial(_look, which, list(self.ways), self.model)
            asked = (workers.ask(question, each) for each in data)
            rows = [result(answer) for answer in workers.ahead(asked)]
        found = Looks(np.array([row[0] for row in rows]), np.array([row[1] for row in rows]))
        self.kept.mkdir(parents=True, exist_ok=True)
        np.savez(file, vectors=found.vectors, quality=found.quality, made_of=made_of)
        return found


def _look(
    which: Which, ways: list[str], model: Path | None, analyzer: Analyzer, data: bytes
) -> tuple[Floats, Floats]:
    """Runs in a worker process."""
    vectors, quality = np.zeros((len(ways), _LENGTH), np.float32), np.zeros(5, np.float32)
    try:
        face = which.face_of(analyzer.analyze(data))
    except PhotoError:
        face = None
    if face is not None:
        seen = Seen(analyzer, face, data, model)
        for row, name in zip(vectors, ways, strict=True):
            vector = WAYS[name](seen)
            row[: len(vector)] = vector
        quality = _quality(face)
    return vectors, quality


@cache
def _opened(model: Path) -> dlib.Dlib:
    return dlib.Dlib(model)


def _quality(face: Face) -> Floats:
    found = face.quality
    pose = found.pose.yaw, found.pose.pitch
    return np.array([found.sharpness, found.size, found.score, *pose], np.float32)


def _mirror(crop: Pixels) -> Pixels:
    return np.ascontiguousarray(crop[:, ::-1])
