"""The faces of a photo, which one a portrait is of, and whether it is good enough to know by."""

from __future__ import annotations

import time
from dataclasses import dataclass

from lookalike.errors import InvalidParameter, NoFace, PhotoError
from lookalike.faces.appearance.appearance import Appearance
from lookalike.faces.coverage import Coverage
from lookalike.faces.geometry import Box, Landmarks
from lookalike.faces.image import Pixels
from lookalike.faces.mesh import Mesh
from lookalike.faces.quality import Quality
from lookalike.faces.traits.traits import Traits
from lookalike.faces.vectors import Floats

# A portrait must show one face, or one that is clearly the subject: this many times the area of
# the next. Below the other two the vector says more about the photo than about the person.
_SUBJECT = 2.0
_MIN_WIDTH = 32.0
_MIN_SCORE = 0.8


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """One face. Where Amazon looked, `crop` and `embedding` are empty, and the rest is None.

    Attributes:
        crop: (size, size, 3) uint8 RGB, the aligned picture that was embedded.
        embedding: (dimension,) float32 of length 1.
        thumbnail: a small JPEG of it, only of a face that was asked for with one.
        appearance: how it looks, only of a face that was asked for with it.
        traits: what shows on it, likewise.
    """

    box: Box
    landmarks: Landmarks
    quality: Quality
    crop: Pixels
    embedding: Floats
    mesh: Mesh | None = None
    coverage: Coverage | None = None
    thumbnail: bytes | None = None
    appearance: Appearance | None = None
    traits: Traits | None = None

    @property
    def enough(self) -> bool:
        """Whether enough of it shows to tell who it is, as far as is known."""
        return self.coverage is None or self.coverage.enough


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds of each step; of appearances and traits only where they were asked for."""

    decode: float
    detect: float
    mesh: float
    align: float
    embed: float
    appearance: float = 0.0
    traits: float = 0.0


class Clock:
    """Takes the time of each step of one photo."""

    def __init__(self) -> None:
        self._laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        """Book the time since the last lap under `name`, beside what is there."""
        now = time.perf_counter()
        self._laps[name] = self._laps.get(name, 0.0) + (now - self._last) * 1000
        self._last = now

    def skip(self) -> None:
        """Leave out the time since the last lap: it was spent waiting for a turn."""
        self._last = time.perf_counter()

    def timings(self) -> Timings:
        return Timings(**self._laps)


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """What a photo holds: its displayed size and its faces, the largest first."""

    width: int
    height: int
    format: str
    faces: tuple[Face, ...]
    timings: Timings

    def check_face(self) -> None:
        """
        Raises:
            NoFace: there is none.
        """
        if not self.faces:
            raise NoFace(f"No face was found in the {self.width} x {self.height} photo.")

    def face(self, index: int) -> Face:
        """One face; the largest is 0.

        Raises:
            InvalidParameter: there are fewer.
        """
        if index >= len(self.faces):
            raise InvalidParameter(
                f"face: {index}; the photo has faces 0 to {len(self.faces) - 1}."
            )
        return self.faces[index]

    def main_face(self) -> Face:
        """The face that a portrait is of.

        Raises:
            PhotoError: there is none, it is one of several, or too poor to tell anyone by.
        """
        if not self.faces:
            raise PhotoError("no face")
        face, *others = self.faces
        if others and face.box.area < _SUBJECT * others[0].box.area:
            raise PhotoError("several faces of like size")
        if face.quality.size < _MIN_WIDTH or face.quality.score < _MIN_SCORE:
            raise PhotoError("face too small or unclear")
        return face
