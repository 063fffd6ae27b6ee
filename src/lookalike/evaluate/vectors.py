"""Photos -> vectors, in the worker processes, remembered by sha256 where the user says so."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lookalike import files
from lookalike.config import Settings
from lookalike.errors import PhotoError
from lookalike.evaluate.metrics import FAILED, Flags, Scores
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.apart.workers import Question, Workers, result
from lookalike.faces.image import Limits, decode
from lookalike.faces.models import installed
from lookalike.faces.photo import Face, Photo
from lookalike.faces.vectors import Floats
from lookalike.scores.calibrations import calibration_of
from lookalike.scores.similarity import Calibration

# Photos by name: files, or bytes that a protocol carries.
Photos = Mapping[str, Path | bytes]
# Shows how far an iteration is.
Progress = Callable[[Iterable[bytes], int], Iterable[bytes]]

# Raised with every change of a step before the vector, so that none is remembered from before;
# the contract stays where vectors of before and after can be compared.
_REVISION = 3


def silent(photos: Iterable[bytes], _: int) -> Iterable[bytes]:
    """Shows nothing."""
    return photos


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
) -> Vectors:
    """The vector of every photo; a photo that cannot be used has none.

    Args:
        cache: a folder to keep vectors in, by the sha256 of their photo; None keeps nothing.

    Raises:
        SetupError: a worker process was stopped.
    """
    looked = look(photos, settings, partial(vector_of, which), which, cache, progress)
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
) -> Looked:
    """What a question about every photo is answered.

    Args:
        label: what `cache` keeps the answers to this question apart by.
        cache: as in `embed`.

    Raises:
        SetupError: a worker process was stopped.
    """
    known = _Known(cache, settings, label)
    digest = hashlib.sha256()
    answers = []
    try:
        with Workers(settings) as workers:
            data = (
                each if isinstance(each, bytes) else each.read_bytes() for each in photos.values()
            )
            for photo, answer in _answers(workers, known, question, progress(data, len(photos))):
                digest.update(hashlib.sha256(photo).digest())
                answers.append(answer)
    finally:
        known.save()
    return Looked(np.array(answers, np.float32), digest.hexdigest())


def _answers(
    workers: Workers, known: _Known, question: Question[Floats], photos: Iterable[bytes]
) -> Iterator[tuple[bytes, Floats]]:
    """Photos with the answers, in order, a few looked at ahead of the one given out."""
    asked = ((photo, None if photo in known else workers.ask(question, photo)) for photo in photos)
    for photo, answer in workers.ahead(asked):
        if answer is not None:
            known.add(photo, result(answer))
        yield photo, known.answer(photo)


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

    def __contains__(self, photo: bytes) -> bool:
        return hashlib.sha256(photo).digest() in self._answers

    def answer(self, photo: bytes) -> Floats:
        return self._answers[hashlib.sha256(photo).digest()]

    def add(self, photo: bytes, answer: Floats) -> None:
        self._answers[hashlib.sha256(photo).digest()] = answer
        self._changed = True

    def save(self) -> None:
        """Replace the file, if there is one and something was added."""
        if self._file is None or not self._changed:
            return
        self._file.parent.mkdir(parents=True, exist_ok=True)
        keys = np.array([np.frombuffer(key, np.uint8) for key in self._answers])
        with files.replacing(self._file) as file:
            np.savez(file, sha256=keys, vectors=np.array(list(self._answers.values())))
