"""What every front end asks for, answered by Amazon Rekognition.

A face is looked for among AWS's celebrities, and one that is none of them in a collection of the
user's own (`lookalike gallery push` fills it), however unlike the nearest there may be.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from lookalike.aws import images, reading
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
from lookalike.aws.searching import Search
from lookalike.config import Settings
from lookalike.engine import Engine, ModelFacts, Subject
from lookalike.errors import AwsCollectionMissing, NoFace, PhotoError
from lookalike.faces.analyzer import Face, Photo, Timings
from lookalike.faces.image import Image, Limits, decode
from lookalike.faces.models import SFACE
from lookalike.gallery.gallery import Gallery
from lookalike.gallery.members import EVERYONE, Who
from lookalike.similarity import Verdict

_NAME = "Amazon Rekognition"
# Boxes of one face that two operations found overlap at least this much.
_SAME_FACE = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class _Sent:
    """A photo that was looked at, and the JPEG of it that AWS got."""

    image: Image
    data: bytes
    photo: Photo
    known: tuple[tuple[Face, Members], ...] = ()


class AwsEngine:
    """Opens no network of ours; safe to call from several threads."""

    def __init__(self, settings: Settings) -> None:
        """
        Raises:
            AwsError: no region is set, or the credentials cannot be read.
        """
        self.settings = settings
        self.client = Client(settings)
        self.gallery = Gallery.open(settings, SFACE)
        self.contract = "amazon-rekognition"
        self._limits = Limits(settings.max_bytes, settings.max_pixels, settings.max_side)
        self._opening = threading.Lock()
        self._local: Engine | None = None

    @property
    def model(self) -> ModelFacts:
        return ModelFacts(self.contract, _NAME, _NAME, "aws", None)

    @property
    def local(self) -> Engine:
        """Our own networks, opened when first asked for: portraits are enrolled with them."""
        with self._opening:
            if self._local is None:
                self._local = Engine(self.settings, self.gallery)
            return self._local

    def detect(self, photo: bytes, limits: Limits | None = None) -> AwsPhoto:
        """Every face of a photo, the largest first; none is an empty tuple.

        Raises:
            PhotoError: the bytes are not a photo that can be used.
            AwsError: AWS cannot be asked.
        """
        tally = Tally()
        found = self._seen(photo, "photo", tally, limits).photo
        return AwsPhoto(
            found.width, found.height, found.format, found.faces, found.timings, tally.counts()
        )

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
        tally = Tally()
        sent = self._celebrities(photo, tally) if collection is None else None
        sent = sent or self._with_face(photo, "photo", tally)
        compared = [self._with_face(each, "reference", tally) for each in references]
        started = time.perf_counter()
        people = People(self.gallery, who)
        searched = Search(
            self.client, people, collection or self.settings.aws_collection, limit, tally
        )
        known = {id(face): _recognized(told, people) for face, told in sent.known}
        matches = [
            known.get(id(face)) or searched.nearest(face, sent.image) for face in sent.photo.faces
        ]
        if not any(matches) and not references and searched.notice:
            raise AwsCollectionMissing(searched.notice)
        scores = [self._scores(each, sent, tally) for each in compared]
        faces = tuple(
            AwsRankedFace(face, own, tuple(each[place] for each in scores))
            for place, (face, own) in enumerate(zip(sent.photo.faces, matches, strict=True))
        )
        return AwsLookalikes(
            photo=sent.photo,
            faces=faces,
            references=tuple(each.photo for each in compared),
            match_ms=(time.perf_counter() - started) * 1000,
            collection=searched.collection or None,
            notice=searched.notice or searched.unclear,
            calls=tally.counts(),
        )

    def compare(self, source: bytes, target: bytes, limits: Limits | None = None) -> AwsComparison:
        """Compare the largest face of one photo with every face of another.

        Raises:
            PhotoError: a photo cannot be used, or holds no face (NoFace).
            AwsError: AWS cannot be asked.
        """
        tally = Tally()
        one = self._with_face(source, "source", tally, limits)
        other = self._with_face(target, "target", tally, limits)
        scores = self._scores(one, other, tally)
        return AwsComparison(one.photo, other.photo, scores, tally.counts())

    def close(self) -> None:
        self.gallery.close()
        self.client.close()

    def _seen(
        self, data: bytes, subject: Subject, tally: Tally, limits: Limits | None = None
    ) -> _Sent:
        image, sent, decoded = self._prepared(data, subject, limits)
        started = time.perf_counter()
        answer = self.client.call("DetectFaces", tally, Image={"Bytes": sent})
        detected = (time.perf_counter() - started) * 1000
        faces = [reading.face(each, image) for each in answer["FaceDetails"]]
        return _Sent(image, sent, self._photo(image, faces, decoded, detected))

    def _with_face(
        self, data: bytes, subject: Subject, tally: Tally, limits: Limits | None = None
    ) -> _Sent:
        return _not_empty(self._seen(data, subject, tally, limits), subject)

    def _celebrities(self, data: bytes, tally: Tally) -> _Sent:
        image, sent, decoded = self._prepared(data, "photo")
        started = time.perf_counter()
        answer = self.client.call("RecognizeCelebrities", tally, Image={"Bytes": sent})
        detected = (time.perf_counter() - started) * 1000
        known = [(reading.face(each["Face"], image), each) for each in answer["CelebrityFaces"]]
        unknown = [reading.face(each, image) for each in answer["UnrecognizedFaces"]]
        photo = self._photo(image, [*(face for face, _ in known), *unknown], decoded, detected)
        return _not_empty(_Sent(image, sent, photo, tuple(known)), "photo")

    def _prepared(
        self, data: bytes, subject: Subject, limits: Limits | None = None
    ) -> tuple[Image, bytes, float]:
        """The photo, the JPEG to send, and the milliseconds that took."""
        started = time.perf_counter()
        try:
            image = decode(data, limits or self._limits, images.SIDE)
        except PhotoError as error:
            error.subject = subject
            raise
        return image, images.encoded(image.pixels), (time.perf_counter() - started) * 1000

    def _photo(self, image: Image, faces: Sequence[Face], decoded: float, detected: float) -> Photo:
        """The largest faces; AWS does not tell how long its steps took one by one."""
        largest = sorted(faces, key=lambda face: -face.box.width * face.box.height)
        return Photo(
            image.width,
            image.height,
            image.format,
            tuple(largest[: self.settings.max_faces]),
            Timings(decode=decoded, detect=detected, align=0.0, embed=0.0),
        )

    def _scores(self, source: _Sent, target: _Sent, tally: Tally) -> tuple[AwsScore, ...]:
        """The largest face of one against each of the other; 0 where AWS leaves a face out."""
        answer = self.client.call(
            "CompareFaces",
            tally,
            SourceImage={"Bytes": source.data},
            TargetImage={"Bytes": target.data},
            SimilarityThreshold=0,
        )
        told = [
            (reading.read_box(each["Face"]["BoundingBox"], target.image), each["Similarity"])
            for each in answer["FaceMatches"]
        ]
        return tuple(
            AwsScore(
                max((s for b, s in told if reading.overlap(b, f.box) >= _SAME_FACE), default=0.0)
            )
            for f in target.photo.faces
        )


def _recognized(told: Members, people: People) -> tuple[AwsMatch, ...]:
    person = people.celebrity(told)
    score = AwsScore(told["MatchConfidence"], Verdict.SAME_PERSON)
    return (AwsMatch(person, score),) if person else ()


def _not_empty(sent: _Sent, subject: Subject) -> _Sent:
    if not sent.photo.faces:
        error = NoFace(f"No face was found in the {sent.image.width} x {sent.image.height} photo.")
        error.subject = subject
        raise error
    return sent
