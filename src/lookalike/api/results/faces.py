"""Results about the faces of photos: where they are, whom they are like, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from lookalike.api.results import notebook
from lookalike.api.results.people import Match, Name, Score
from lookalike.api.results.result import Result
from lookalike.faces.vectors import Floats


@dataclass(frozen=True, slots=True)
class Box(Result):
    """In pixels of the photo as displayed; may leave it."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Point(Result):
    """In pixels of the photo as displayed."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Landmarks(Result):
    """Left and right are those of the picture."""

    left_eye: Point
    right_eye: Point
    nose: Point
    mouth_left: Point
    mouth_right: Point


@dataclass(frozen=True, slots=True)
class Pose(Result):
    """Degrees: yaw to the right of the picture, pitch up, roll clockwise."""

    yaw: float
    pitch: float
    roll: float


@dataclass(frozen=True, slots=True)
class Quality(Result):
    """How usable a face is.

    Attributes:
        score: the detector's confidence, 0 to 1.
        size: width of the face in pixels of the photo.
        sharpness: 0 (blurred) to 100.
        brightness: 0 (black) to 100.
    """

    score: float
    size: float
    sharpness: float
    brightness: float
    pose: Pose


@dataclass(frozen=True, slots=True)
class Coverage(Result):
    """How much of a face shows.

    Attributes:
        sunglasses, mask: how surely they are worn, 0 to 1.
        human: whether it is a photo of a human face; not: an animal, a drawing, a statue.
        enough: whether enough shows to tell who it is.
        hindrances: why not: `sunglasses`, `mask`, `covered`, `tiny`, `blurred`.
    """

    sunglasses: float
    mask: float
    human: bool
    enough: bool
    hindrances: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Face(Result):
    """One face of a photo.

    Attributes:
        index: its number in the photo; 0 is the largest.
    """

    index: int
    box: Box
    landmarks: Landmarks
    quality: Quality
    coverage: Coverage | None

    def __repr__(self) -> str:
        box = self.box
        place = f"{box.width:.0f} x {box.height:.0f} pixels at ({box.left:.0f}, {box.top:.0f})"
        return f"{type(self).__name__}({self.index}: {place}{self._more})"

    @property
    def _more(self) -> str:
        """What the text of it says beside where it is."""
        return ""


@dataclass(frozen=True, slots=True)
class Guess(Result):
    """How a picture looks to a network, which is not who somebody is.

    Attributes:
        age_low, age_high: years, 0 to 80.
        female: how likely, 0 to 1; the rest is male.
    """

    age_low: int
    age_high: int
    female: float


@dataclass(frozen=True, slots=True, repr=False)
class DetectedFace(Face):
    """
    Attributes:
        guess: None unless it was asked for.
    """

    guess: Guess | None

    @property
    def _more(self) -> str:
        return f", looks {self.guess.age_low} to {self.guess.age_high}" if self.guess else ""


@dataclass(frozen=True, slots=True, repr=False)
class ComparedFace(Face):
    """
    Attributes:
        score: how alike it is to the largest face of the source.
    """

    score: Score

    @property
    def _more(self) -> str:
        return f", similarity {self.score.similarity:.1f}, {self.score.verdict}"


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class EmbeddedFace(Face):
    """
    Attributes:
        embedding: (dimension,) float32 of length 1; the cosine of two is how alike they are.
    """

    embedding: Floats

    @property
    def _more(self) -> str:
        return f", embedding of {len(self.embedding)} numbers"


@dataclass(frozen=True, slots=True)
class Standing(Result):
    """How the best match compares with other people's best matches among the same people.

    Attributes:
        share: of strangers whose best match is weaker, 0 to 1.
    """

    share: float


@dataclass(frozen=True, slots=True, repr=False)
class MatchedFace(Face):
    """A face and the people most like it.

    Attributes:
        people: the most alike first; empty only if nobody was looked among.
        references: one for each reference photo, in the order given.
        order: of `people`: `identity` goes by similarity, `look` by face, shape and hair together.
        standing: of the first of `people`; None where there is nobody, or nothing tells.
    """

    people: tuple[Match, ...]
    references: tuple[Score, ...]
    order: str
    standing: Standing | None

    @property
    def _more(self) -> str:
        if not self.people:
            return ", like nobody"
        best = self.people[0]
        return f", most like {best.label}: {best.score.similarity:.1f}, {best.score.verdict}"


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
        told = (f"{each.name} {each.weight:.0%}" for each in self.regions)
        return notebook.faces(self._photo, [self.face.box], ["<br>".join(told)])


def _told(result: Result, photo: Photo, faces: Sequence[Face]) -> str:
    """A line for the photo, and one for each face."""
    count = f"{len(faces) or 'no'} face{'' if len(faces) == 1 else 's'}"
    lines = [f"{type(result).__name__}({photo}, {count})", *map(repr, faces)]
    return "\n  ".join(lines)


def _faces(photo: bytes, faces: Sequence[Face]) -> str:
    return notebook.faces(photo, [each.box for each in faces], (str(each) for each in faces))
