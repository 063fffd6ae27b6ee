"""A gallery's portraits -> faces of a collection in Amazon Rekognition.

AWS makes vectors of its own, so it needs pixels: the photo that a portrait was made from, found
again by the sha256 that it is known by, else its stored thumbnail. Of people who have neither, it
gets the portrait on Wikimedia Commons.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from anyio.from_thread import start_blocking_portal

from lookalike.aws import image_bytes
from lookalike.aws.client import CallCounter, Client, Members
from lookalike.aws.identities import SEPARATOR
from lookalike.config import Settings
from lookalike.engine.interface import Calls
from lookalike.errors import AwsError, PhotoError, PortraitUnavailable
from lookalike.faces.image import Limits, decode
from lookalike.gallery.gallery import Gallery
from lookalike.gallery.people import Person
from lookalike.gallery.portraits import StoredPortrait
from lookalike.gallery.sources.image_file import image_id, is_image
from lookalike.gallery.wikimedia import portrait_cache
from lookalike.gallery.wikimedia.client import Patience
from lookalike.gallery.wikimedia.portrait_cache import Portraits

# The bytes of somebody's portrait on Wikimedia Commons, or raises PortraitUnavailable.
Fetch = Callable[[Person], bytes]

# Faces of one page of ListFaces; AWS's own maximum.
_PAGE = 4096
# Hexadecimal digits of a portrait's sha256 that tell it from the person's others.
_DIGITS = 16
# In the place of those, of the portrait on Wikimedia Commons.
_COMMONS = "commons"
# What an ExternalImageId may be (Rekognition API reference, IndexFaces).
_ALLOWED = re.compile(r"[a-zA-Z0-9_.\-:]{1,255}")
# Faults of one image.
_UNUSABLE = frozenset(
    {"ImageTooLargeException", "InvalidImageFormatException", "InvalidParameterException"}
)


@dataclass(frozen=True, slots=True)
class NotIndexed:
    """A portrait that was not indexed, or a person who has none, and why."""

    person: Person
    why: str


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push did.

    Attributes:
        created: whether the collection was made.
        already: portraits that were there.
        calls: that AWS answered, by operation.
    """

    collection: str
    created: bool
    indexed: int
    already: int
    left_out: tuple[NotIndexed, ...]
    calls: Calls


class Pusher:
    """Pushes to one collection. Stopped, it goes on with what is missing there."""

    def __init__(
        self,
        client: Client,
        settings: Settings,
        to: str,
        photos: Mapping[str, Path],
        commons: Fetch,
        advance: Callable[[], None] = lambda: None,
    ) -> None:
        """
        Args:
            photos: files by their sha256 (`photos_in`).
            advance: called after each person.
        """
        self._client = client
        self._limits = Limits.of(settings)
        self._to = to
        self._photos = photos
        self._commons = commons
        self._advance = advance
        self._counter = CallCounter()
        self._indexed = self._already = 0
        self._left_out: list[NotIndexed] = []

    def push(self, gallery: Gallery, collection: str) -> Pushed:
        """
        Raises:
            CollectionNotFound: there is no such gallery.
            AwsError: AWS cannot be asked; what was indexed stays.
        """
        everyone = gallery.everyone(collection)
        created = self._create()
        there = frozenset[str]() if created else self._there()
        for person, portraits in everyone:
            self._push(person, portraits, there)
            self._advance()
        return Pushed(
            self._to,
            created,
            self._indexed,
            self._already,
            tuple(self._left_out),
            self._counter.counts(),
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

    def _push(
        self, person: Person, portraits: Sequence[StoredPortrait], there: frozenset[str]
    ) -> None:
        """Index what can be had of somebody and is not there."""
        names = {_called(person, each.image_id or each.id): each for each in portraits}
        spare = _called(person, _COMMONS)
        known = len(there & {*names, spare})
        missing = {name: self._pixels(each) for name, each in names.items() if name not in there}
        usable = {name: data for name, data in missing.items() if data is not None}
        if not known and not usable:
            usable = self._from_commons(person, spare)
        self._already += known
        for name, data in usable.items():
            self._index(person, name, data)

    def _pixels(self, portrait: StoredPortrait) -> bytes | None:
        path = self._photos.get(portrait.image_id or "")
        return path.read_bytes() if path else portrait.thumbnail

    def _from_commons(self, person: Person, name: str) -> dict[str, bytes]:
        try:
            return {name: self._commons(person)}
        except PortraitUnavailable as error:
            self._leave_out(person, f"No pixels are here, nor on Wikimedia Commons: {error}")
            return {}

    def _index(self, person: Person, name: str, data: bytes) -> None:
        """Index the largest face, which is the one that a portrait is of."""
        if not _ALLOWED.fullmatch(name):
            self._leave_out(person, f"Amazon Rekognition allows no {name!r} as ExternalImageId.")
            return
        try:
            image = decode(data, self._limits, image_bytes.SIDE)
            answer = self._call(
                "IndexFaces",
                Image={"Bytes": image_bytes.encoded(image.pixels)},
                ExternalImageId=name,
                MaxFaces=1,
                QualityFilter="NONE",
            )
        except PhotoError as error:
            self._leave_out(person, str(error))
        except AwsError as error:
            if error.aws_code not in _UNUSABLE:
                raise
            self._leave_out(person, str(error))
        else:
            if answer["FaceRecords"]:
                self._indexed += 1
            else:
                self._leave_out(person, "Amazon Rekognition found no face in the portrait.")

    def _leave_out(self, person: Person, why: str) -> None:
        self._left_out.append(NotIndexed(person, why))

    def _call(self, operation: str, **members: object) -> Members:
        return self._client.call(operation, self._counter, CollectionId=self._to, **members)


@contextmanager
def fetching(settings: Settings, client: httpx.AsyncClient, patience: Patience) -> Iterator[Fetch]:
    """Fetches what the server has not yet, and keeps it for the server."""
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(client):
        known = Portraits(
            portrait_cache.folder(settings),
            client,
            enabled=settings.portraits == "on",
            patience=patience,
        )

        def fetch(person: Person) -> bytes:
            return portal.call(known.fetch, person).path.read_bytes()

        yield fetch


def photos_in(folder: Path) -> dict[str, Path]:
    """Every photo in a folder and those inside it, by the sha256 of its file."""
    files = (each for each in sorted(folder.rglob("*")) if each.is_file() and is_image(each))
    return {image_id(each.read_bytes()): each for each in files}


def _called(person: Person, image: str) -> str:
    """`Q76:1f0c...`: whose portrait a face is, and which."""
    return f"{person.id}{SEPARATOR}{image[:_DIGITS]}"
