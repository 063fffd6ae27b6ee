"""What every front end asks for: find look-alikes, compare two photos, detect faces.

The page, the JSON API, the command line and the Rekognition API all call this one object.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from threadpoolctl import threadpool_limits

from lookalike.config import Settings
from lookalike.errors import Subject, about
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.attributes import Attributes
from lookalike.faces.image import Limits, Pixels
from lookalike.faces.photo import Face, Photo
from lookalike.faces.square import face_square
from lookalike.faces.vectors import Floats
from lookalike.gallery.gallery import Gallery
from lookalike.gallery.people import EVERYONE, Text, Who
from lookalike.scores.matching import Match, Matcher
from lookalike.scores.notes import notes
from lookalike.scores.similarity import Score, calibration_of


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What looks at the photos.

    Attributes:
        contract: what vectors depend on: model and preprocessing.
        precision: None where nobody tells.
        calibrated: whether both scores were fitted to the model; None where they are not ours.
        notes: what is to be known of answers with it.
    """

    contract: str
    detector: str
    embedder: str
    runtime: str
    precision: str | None
    calibrated: bool | None = None
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class RankedFace:
    """A face of the photo with its nearest people, and its score against each reference."""

    face: Face
    matches: tuple[Match, ...]
    references: tuple[Score, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Lookalikes:
    """The answer to a photo: its faces, the largest first; `references` in the order given."""

    photo: Photo
    faces: tuple[RankedFace, ...]
    references: tuple[Photo, ...]
    match_ms: float


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """The largest face of the source against every face of the target.

    Attributes:
        scores: one for each face of `target.faces`, in that order.
    """

    source: Photo
    target: Photo
    scores: tuple[Score, ...]


class Engine:
    """Opens the networks and the gallery once; safe to call from several threads."""

    def __init__(self, settings: Settings, gallery: Gallery | None = None) -> None:
        self.settings = settings
        # Threads of numpy's that wait for a core that another worker has cost more than they gain.
        threadpool_limits(settings.threads, user_api="blas")
        self.analyzer = Analyzer(settings)
        self.limits = self.analyzer.limits
        self.gallery = gallery or Gallery.open(settings, self.analyzer.embedder)
        self.database = self.gallery.store.database
        self.contract = self.analyzer.embedder.contract
        self.calibration = calibration_of(self.analyzer.embedder)
        self.matcher = Matcher(self.gallery, self.calibration)

    @property
    def model(self) -> ModelFacts:
        return ModelFacts(
            contract=self.contract,
            detector=self.analyzer.finder.model.name,
            embedder=self.analyzer.embedder.model.name,
            runtime=self.settings.runtime,
            precision=self.settings.precision,
            calibrated=self.calibration.fitted,
            notes=notes(self.calibration),
        )

    @property
    def local(self) -> Engine:
        """Itself: our networks, whichever engine looks at photos."""
        return self

    @property
    def calls(self) -> dict[str, int]:
        """Calls to AWS: none."""
        return {}

    def detect(self, photo: bytes, limits: Limits | None = None) -> Photo:
        """Every face of a photo, the largest first; none is an empty tuple.

        Raises:
            PhotoError: the bytes are not a photo that can be used.
        """
        return self.analyzer.analyze(photo, limits)

    def guess(self, photo: bytes) -> tuple[Photo, tuple[Attributes, ...]]:
        """`detect`, and how old and of which gender each of the faces looks.

        Raises:
            PhotoError: the bytes are not a photo that can be used.
        """
        found = self.detect(photo)
        return found, self.analyzer.attributes(found.faces)

    def find(
        self,
        photo: bytes,
        references: tuple[bytes, ...] = (),
        *,
        limit: int,
        collection: str | None = None,
        who: Who = EVERYONE,
    ) -> Lookalikes:
        """Rank the gallery for every face, and compare it with each reference's largest face.

        Args:
            who: rank only these people.

        Raises:
            PhotoError: a photo cannot be used, or holds no face (NoFace).
            CollectionNotFound: there is no such collection.
        """
        analyzed = self.faces(photo, "photo")
        compared = tuple(
            self.faces(each, "reference", number) for number, each in enumerate(references)
        )
        started = time.perf_counter()
        faces = tuple(
            RankedFace(
                face=face,
                matches=self.matcher.rank(face.embedding, limit, collection, who),
                references=self._compared(face, compared),
            )
            for face in analyzed.faces
        )
        return Lookalikes(analyzed, faces, compared, (time.perf_counter() - started) * 1000)

    def compare(self, source: bytes, target: bytes, limits: Limits | None = None) -> Comparison:
        """Compare the largest face of one photo with every face of another.

        Raises:
            PhotoError: a photo cannot be used, or holds no face (NoFace).
        """
        one = self.faces(source, "source", limits=limits)
        other = self.faces(target, "target", limits=limits)
        probe = one.faces[0].embedding
        scores = tuple(self.matcher.compare(probe, face.embedding) for face in other.faces)
        return Comparison(one, other, scores)

    def faces(
        self,
        data: bytes,
        subject: Subject,
        number: int | None = None,
        limits: Limits | None = None,
    ) -> Photo:
        """A photo with a face in it; an error says which photo of a request it was.

        Args:
            number: of several photos of that subject, from 0.

        Raises:
            PhotoError: it cannot be used, or holds no face (NoFace).
        """
        with about(subject, number):
            photo = self.analyzer.analyze(data, limits)
            photo.check_face()
        return photo

    def face(self, data: bytes, index: int, subject: Subject = "photo") -> Face:
        """One face of a photo; the largest is 0.

        Raises:
            PhotoError: it cannot be used, or holds no face (NoFace).
            InvalidParameter: it has fewer faces.
        """
        return self.faces(data, subject).face(index)

    def portrait(self, photo: bytes) -> Floats:
        """The embedding of the face that a portrait is of.

        Raises:
            PhotoError: it cannot be used, or holds no face or several of like size.
        """
        return self.detect(photo).main_face().embedding

    def framed_portrait(self, photo: bytes, side: int) -> Pixels:
        """The (side, side, 3) picture of the face that a portrait is of.

        Raises:
            PhotoError: it cannot be used, or holds no face or several of like size.
        """
        found = self.detect(photo)
        return face_square(photo, found, found.main_face(), side, self.limits)

    def close(self) -> None:
        self.gallery.close()

    def _compared(self, face: Face, references: tuple[Photo, ...]) -> tuple[Score, ...]:
        return tuple(
            self.matcher.compare(face.embedding, each.faces[0].embedding) for each in references
        )
