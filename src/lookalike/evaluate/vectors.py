"""Photos -> vectors, in worker processes or on a cluster, remembered by sha256 where the user says
so."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from lookalike import files
from lookalike.config import Settings
from lookalike.errors import PhotoError
from lookalike.evaluate.metrics import FAILED, Flags, Scores
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.apart.seen import Answer, Opener, Question, Read, Seen
from lookalike.faces.apart.workers import Workers
from lookalike.faces.image import Limits, decode
from lookalike.faces.models import installed
from lookalike.faces.photo import Face, Photo
from lookalike.faces.vectors import Floats
from lookalike.scores.calibrations import calibration_of
from lookalike.scores.similarity import Calibration

# Photos by name: files, or bytes that a protocol carries.
Photos = Mapping[str, Path | bytes]
Thing = TypeVar("Thing")

# Raised with every change of a step before the vector, so that none is remembered from before;
# the contract stays where vectors of before and after can be compared.
_REVISION = 3


class Progress(Protocol):
    """Shows how far an iteration over so many things is."""

    def __call__(self, things: Iterable[Thing], total: int, /) -> Iterable[Thing]: ...


def silent(things: Iterable[Thing], _: int) -> Iterable[Thing]:
    """Shows nothing."""
    return things


class Which(StrEnum):
    """The face of a photo that a protocol is about.

    The largest; the one nearest to the middle; the subject of a portrait, as `gallery import`
    takes it; or the photo is an aligned crop, in which nothing is looked for.
    """

    LARGEST = "largest"
    CENTRAL = "central"
    SUBJECT = "subject"
    ALIGNED = "aligned"

    def face_of(self, photo: Photo) -> Face | None:
        """The face that is meant; None when there is none.

        Raises:
            PhotoError: the subject is asked for, and no face can be it.
        """
        if self is Which.SUBJECT:
            return photo.main_face()
        if self is Which.CENTRAL:
            return min(photo.faces, key=partial(_off_centre, photo), default=None)
        return next(iter(photo.faces), None)


@dataclass(frozen=True, slots=True, eq=False)
class Vectors:
    """What the photos of a protocol became.

    Attributes:
        contract: model and preprocessing.
        names: of the photos, in the order given.
        vectors: (n, dimension) float32 of length 1; zeros where no face was found.
        sha256: of all photos in order, to tell two sets of data apart.
        calibration: that of the model; None: it has none, and no similarity to be measured at.
    """

    contract: str
    names: tuple[str, ...]
    vectors: Floats
    sha256: str
    calibration: Calibration | None = None

    @property
    def found(self) -> Flags:
        """(n,) whether a face was found."""
        return np.asarray(self.vectors.any(axis=1))

    @property
    def failed(self) -> tuple[str, ...]:
        """The photos in which no face was found."""
        return tuple(n for n, found in zip(self.names, self.found, strict=True) if not found)

    def cosines(self, pairs: NDArray[np.intp]) -> Scores:
        """Cosines of (n, 2) pairs of rows; `FAILED` where either photo has no face."""
        one, other = pairs.T
        cosines = np.einsum("ij,ij->i", self.vectors[one], self.vectors[other])
        return np.where(self.found[one] & self.found[other], cosines, np.float32(FAILED))


def embed(
    photos: Photos,
    settings: Settings,
    which: Which,
    cache: Path | None = None,
    progress: Progress = silent,
    opener: Opener = Workers,
) -> Vectors:
    """The vector of every photo; a photo that cannot be used has none.

    Args:
        cache: a folder to keep vectors in, by the sha256 of their photo; None keeps nothing.
        opener: of those who look at the photos.

    Raises:
        SetupError: a worker process was stopped.
    """
    looked = look(photos, settings, partial(vector_of, which), which, cache, progress, opener)
    embedder = installed.embedder(settings)
    calibration = calibration_of(embedder)
    return Vectors(
        contract=embedder.contract,
        names=tuple(photos),
        vectors=looked.answers.reshape(-1, embedder.dimension),
        sha256=looked.sha256,
        calibration=calibration if calibration.fitted else None,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """What worker processes made of photos.

    Attributes:
        answers: (n, ...) float32, of one shape for each photo.
        sha256: of all photos in order.
    """

    answers: Floats
    sha256: str


def look(
    photos: Photos,
    settings: Settings,
    question: Question[Floats],
    label: str,
    cache: Path | None = None,
    progress: Progress = silent,
    opener: Opener = Workers,
) -> Looked:
    """What a question about every photo is answered.

    Args:
        label: what `cache` keeps the answers to this question apart by.
        cache, opener: as in `embed`.

    Raises:
        OSError: a photo cannot be read.
        SetupError: a worker process was stopped.
    """
    digest = hashlib.sha256()
    answers = []
    with opener(settings) as lookers:
        known = _Known(cache, lookers.settings, label)
        seen = lookers.through(map(reading, photos.values()), question, known.ids())
        try:
            for known_by, answer in answered(progress(seen, len(photos)), known):
                digest.update(bytes.fromhex(known_by))
                answers.append(answer)
        finally:
            known.save()
    return Looked(np.array(answers, np.float32), digest.hexdigest())


class Told(Protocol[Answer]):
    """What was answered before, by the sha256 of the photo."""

    def __contains__(self, known_by: object, /) -> bool: ...

    def __getitem__(self, known_by: str, /) -> Answer: ...

    def __setitem__(self, known_by: str, answer: Answer, /) -> None: ...


def answered(seen: Iterable[Seen[Answer]], told: Told[Answer]) -> Iterator[tuple[str, Answer]]:
    """The sha256 of each photo with its answer, those too at which nobody had to look again.

    Args:
        told: where answers are kept.

    Raises:
        OSError: a photo cannot be read.
    """
    for each in seen:
        if each.unread is not None:
            raise each.unread
        if each.known_by not in told:
            # Nobody looks at a photo in vain: it is what was answered, None too.
            told[each.known_by] = each.answer  # type: ignore[assignment]
        yield each.known_by, told[each.known_by]


def reading(photo: Path | bytes) -> Read:
    """How another process, or another machine, comes by a photo."""
    return partial(bytes, photo) if isinstance(photo, bytes) else photo.absolute().read_bytes


def vector_of(
    which: Which, analyzer: Analyzer, data: bytes, limits: Limits | None = None
) -> Floats:
    """The vector of the face that is meant, or zeros.

    Args:
        limits: what is refused, if not what the settings say.
    """
    nothing = np.zeros(analyzer.embedder.dimension, np.float32)
    try:
        if which is Which.ALIGNED:
            return _crop_vector(analyzer, data)
        face = which.face_of(analyzer.analyze(data, limits))
    except PhotoError:
        return nothing
    return nothing if face is None else face.embedding


def _crop_vector(analyzer: Analyzer, data: bytes) -> Floats:
    size = analyzer.embedder.size
    crop = decode(data, analyzer.limits, size).pixels
    if crop.shape[:2] != (size, size):
        raise PhotoError(f"an aligned crop has {size} x {size} pixels")
    vector: Floats = analyzer.embed([crop])[0]
    return vector


def _off_centre(photo: Photo, face: Face) -> float:
    x = face.box.left + face.box.width / 2 - photo.width / 2
    y = face.box.top + face.box.height / 2 - photo.height / 2
    return x * x + y * y


class _Known:
    """Answers by the sha256 of their photo, in one file for each way of making them."""

    def __init__(self, folder: Path | None, settings: Settings, label: str) -> None:
        contract = installed.embedder(settings).contract.replace("/", "-v")
        finder = installed.finder(settings).model.sha256[:8]
        name = f"{contract}-{finder}-{settings.runtime}-{settings.precision}-{label}"
        self._file = folder / f"{name}-{_REVISION}.npz" if folder else None
        self._answers: dict[bytes, Floats] = {}
        self._changed = False
        if self._file and self._file.is_file():
            with np.load(self._file) as saved:
                keys = (bytes(each) for each in saved["sha256"])
                self._answers = dict(zip(keys, saved["vectors"], strict=True))

    def ids(self) -> Set[str]:
        """Of the photos whose answers are known now."""
        return frozenset(each.hex() for each in self._answers)

    def __contains__(self, known_by: object) -> bool:
        return isinstance(known_by, str) and bytes.fromhex(known_by) in self._answers

    def __getitem__(self, known_by: str) -> Floats:
        return self._answers[bytes.fromhex(known_by)]

    def __setitem__(self, known_by: str, answer: Floats) -> None:
        self._answers[bytes.fromhex(known_by)] = answer
        self._changed = True

    def save(self) -> None:
        """Replace the file, if there is one and something was added."""
        if self._file is None or not self._changed:
            return
        self._file.parent.mkdir(parents=True, exist_ok=True)
        keys = np.array([np.frombuffer(key, np.uint8) for key in self._answers])
        with files.replacing(self._file) as file:
            np.savez(file, sha256=keys, vectors=np.array(list(self._answers.values())))
