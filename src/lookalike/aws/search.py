"""Faces that are no celebrity, looked for in a collection of the user's own."""

from __future__ import annotations

from lookalike.aws import image_bytes
from lookalike.aws.client import CallCounter, Client, Members
from lookalike.aws.identities import Identities
from lookalike.aws.score import AwsScore
from lookalike.engine.interface import Match
from lookalike.errors import AwsCollectionMissing, AwsError
from lookalike.faces.image import Image
from lookalike.faces.photo import Face

# AWS's own maximum: a person has several portraits, and some may be of nobody asked for. A call
# costs the same.
_MOST_FACES = 4096


class Search:
    """A collection of the user's own, as the faces of one photo are looked for in it."""

    def __init__(
        self,
        client: Client,
        identities: Identities,
        collection: str,
        limit: int,
        counter: CallCounter,
    ) -> None:
        self._client = client
        self._identities = identities
        self.collection = collection
        self._limit = limit
        self._counter = counter
        # Why nobody can be found there, and why a face was not looked for.
        self.notice: str | None = None
        self.unclear: str | None = None

    def nearest(self, face: Face, image: Image) -> tuple[Match[AwsScore], ...]:
        """The people most like a face, by the likest of their portraits."""
        if not self.collection:
            self.notice = (
                "Amazon Rekognition names nobody for a face of the photo, and no collection of "
                "your own is set. Fill one with `lookalike gallery push` and name it in "
                "LOOKALIKE_AWS_COLLECTION."
            )
            return ()
        told = self._faces(image_bytes.cut_out(image, face.box))
        best: dict[str, Match[AwsScore]] = {}
        for each in told:
            person = self._identities.indexed(each["Face"])
            if person:
                score = AwsScore("Similarity", each["Similarity"])
                best.setdefault(person.id, Match(person, score))
        return tuple(best.values())[: self._limit]

    def _faces(self, data: bytes) -> list[Members]:
        """FaceMatches in falling similarity; none where AWS finds no face in the cut-out."""
        try:
            answer = self._client.call(
                "SearchFacesByImage",
                self._counter,
                CollectionId=self.collection,
                Image={"Bytes": data},
                FaceMatchThreshold=0,
                MaxFaces=_MOST_FACES,
            )
        except AwsCollectionMissing:
            self.notice = (
                f"Amazon Rekognition has no collection {self.collection!r} of your own in this "
                f"region. {_fill(self.collection)}"
            )
            return []
        except AwsError as error:
            if error.aws_code != "InvalidParameterException":
                raise
            self.unclear = (
                "Amazon Rekognition names nobody for a face of the photo, and finds it too small "
                f"or unclear to look for it in {self.collection!r}."
            )
            return []
        told: list[Members] = answer["FaceMatches"]
        if not told:
            self.notice = (
                f"Your collection {self.collection!r} in Amazon Rekognition has nobody in it. "
                f"{_fill(self.collection)}"
            )
        return told


def _fill(collection: str) -> str:
    return f"Fill it with `lookalike gallery push YOUR_GALLERY --to {collection}`."
