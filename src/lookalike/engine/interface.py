"""What an engine is: what all front ends ask, and the data that they are answered with.

Our own networks (`local`) and Amazon Rekognition (`lookalike.aws.engine`) are engines. They answer
alike, each with scores of its own type, so that none is ever taken for the other's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, Literal, Protocol, TypeVar

from lookalike.gallery.people import EVERYONE, Person, Text, Who

if TYPE_CHECKING:
    from lookalike.config import Settings
    from lookalike.database.database import Database
    from lookalike.engine.local import LocalEngine
    from lookalike.faces.appearance.appearance import Appearance
    from lookalike.faces.attributes import Attributes
    from lookalike.faces.image import Limits, Pixels
    from lookalike.faces.photo import Face, Photo
    from lookalike.faces.vectors import Floats
    from lookalike.gallery.gallery import Gallery
    from lookalike.scores.standing import Standing

# Calls that a service answered, by operation; none where our own networks looked.
Calls = dict[str, int]
# How look-alikes are put into order: by the identity score, or by the whole look (`scores.look`).
Order = Literal["identity", "look"]
# The collection of people whom Amazon Rekognition named and no gallery of ours holds.
ELSEWHERE = "aws"


class AnyScore(Protocol):
    """How alike two faces are, for whoever only hands it on: of either engine."""

    @property
    def texts(self) -> tuple[str, ...]:
        """As a terminal shows it: one for each of `ModelFacts.measures`."""


S = TypeVar("S", bound=AnyScore, covariant=True)


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What looks at the photos.

    Attributes:
        contract: what vectors depend on: model and preprocessing.
        precision: None where nobody tells.
        measures: what the numbers of a score are called.
        calibrated: whether both scores were fitted to the model; None where they are not ours.
        notes: what is to be known of answers with it.
    """

    contract: str
    detector: str
    embedder: str
    runtime: str
    precision: str | None
    measures: tuple[str, ...]
    calibrated: bool | None = None
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Match(Generic[S]):
    """A person and how alike they are to a face."""

    person: Person
    score: S


@dataclass(frozen=True, slots=True, eq=False)
class RankedFace(Generic[S]):
    """A face of the photo with the people most like it, the most alike first.

    Attributes:
        references: its score against the largest face of each reference.
        order: of `matches`.
        standing: of the first of `matches`; None where nobody tells.
    """

    face: Face
    matches: tuple[Match[S], ...]
    references: tuple[S, ...]
    order: Order = "identity"
    standing: Standing | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """What a face is searched for by.

    Attributes:
        embedding: (dimension,), of length 1.
        appearance: how it looks, to put people into that order; None: by identity.
        enough: whether enough of it shows to tell who it is.
    """

    embedding: Floats
    appearance: Appearance | None
    enough: bool


def probe(face: Face) -> Probe:
    return Probe(face.embedding, face.appearance, face.enough)


@dataclass(frozen=True, slots=True)
class Ranking(Generic[S]):
    """The people most like a face in order, and where the first stands among the best matches of
    strangers; None where nobody tells."""

    matches: tuple[Match[S], ...]
    order: Order
    standing: Standing | None


@dataclass(frozen=True, slots=True, eq=False)
class Lookalikes(Generic[S]):
    """The answer to a photo: its faces, the largest first; `references` in the order given.

    Attributes:
        collection: where people were looked for; None: everywhere, or nowhere.
        people: how many were looked among; None where nobody tells.
        notice: why some face has nobody, and what to do about it.
    """

    photo: Photo
    faces: tuple[RankedFace[S], ...]
    references: tuple[Photo, ...]
    match_ms: float
    model: ModelFacts
    collection: str | None
    people: int | None
    notice: str | None = None
    calls: Calls = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Comparison(Generic[S]):
    """The largest face of the source against every face of the target.

    Attributes:
        scores: one for each face of `target.faces`, in that order.
    """

    source: Photo
    target: Photo
    scores: tuple[S, ...]
    model: ModelFacts
    calls: Calls = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """Every face of a photo, the largest first.

    Attributes:
        guesses: how old and of which gender each of them looks; None: that was not asked.
    """

    photo: Photo
    model: ModelFacts
    guesses: tuple[Attributes, ...] | None = None
    calls: Calls = field(default_factory=dict)


class Engine(Protocol):
    """Safe to call from several threads.

    Attributes:
        at_once: how many photos may be under way at a time in one process.
    """

    at_once: int

    @property
    def settings(self) -> Settings: ...

    @property
    def gallery(self) -> Gallery: ...

    @property
    def database(self) -> Database: ...

    @property
    def limits(self) -> Limits: ...

    @property
    def model(self) -> ModelFacts: ...

    @property
    def calls(self) -> Calls:
        """Those that a service answered since the engine was opened."""

    @property
    def local(self) -> LocalEngine:
        """Our own networks, whichever engine this is: for Rekognition's API and for portraits."""

    def own(self) -> LocalEngine:
        """Our own networks if they are this engine: for explanations, matrices and cards.

        Raises:
            NotOffered: they are not, and nothing of theirs is shown beside its scores.
        """

    @property
    def ready(self) -> bool:
        """Whether a photo would be looked at now."""

    def warm(self) -> None:
        """Open now what the first photo needs."""

    def detect(self, photo: bytes, *, guess: bool = False) -> Detection:
        """Every face of a photo; none is an empty tuple.

        Args:
            guess: say how old and of which gender each looks.

        Raises:
            PhotoError: the bytes are not a photo that can be used.
            AwsError: AWS cannot be asked.
        """

    def find(
        self,
        photo: bytes,
        references: tuple[bytes, ...] = (),
        *,
        limit: int,
        collection: str | None = None,
        who: Who = EVERYONE,
        order: Order = "identity",
    ) -> Lookalikes[AnyScore]:
        """The people most like each face, and how alike each reference's largest face is.

        Args:
            collection: look only there.
            who: rank only these people.
            order: that of the people; by identity where the other cannot be had.

        Raises:
            PhotoError: a photo cannot be used, or holds no face (NoFace).
            CollectionNotFound: there is no such collection.
            AwsError: AWS cannot be asked, or knows nobody (AwsCollectionMissing).
        """

    def compare(self, source: bytes, target: bytes) -> Comparison[AnyScore]:
        """The largest face of one photo against every face of another.

        Raises:
            PhotoError: a photo cannot be used, or holds no face (NoFace).
            AwsError: AWS cannot be asked.
        """

    def square(self, data: bytes, photo: Photo, face: Face, side: int) -> Pixels:
        """The (side, side, 3) uint8 RGB picture of a face that was found in a photo.

        Raises:
            PhotoError: the bytes are not a photo that can be used.
        """

    def reduced(self, data: bytes, side: int) -> Pixels:
        """A photo with at most `side` pixels on its longer side, (height, width, 3) uint8 RGB.

        Raises:
            PhotoError: the bytes are not a photo that can be used.
        """

    def close(self) -> None: ...
