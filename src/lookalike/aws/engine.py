"""What every front end asks for, answered by Amazon Rekognition.

A face is looked for among AWS's celebrities, and one that is none of them in a collection of the
user's own (`lookalike gallery push` fills it), however unlike the nearest there may be.
"""

from __future__ import annotations

import threading
import time

from lookalike.aws import shapes
from lookalike.aws.answers import (
    AwsComparison,
    AwsLookalikes,
    AwsMatch,
    AwsPhoto,
    AwsRankedFace,
    AwsScore,
)
from lookalike.aws.client import Client, Members, Tally
from lookalike.aws.people import People
from lookalike.aws.photos import Look
from lookalike.aws.search import Search
from lookalike.config import Settings
from lookalike.engine.local import Engine, ModelFacts
from lookalike.errors import AwsCollectionMissing
from lookalike.faces.attributes import Attributes
from lookalike.faces.image import Limits
from lookalike.faces.models import installed
from lookalike.faces.photo import Photo
from lookalike.gallery.gallery import Gallery
from lookalike.gallery.people import EVERYONE, Who

_NAME = "Amazon Rekognition"


class AwsEngine:
    """Opens no network of ours; safe to call from several threads."""

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
        self.contract = "amazon-rekognition"
        self.limits = Limits.of(settings)
        self._opening = threading.Lock()
        self._local: Engine | None = None

    @property
    def model(self) -> ModelFacts:
        return ModelFacts(self.contract, _NAME, _NAME, "aws", None)

    @property
    def local(self) -> Engine:
        """Our own networks, opened when first asked for. They never score what AWS scores."""
        with self._opening:
            if self._local is None:
                self._local = Engine(self.settings, self.gallery)
            return self._local

    @property
    def calls(self) -> dict[str, int]:
        """Those that AWS answered since this was opened, by operation."""
        return self.client.total.counts()

    def detect(self, photo: bytes, limits: Limits | None = None) -> AwsPhoto:
        """Every face of a photo, the largest first; none is an empty tuple.

        Raises:
            PhotoError: the bytes are not a photo that can be used.
            AwsError: AWS cannot be asked.
        """
        look = self._look(limits)
        return _counted(look.detect(photo, "photo").photo, look.tally)

    def guess(self, photo: bytes) -> tuple[AwsPhoto, tuple[Attributes, ...]]:
        """`detect`, and how old and of which gender each of the faces looks to AWS.

        Raises:
            PhotoError: the bytes are not a photo that can be used.
            AwsError: AWS cannot be asked.
        """
        look = self._look()
        sent = look.detect(photo, "photo", attributes=("AGE_RANGE", "GENDER"))
        return _counted(sent.photo, look.tally), tuple(map(shapes.attributes, sent.told))

    def find(
        self,
        photo: bytes,
        references: tuple[bytes, ...] = (),
        *,
        limit: int,
        collection: str | None = None,
        who: Who = EVERYONE,
    ) -> AwsLookalikes:
        """Who AWS says each face is, else whom of the user's collection it is most like.

        Args:
            collection: look only in this collection of the user's own in AWS.
            who: name only these people.

        Raises:
            PhotoError: a photo cannot be used, or holds no face (NoFace).
            AwsCollectionMissing: AWS knows nobody in the photo, and there is no collection of
                the user's own, or nobody in it; not if references were compared.
            AwsError: AWS cannot be asked.
        """
        look = self._look()
        sent = look.with_face(photo, "photo") if collection else look.recognize(photo)
        compared = [
            look.with_face(each, "reference", number) for number, each in enumerate(references)
        ]
        started = time.perf_counter()
        people = People(self.gallery, who)
        searched = Search(
            self.client, people, collection or self.settings.aws_collection, limit, look.tally
        )
        matches = [
            _recognized(told, people) or searched.nearest(face, sent.image)
            for face, told in zip(sent.photo.faces, sent.told, strict=True)
        ]
        if not any(matches) and not references and searched.notice:
            raise AwsCollectionMissing(searched.notice)
        scores = [look.compare(each, sent) for each in compared]
        return AwsLookalikes(
            photo=sent.photo,
            faces=tuple(
                AwsRankedFace(face, own, tuple(each[place] for each in scores))
                for place, (face, own) in enumerate(zip(sent.photo.faces, matches, strict=True))
            ),
            references=tuple(each.photo for each in compared),
            match_ms=(time.perf_counter() - started) * 1000,
            collection=searched.collection or None,
            notice=searched.notice or searched.unclear,
            calls=look.tally.counts(),
        )

    def compare(self, source: bytes, target: bytes, limits: Limits | None = None) -> AwsComparison:
        """Compare the largest face of one photo with every face of another.

        Raises:
            PhotoError: a photo cannot be used, or holds no face (NoFace).
            AwsError: AWS cannot be asked.
        """
        look = self._look(limits)
        one, other = look.with_face(source, "source"), look.with_face(target, "target")
        scores = look.compare(one, other)
        return AwsComparison(one.photo, other.photo, scores, look.tally.counts())

    def close(self) -> None:
        self.gallery.close()
        self.client.close()

    def _look(self, limits: Limits | None = None) -> Look:
        return Look(self.client, limits or self.limits, self.settings.max_faces)


# What the page, the JSON API and the command line ask. The two answer the same questions, each
# with scores of its own type, so that none is taken for the other's.
AnyEngine = Engine | AwsEngine


def _counted(photo: Photo, tally: Tally) -> AwsPhoto:
    return AwsPhoto(
        photo.width, photo.height, photo.format, photo.faces, photo.timings, tally.counts()
    )


def _recognized(told: Members, people: People) -> tuple[AwsMatch, ...]:
    """The celebrity that AWS named for a face, if it did, and if they are wanted."""
    person = people.celebrity(told) if "MatchConfidence" in told else None
    if person is None:
        return ()
    return (AwsMatch(person, AwsScore("MatchConfidence", told["MatchConfidence"])),)
