"""Results about photos: their faces, whom these are like, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from lookalike.api.results import notebook
from lookalike.api.results.faces import (
    ComparedFace,
    DetectedFace,
    EmbeddedFace,
    Face,
    MatchedFace,
)
from lookalike.api.results.people import Name, Score
from lookalike.api.results.result import Result


@dataclass(frozen=True, slots=True)
class Photo(Result):
    """
    Attributes:
        width, height: in pixels, as displayed.
        format: `JPEG`, `PNG`, `WebP`, `HEIC` or `AVIF`.
    """

    width: int
    height: int
    format: str

    def __str__(self) -> str:
        return f"{self.width} x {self.height} {self.format}"


@dataclass(frozen=True, slots=True)
class Reference(Result):
    """A photo that others were compared with; its first face, the largest, is the one."""

    photo: Photo
    faces: tuple[Face, ...]


@dataclass(frozen=True, slots=True)
class Model(Result):
    """What looked at the photo.

    Attributes:
        contract: what embeddings depend on: model and preprocessing. Those of different contracts
            cannot be compared.
        calibrated: whether both scores were fitted to it.
        notes: what is to be known of answers with it.
    """

    contract: str
    detector: str
    embedder: str
    runtime: str
    precision: str | None
    calibrated: bool | None
    notes: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Searched(Result):
    """
    Attributes:
        collection: None: all of them.
        people: how many were looked among.
    """

    collection: str | None
    people: int | None


@dataclass(frozen=True, slots=True)
class Timings(Result):
    """Milliseconds of each step on the photo; waiting and references are not counted."""

    decode: float
    detect: float
    mesh: float
    align: float
    embed: float
    appearance: float
    match: float
    total: float


@dataclass(frozen=True, slots=True, repr=False)
class Lookalikes(Result):
    """The people most like each face of a photo.

    Attributes:
        faces: the largest first.
        references: in the order given.
        gallery: who was looked among.
    """

    photo: Photo
    faces: tuple[MatchedFace, ...]
    references: tuple[Reference, ...]
    model: Model
    gallery: Searched
    timings_ms: Timings = field(compare=False)
    _photo: bytes = field(default=b"", compare=False)

    def __repr__(self) -> str:
        return _told(self, self.photo, self.faces)

    def _repr_html_(self) -> str:
        rows = (
            "<br>".join(notebook.match(each) for each in face.people[:5]) or "like nobody"
            for face in self.faces
        )
        return notebook.faces(self._photo, [each.box for each in self.faces], rows)


@dataclass(frozen=True, slots=True, repr=False)
class Comparison(Result):
    """The largest face of one photo against every face of another.

    Attributes:
        source: the photo that the faces are compared with.
        faces: those of `target`, the largest first.
    """

    source: Reference
    target: Photo
    faces: tuple[ComparedFace, ...]
    model: Model
    timings_ms: Timings = field(compare=False)
    _source: bytes = field(default=b"", compare=False)
    _target: bytes = field(default=b"", compare=False)

    def __repr__(self) -> str:
        return _told(self, self.target, self.faces)

    def _repr_html_(self) -> str:
        source = notebook.faces(self._source, [self.source.faces[0].box], ["compared with:"])
        rows = (notebook.score(each.score) for each in self.faces)
        return source + notebook.faces(self._target, [each.box for each in self.faces], rows)


@dataclass(frozen=True, slots=True, repr=False)
class Detection(Result):
    """Every face of a photo, the largest first; a photo without one has none."""

    photo: Photo
    faces: tuple[DetectedFace, ...]
    model: Model
    timings_ms: Timings = field(compare=False)
    _photo: bytes = field(default=b"", compare=False)

    def __repr__(self) -> str:
        return _told(self, self.photo, self.faces)

    def _repr_html_(self) -> str:
        return _faces(self._photo, self.faces)


@dataclass(frozen=True, slots=True, repr=False)
class Embeddings(Result):
    """Every face of a photo with its embedding, the largest first."""

    photo: Photo
    faces: tuple[EmbeddedFace, ...]
    model: Model
    _photo: bytes = field(default=b"", compare=False)

    def __repr__(self) -> str:
        return _told(self, self.photo, self.faces)

    def _repr_html_(self) -> str:
        return _faces(self._photo, self.faces)


@dataclass(frozen=True, slots=True)
class Weight(Result):
    """
    Attributes:
        name: `forehead`, `brows`, `eyes`, `nose`, `cheeks`, `mouth` or `jaw`.
        weight: what that region carries of the whole resemblance, 0 to 1.
    """

    name: str
    weight: float


@dataclass(frozen=True, slots=True)
class Grid(Result):
    """Where on the aligned face a resemblance lies.

    Attributes:
        size: side of the aligned crop, in pixels; its landmarks lie at ArcFace's five points.
        values: row by row, 0 (carries nothing) to 1 (the most).
    """

    size: int
    rows: int
    columns: int
    values: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True, repr=False)
class Explanation(Result):
    """Which regions of a face carry its resemblance to another.

    Attributes:
        face: the one that is explained.
        regions: the heaviest first; they add up to 1.
    """

    face: Face
    regions: tuple[Weight, ...]
    grid: Grid
    score: Score
    model: Model
    _photo: bytes = field(default=b"", compare=False)

    def __repr__(self) -> str:
        told = ", ".join(f"{each.name} {each.weight:.0%}" for each in self.regions[:3])
        return f"Explanation({told}, …; {self.score.verdict})"

    def _repr_html_(self) -> str:
        told = (notebook.text(f"{each.name} {each.weight:.0%}") for each in self.regions)
        return notebook.faces(self._photo, [self.face.box], ["<br>".join(told)])


def _told(result: Result, photo: Photo, faces: Sequence[Face]) -> str:
    """A line for the photo, and one for each face."""
    count = f"{len(faces) or 'no'} face{'' if len(faces) == 1 else 's'}"
    lines = [f"{type(result).__name__}({photo}, {count})", *map(repr, faces)]
    return "\n  ".join(lines)


def _faces(photo: bytes, faces: Sequence[Face]) -> str:
    return notebook.faces(
        photo, [each.box for each in faces], (notebook.text(repr(each)) for each in faces)
    )
