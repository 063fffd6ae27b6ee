"""Ways of making the vector of a face, all of them for each photo in one pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass
from functools import cache, partial
from pathlib import Path

import cv2
import numpy as np

from benchmarks.improvements import dlib
from lookalike.config import Settings
from lookalike.errors import PhotoError
from lookalike.evaluate.vectors import Photos, Which
from lookalike.faces.align import align
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.detect import Refiner
from lookalike.faces.image import FINE, FINER, Pixels, decode
from lookalike.faces.models import installed
from lookalike.faces.models.manifest import SFACE
from lookalike.faces.photo import Face
from lookalike.faces.vectors import Floats, unit
from lookalike.faces.workers import Workers, result

_SHIFT = 2
_WIDER = 1.04
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
        self.refined = np.array(astuple(face.landmarks), np.float32) * self._image.scale
        self.first = self._first(data)

    def crop(self, landmarks: Floats, margin: float = 1.0, size: int = 0) -> Pixels:
        size = size or self.analyzer.embedder.size
        return align(self._image.pixels, landmarks, size, margin)

    def looked_again(self, refiner: Refiner) -> Floats:
        """The landmarks after its two close-ups."""
        return np.asarray(refiner.refine(self._image.pixels, self.first[None])[0])

    def embed(self, *crops: Pixels) -> Floats:
        """The mean of their vectors."""
        return unit(self.analyzer.embed(list(crops)).sum(axis=0))

    def _first(self, data: bytes) -> Floats:
        """The landmarks of the one look that found the face."""
        image = decode(data, self.analyzer.limits, FINE)
        found = self.analyzer.detector.detect(image.pixels).scaled(self._image.scale / image.scale)
        off = np.linalg.norm(found.landmarks - self.refined, axis=2).mean(axis=1)
        return np.asarray(found.landmarks[off.argmin()])


Way = Callable[[Seen], Floats]


def one_look(seen: Seen) -> Floats:
    return seen.embed(seen.crop(seen.first))


def mirrored(seen: Seen) -> Floats:
    """The mean with the vector of the mirrored crop."""
    crop = seen.crop(seen.first)
    return seen.embed(crop, _mirror(crop))


def shifted(seen: Seen) -> Floats:
    """The mean with crops moved by two pixels, four ways."""
    crop = seen.crop(seen.first)
    moves = ((_SHIFT, 0), (-_SHIFT, 0), (0, _SHIFT), (0, -_SHIFT))
    return seen.embed(crop, *(_moved(crop, *each) for each in moves))


def wider(seen: Seen) -> Floats:
    """A crop that reaches 4 % further."""
    return seen.embed(seen.crop(seen.first, _WIDER))


def close_ups(side: int, margin: float, seen: Seen) -> Floats:
    """Landmarks refined with other close-ups than those that ship."""
    return seen.embed(seen.crop(seen.looked_again(Refiner(seen.analyzer.detector, side, margin))))


def ships(seen: Seen) -> Floats:
    return seen.face.embedding


def ships_mirrored(seen: Seen) -> Floats:
    return unit(seen.face.embedding + seen.embed(_mirror(seen.face.crop)))


def both_crops(seen: Seen) -> Floats:
    """The mean of the vectors before and after landmarks are refined."""
    return unit(seen.face.embedding + one_look(seen))


def with_dlib(seen: Seen) -> Floats:
    """The vectors of both networks in one: its cosine is the mean of both cosines."""
    assert seen.model is not None
    cut = seen.crop(seen.refined, dlib.CUT_MARGIN, dlib.CUT)
    other = unit(_opened(seen.model).embed([cut])[0])
    return unit(np.concatenate([seen.face.embedding, other]))


ONE_LOOK, SHIPS, WITH_DLIB = "one look", "three looks (what ships)", "dlib's network too"
MIRRORED = "three looks, mirrored crop averaged"
WAYS: dict[str, Way] = {
    ONE_LOOK: one_look,
    "mirrored crop averaged": mirrored,
    "four shifted crops averaged": shifted,
    "crop 4 % wider": wider,
    "three looks, close-ups of 256 px": partial(close_ups, 256, 1.3),
    "three looks, close-ups of 512 px": partial(close_ups, 512, 1.8),
    SHIPS: ships,
    MIRRORED: ships_mirrored,
    "vectors of one look and of three averaged": both_crops,
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


def _moved(crop: Pixels, right: int, down: int) -> Pixels:
    matrix = np.array([[1, 0, right], [0, 1, down]], np.float32)
    size = crop.shape[1], crop.shape[0]
    moved = cv2.warpAffine(crop, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.uint8)
