"""Results about single faces: where they are, how usable, and whom they are like."""

from __future__ import annotations

from dataclasses import dataclass

from lookalike.api.results.people import Match, Score
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
