"""What one request asks AWS about its photos: DetectFaces, RecognizeCelebrities, CompareFaces."""

from __future__ import annotations

import time
from dataclasses import dataclass

from lookalike.aws import face_details, image_bytes
from lookalike.aws.client import CallCounter, Client, Members
from lookalike.aws.score import AwsScore
from lookalike.errors import Subject, about
from lookalike.faces.geometry import Box
from lookalike.faces.image import Image, Limits, decode
from lookalike.faces.photo import Photo, Timings

# Boxes of one face that two operations found overlap at least this much.
_SAME_FACE = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Sent:
    """A photo that was looked at.

    Attributes:
        data: the JPEG of it that AWS got.
        told: what AWS said of each face of `photo`: a FaceDetail, ComparedFace or Celebrity.
    """

    image: Image
    data: bytes
    photo: Photo
    told: tuple[Members, ...]


class Inquiry:
    """Asks about the photos of one request; `counter` counts the calls."""

    def __init__(self, client: Client, limits: Limits, most_faces: int) -> None:
        self.counter = CallCounter()
        self._client = client
        self._limits = limits
        self._most_faces = most_faces

    def detect(
        self,
        data: bytes,
        subject: Subject,
        number: int | None = None,
        attributes: tuple[str, ...] = ("DEFAULT",),
    ) -> Sent:
        """DetectFaces; none is no error.

        Args:
            number: of several photos of that subject, from 0.

        Raises:
            PhotoError: the bytes are not a photo that can be used.
            AwsError: AWS cannot be asked.
        """
        image, jpeg, decoded = self._prepared(data, subject, number)
        started = time.perf_counter()
        answer = self._call("DetectFaces", Image={"Bytes": jpeg}, Attributes=list(attributes))
        return self._sent(image, jpeg, answer["FaceDetails"], _timings(decoded, started))

    def with_face(self, data: bytes, subject: Subject, number: int | None = None) -> Sent:
        """`detect`, where a photo without a face cannot be used.

        Raises:
            PhotoError: the bytes are not a photo that can be used, or hold no face (NoFace).
            AwsError: AWS cannot be asked.
        """
        with about(subject, number):
            return _not_empty(self.detect(data, subject, number))

    def recognize(self, data: bytes) -> Sent:
        """RecognizeCelebrities.

        Raises:
            PhotoError: the bytes are not a photo that can be used, or hold no face (NoFace).
            AwsError: AWS cannot be asked.
        """
        image, jpeg, decoded = self._prepared(data, "photo")
        started = time.perf_counter()
        answer = self._call("RecognizeCelebrities", Image={"Bytes": jpeg})
        told = [*answer["CelebrityFaces"], *answer["UnrecognizedFaces"]]
        return _not_empty(self._sent(image, jpeg, told, _timings(decoded, started)))

    def compare(self, source: Sent, target: Sent) -> tuple[AwsScore, ...]:
        """CompareFaces: the largest face of one against each of the other; 0 where AWS leaves a
        face out.

        Raises:
            AwsError: AWS cannot be asked.
        """
        answer = self._call(
            "CompareFaces",
            SourceImage={"Bytes": source.data},
            TargetImage={"Bytes": target.data},
            SimilarityThreshold=0,
        )
        told = [
            (face_details.box(each["Face"], target.image), each["Similarity"])
            for each in answer["FaceMatches"]
        ]

        def score(box: Box) -> float:
            same = (value for other, value in told if box.overlap(other) >= _SAME_FACE)
            return max(same, default=0.0)

        return tuple(AwsScore("Similarity", score(face.box)) for face in target.photo.faces)

    def _prepared(
        self, data: bytes, subject: Subject, number: int | None = None
    ) -> tuple[Image, bytes, float]:
        """The photo, the JPEG to send, and the milliseconds that took."""
        started = time.perf_counter()
        with about(subject, number):
            image = decode(data, self._limits, image_bytes.SIDE)
        return image, image_bytes.encoded(image.pixels), (time.perf_counter() - started) * 1000

    def _sent(self, image: Image, jpeg: bytes, told: list[Members], timings: Timings) -> Sent:
        """The largest faces first."""
        seen = [(face_details.face(each.get("Face", each), image), each) for each in told]
        seen.sort(key=lambda pair: -pair[0].box.area)
        seen = seen[: self._most_faces]
        faces = tuple(face for face, _ in seen)
        photo = Photo(image.width, image.height, image.format, faces, timings)
        return Sent(image, jpeg, photo, tuple(each for _, each in seen))

    def _call(self, operation: str, **members: object) -> Members:
        return self._client.call(operation, self.counter, **members)


def _timings(decoded: float, started: float) -> Timings:
    """AWS does not tell how long its steps took one by one."""
    detected = (time.perf_counter() - started) * 1000
    return Timings(decode=decoded, detect=detected, mesh=0.0, align=0.0, embed=0.0)


def _not_empty(sent: Sent) -> Sent:
    sent.photo.check_face()
    return sent
