"""Ways of making the vector of a face, all of them for each photo in one pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from lookalike.config import Settings
from lookalike.errors import PhotoError
from lookalike.evaluate.vectors import Photos, Which, chosen
from lookalike.faces.align import align
from lookalike.faces.analyzer import FINER, Analyzer, Face
from lookalike.faces.image import Pixels, decode
from lookalike.faces.packs import installed
from lookalike.faces.runtime import Floats
from lookalike.gallery.workers import Workers, ahead, result

_SHIFT = 2
_WIDER = 1.04
# The second look is at a picture of the face alone, as large as the detector sees best.
_CUT, _CUT_MARGIN = 320, 2.2


@dataclass(frozen=True, slots=True)
class Seen:
    """A face, and the photo that it is in."""

    analyzer: Analyzer
    face: Face
    data: bytes

    def cut(self, size: int, margin: float) -> Pixels:
        """The face upright, from the photo again."""
        image = decode(self.data, self.analyzer.limits, FINER)
        marks = self.face.landmarks
        points = (marks.left_eye, marks.right_eye, marks.nose, marks.mouth_left, marks.mouth_right)
        landmarks = np.array([(each.x, each.y) for each in points], np.float32) * image.scale
        return align(image.pixels, landmarks, size, margin)


Way = Callable[[Seen], Floats]


def today(seen: Seen) -> Floats:
    return seen.face.embedding


def mirrored(seen: Seen) -> Floats:
    """The mean with the vector of the mirrored crop."""
    return unit(seen.face.embedding + seen.analyzer.embed([_mirror(seen.face.crop)])[0])


def shifted(seen: Seen) -> Floats:
    """The mean with crops moved by two pixels, four ways."""
    moves = ((_SHIFT, 0), (-_SHIFT, 0), (0, _SHIFT), (0, -_SHIFT))
    crops = [_moved(seen.face.crop, *each) for each in moves]
    return unit(seen.face.embedding + seen.analyzer.embed(crops).sum(axis=0))


def wider(seen: Seen) -> Floats:
    """A crop that reaches 4 % further."""
    size = seen.analyzer.embedder.size
    return np.asarray(seen.analyzer.embed([seen.cut(size, _WIDER)])[0])


def again(seen: Seen) -> Floats:
    """The landmarks found once more, in a picture of the face alone."""
    found = _second(seen)
    return seen.face.embedding if found is None else found.embedding


def both(seen: Seen) -> Floats:
    """The mean of the first look and the second."""
    return unit(today(seen) + again(seen))


def both_mirrored(seen: Seen) -> Floats:
    """The mean of both looks and of their mirrored crops."""
    second = _second(seen) or seen.face
    crops = [_mirror(seen.face.crop), _mirror(second.crop)]
    return unit(today(seen) + second.embedding + seen.analyzer.embed(crops).sum(axis=0))


WAYS: dict[str, Way] = {
    "today": today,
    "mirrored crop averaged": mirrored,
    "four shifted crops averaged": shifted,
    "crop 4 % wider": wider,
    "landmarks found again": again,
    "both looks averaged": both,
    "both looks, mirrored too": both_mirrored,
}


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """What n photos became.

    Attributes:
        vectors: (n, ways, dimension); zeros where no face was found.
        quality: (n, 3) sharpness, width in pixels and the detector's score; zeros likewise.
    """

    vectors: Floats
    quality: Floats


def look(photos: Photos, which: Which, settings: Settings, kept: Path) -> Looks:
    """Every way for every photo; remembered in a file."""
    # Of these photos, in these ways, by this model.
    made_of = f"{installed.embedder(settings).contract} {list(WAYS)} {sorted(photos)}"
    if kept.is_file():
        with np.load(kept) as saved:
            if str(saved.get("made_of", "")) == made_of:
                return Looks(saved["vectors"], saved["quality"])
    with Workers(settings) as workers:
        data = (each if isinstance(each, bytes) else each.read_bytes() for each in photos.values())
        asked = (workers.ask(partial(_look, which), each) for each in data)
        rows = [result(answer) for answer in ahead(asked, workers)]
    found = Looks(np.array([row[0] for row in rows]), np.array([row[1] for row in rows]))
    kept.parent.mkdir(parents=True, exist_ok=True)
    np.savez(kept, vectors=found.vectors, quality=found.quality, made_of=made_of)
    return found


def _look(which: Which, analyzer: Analyzer, data: bytes) -> tuple[Floats, Floats]:
    """Runs in a worker process."""
    try:
        face = chosen(analyzer.analyze(data), which)
    except PhotoError:
        face = None
    if face is None:
        shape = len(WAYS), analyzer.embedder.dimension
        return np.zeros(shape, np.float32), np.zeros(3, np.float32)
    seen = Seen(analyzer, face, data)
    quality = face.quality.sharpness, face.quality.size, face.quality.score
    return np.stack([way(seen) for way in WAYS.values()]), np.array(quality, np.float32)


def _second(seen: Seen) -> Face | None:
    _, picture = cv2.imencode(".png", seen.cut(_CUT, _CUT_MARGIN)[..., ::-1])
    return chosen(seen.analyzer.analyze(picture.tobytes()), Which.CENTRAL)


def _mirror(crop: Pixels) -> Pixels:
    return np.ascontiguousarray(crop[:, ::-1])


def _moved(crop: Pixels, right: int, down: int) -> Pixels:
    matrix = np.array([[1, 0, right], [0, 1, down]], np.float32)
    size = crop.shape[1], crop.shape[0]
    moved = cv2.warpAffine(crop, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.uint8)


def unit(vectors: Floats) -> Floats:
    """Of length 1, along the last axis."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), np.float32)
