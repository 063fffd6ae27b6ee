"""A gallery's portraits into a collection of the user's own in Amazon Rekognition.

AWS makes vectors of its own, so it needs pixels: the stored thumbnail of a portrait, or the photo
that it was made from, found again by the sha256 that it is known by.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from lookalike.aws import images
from lookalike.aws.client import Client, Members, Tally
from lookalike.aws.people import SEPARATOR
from lookalike.config import Settings
from lookalike.errors import AwsError, PhotoError
from lookalike.faces.image import Limits, decode
from lookalike.gallery.gallery import Gallery
from lookalike.gallery.importing import image_id
from lookalike.gallery.people import Person
from lookalike.gallery.sources.candidate import is_image
from lookalike.gallery.store import StoredPortrait

# Faces of one page of ListFaces; AWS's own maximum.
_PAGE = 4096
# Hexadecimal digits of a portrait's sha256 that tell it from the person's others.
_DIGITS = 16


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A portrait that was not indexed, and why."""

    person: Person
    why: str


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push did.

    Attributes:
        created: whether the collection was made.
        already: portraits that were there.
        without_pixels: people none of whose portraits could be had.
        calls: that AWS answered, by operation.
    """

    collection: str
    created: bool
    indexed: int
    already: int
    left_out: tuple[LeftOut, ...]
    without_pixels: tuple[Person, ...]
    calls: dict[str, int]


class Pusher:
    """Pushes to one collection. Stopped, it goes on with what is missing there."""

    def __init__(
        self,
        client: Client,
        settings: Settings,
        to: str,
        photos: Mapping[str, Path],
        advance: Callable[[], None] = lambda: None,
    ) -> None:
        """
        Args:
            photos: files by their sha256 (`photos_in`).
            advance: called after each person.
        """
        self._client = client
        self._limits = Limits(settings.max_bytes, settings.max_pixels, settings.max_side)
        self._to = to
        self._photos = photos
        self._advance = advance
        self._tally = Tally()
        self._left_out: list[LeftOut] = []

    def push(self, gallery: Gallery, collection: str) -> Pushed:
        """
        Raises:
            CollectionNotFound: there is no such gallery.
            AwsError: AWS cannot be asked; what was indexed stays.
        """
        everyone = gallery.everyone(collection)
        created = self._create()
        there = frozenset[str]() if created else self._there()
        indexed = already = 0
        without: list[Person] = []
        for person, portraits in everyone:
            names = [_called(person, each) for each in portraits]
            known = sum(name in there for name in names)
            missing = [
                (name, data)
                for name, each in zip(names, portraits, strict=True)
                if name not in there and (data := self._pixels(each)) is not None
            ]
            if not known and not missing:
                without.append(person)
            indexed += sum(self._index(person, name, data) for name, data in missing)
            already += known
            self._advance()
        return Pushed(
            self._to,
            created,
            indexed,
            already,
            tuple(self._left_out),
            tuple(without),
            self._tally.counts(),
        )

    def _create(self) -> bool:
        try:
            self._call("CreateCollection")
        except AwsError as error:
            if error.aws_code != "ResourceAlreadyExistsException":
                raise
            return False
        return True

    def _there(self) -> frozenset[str]:
        """What the faces of the collection are called, page after page."""
        names: set[str] = set()
        token: dict[str, str] = {}
        while True:
            answer = self._call("ListFaces", MaxResults=_PAGE, **token)
            names |= {each.get("ExternalImageId", "") for each in answer["Faces"]}
            if not answer.get("NextToken"):
                return frozenset(names)
            token = {"NextToken": answer["NextToken"]}

    def _pixels(self, portrait: StoredPortrait) -> bytes | None:
        if portrait.thumbnail is not None:
            return portrait.thumbnail
        path = self._photos.get(portrait.image_id or "")
        return path.read_bytes() if path else None

    def _index(self, person: Person, name: str, data: bytes) -> bool:
        """Index the largest face, which is the one that a portrait is of."""
        try:
            image = decode(data, self._limits, images.SIDE)
        except PhotoError as error:
            self._left_out.append(LeftOut(person, str(error)))
            return False
        answer = self._call(
            "IndexFaces",
            Image={"Bytes": images.encoded(image.pixels)},
            ExternalImageId=name,
            MaxFaces=1,
            QualityFilter="NONE",
        )
        if not answer["FaceRecords"]:
            self._left_out.append(LeftOut(person, "Amazon Rekognition found no face"))
        return bool(answer["FaceRecords"])

    def _call(self, operation: str, **members: object) -> Members:
        return self._client.call(operation, self._tally, CollectionId=self._to, **members)


def photos_in(folder: Path) -> dict[str, Path]:
    """Every photo in a folder and those inside it, by the sha256 of its file."""
    files = (each for each in sorted(folder.rglob("*")) if each.is_file() and is_image(each))
    return {image_id(each.read_bytes()): each for each in files}


def _called(person: Person, portrait: StoredPortrait) -> str:
    """`Q76:1f0c...`: whose portrait a face is, and which, within AWS's [a-zA-Z0-9_.-:]+."""
    return f"{person.id}{SEPARATOR}{(portrait.image_id or portrait.id)[:_DIGITS]}"
