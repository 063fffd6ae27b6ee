"""Amazon Rekognition as an engine.

A face is looked for among AWS's celebrities, and one that is none of them in a collection of the
user's own (`lookalike gallery push` fills it), however unlike the nearest there may be.
"""

from __future__ import annotations

import threading
import time

from lookalike.aws import face_details
from lookalike.aws.client import Client, Members
from lookalike.aws.identities import Identities
from lookalike.aws.inquiry import Inquiry
from lookalike.aws.score import AwsScore
from lookalike.aws.search import Search
from lookalike.config import Settings
from lookalike.engine.interface import (
    Calls,
    Comparison,
    Detection,
    Lookalikes,
    Match,
    ModelFacts,
    Order,
    RankedFace,
)
from lookalike.engine.local import LocalEngine
from lookalike.errors import AwsCollectionMissing, NotOffered
from lookalike.faces.image import Limits, Pixels, reduced
from lookalike.faces.models import installed
from lookalike.faces.photo import Face, Photo
from lookalike.faces.pictures.square import face_square
from lookalike.gallery.gallery import Gallery
from lookalike.gallery.people import EVERYONE, Who

_NAME = "Amazon Rekognition"


class AwsEngine:
    """Opens no network of ours; safe to call from several threads."""

    # Photos that wait for AWS; boto3 keeps ten connections.
    at_once = 8

    def __init__(self, settings: Settings) -> None:
        """
        Raises:
            AwsError: no region is set, or the credentials cannot be read.
            InvalidParameter: the endpoint is no web address.
        """
        self.settings = settings
        self.client = Client(settings)
        self.gallery = Gallery.open(settings, installed.embedder(settings))
        self.database = self.gallery.store.database
        self.limits = Limits.of(settings)
        self._opening = threading.Lock()
        self._local: LocalEngine | None = None
        self.model = ModelFacts(
            contract="amazon-rekognition",
            detector=_NAME,
            embedder=_NAME,
            runtime="aws",
            precision=None,
            measures=("Amazon's score",),
        )

    @property
    def local(self) -> LocalEngine:
        """Our own networks, opened when first asked for. They never score what AWS scores."""
        with self._opening:
            if self._local is None:
                self._local = LocalEngine(self.settings, self.gallery)
            return self._local

    @property
    def calls(self) -> Calls:
        """Those that AWS answered since this was opened, by operation."""
        return self.client.total.counts()

    def own(self) -> LocalEngine:
        """Refused: nothing of ours is shown beside scores of AWS.

        Raises:
            NotOffered: always.
        """
        raise NotOffered(
            "This needs our own networks, and this server asks Amazon Rekognition "
            "(LOOKALIKE_ENGINE=aws): their scores are never mixed."
        )

    @property
    def ready(self) -> bool:
        """Whether a photo would be looked at now: no network of ours is needed."""
        return True

    def warm(self) -> None:
        """Nothing is opened before it is asked for."""

    def detect(self, photo: bytes, *, guess: bool = False) -> Detection:
        """Every face of a photo, the largest first; none is an empty tuple.

        Args:
            guess: say how old and of which gender each looks to AWS.

        Raises:
            PhotoError: the bytes are not a photo that can be used.
            AwsError: AWS cannot be asked.
        """
        inquiry = self._inquiry()
        wanted = ("AGE_RANGE", "GENDER") if guess else ("DEFAULT",)
        sent = inquiry.detect(photo, "photo", attributes=wanted)
        guesses = tuple(map(face_details.attributes, sent.told)) if guess else None
        return Detection(sent.photo, self.model, guesses, inquiry.counter.counts())

    def find(
        self,
        photo: bytes,
        references: tuple[bytes, ...] = (),
        *,
        limit: int,
        collection: str | None = None,
        who: Who = EVERYONE,
        order: Order = "identity",
    ) -> Lookalikes[AwsScore]:
        """Who AWS says each face is, else whom of the user's collection it is most like.

        Args:
            collection: look only in this collection of the user's own in AWS.
            who: name only these people.
            order: AWS's own, whatever is asked for.

        Raises:
            PhotoError: a photo cannot be used, or holds no face (NoFace).
            AwsCollectionMissing: AWS knows nobody in the photo, and there is no collection of
                the user's own, or nobody in it; not if references were compared.
            AwsError: AWS cannot be asked.
        """
        inquiry = self._inquiry()
        sent = inquiry.with_face(photo, "photo") if collection else inquiry.recognize(photo)
        compared = [
            inquiry.with_face(each, "reference", number) for number, each in enumerate(references)
        ]
        started = time.perf_counter()
        identities = Identities(self.gallery, who)
        searched = Search(
            self.client,
            identities,
            collection or self.settings.aws_collection,
            limit,
            inquiry.counter,
        )
        matches = [
            _recognized(told, identities) or searched.nearest(face, sent.image)
            for face, told in zip(sent.photo.faces, sent.told, strict=True)
        ]
        if not any(matches) and not references and searched.notice:
            raise AwsCollectionMissing(searched.notice)
        scores = [inquiry.compare(each, sent) for each in compared]
        return Lookalikes(
            photo=sent.photo,
            faces=tuple(
                RankedFace(face, own, tuple(each[place] for each in scores))
                for place, (face, own) in enumerate(zip(sent.photo.faces, matches, strict=True))
            ),
            references=tuple(each.photo for each in compared),
            match_ms=(time.perf_counter() - started) * 1000,
            model=self.model,
            collection=searched.collection or None,
            people=None,
            notice=searched.notice or searched.unclear,
            calls=inquiry.counter.counts(),
        )

    def compare(self, source: bytes, target: bytes) -> Comparison[AwsScore]:
        """Compare the largest face of one photo with every face of another.

        Raises:
            PhotoError: a photo cannot be used, or holds no face (NoFace).
            AwsError: AWS cannot be asked.
        """
        inquiry = self._inquiry()
        one, other = inquiry.with_face(source, "source"), inquiry.with_face(target, "target")
        scores = inquiry.compare(one, other)
        return Comparison(one.photo, other.photo, scores, self.model, inquiry.counter.counts())

    def square(self, data: bytes, photo: Photo, face: Face, side: int) -> Pixels:
        """The picture of a face that was found in a photo; see `Engine`."""
        return face_square(data, photo, face, side, self.limits)

    def reduced(self, data: bytes, side: int) -> Pixels:
        """A photo made smaller; see `Engine`."""
        return reduced(data, self.limits, side)

    def close(self) -> None:
        self.gallery.close()
        self.client.close()

    def _inquiry(self) -> Inquiry:
        return Inquiry(self.client, self.limits, self.settings.max_faces)


def _recognized(told: Members, identities: Identities) -> tuple[Match[AwsScore], ...]:
    """The celebrity that AWS named for a face, if it did, and if they are wanted."""
    person = identities.celebrity(told) if "MatchConfidence" in told else None
    if person is None:
        return ()
    return (Match(person, AwsScore("MatchConfidence", told["MatchConfidence"])),)
