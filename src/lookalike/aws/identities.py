"""Whose faces AWS names: our people, where they are among them."""

from __future__ import annotations

from lookalike.aws.client import Members
from lookalike.engine.interface import ELSEWHERE
from lookalike.errors import InvalidParameter, PersonNotFound
from lookalike.gallery.gallery import Gallery
from lookalike.gallery.people import Person, Text, Who
from lookalike.gallery.sources.values import wikidata_id

# Between a person's id and a portrait's in the ExternalImageId of a face that we indexed.
SEPARATOR = ":"

_GENDERS = {"Male": "male", "Female": "female", "Nonbinary": "nonbinary", "Unlisted": "other"}


class Identities:
    """Those asked for, without anybody who was taken down here."""

    def __init__(self, gallery: Gallery, who: Who) -> None:
        self._gallery = gallery
        self._who = who
        self._blocked = gallery.store.blocked()

    def celebrity(self, found: Members) -> Person | None:
        """A Celebrity: ours, if our galleries have somebody of that id, or of the Wikidata page
        that AWS links to."""
        pages = tuple(_with_scheme(url) for url in found.get("Urls", ()))
        wikidata = next((item for url in pages if (item := _wikidata(url))), None)
        return self._wanted(
            self._ours(found["Id"])
            or self._ours(wikidata or "")
            or Person(
                id=wikidata or found["Id"],
                collection=ELSEWHERE,
                name=Text(en=found["Name"]),
                gender=_GENDERS.get(found.get("KnownGender", {}).get("Type", "")),
                wikidata=wikidata,
                websites=tuple(url for url in pages if not _wikidata(url)),
            )
        )

    def indexed(self, found: Members) -> Person | None:
        """Whose Face of a collection this is: ours by its ExternalImageId, else who it says."""
        image = found.get("ExternalImageId", "")
        called = image.rpartition(SEPARATOR)[0] or image or found["FaceId"]
        return self._wanted(
            self._ours(called)
            or Person(
                id=called,
                collection=ELSEWHERE,
                name=Text(en=called),
                wikidata=_wikidata(called),
            )
        )

    def _ours(self, person_id: str) -> Person | None:
        try:
            return self._gallery.person(person_id)
        except PersonNotFound:
            return None

    def _wanted(self, person: Person) -> Person | None:
        left_out = self._blocked.holds(person) or not self._who.holds(person)
        return None if left_out else person


def _wikidata(id_or_url: str) -> str | None:
    try:
        return wikidata_id(id_or_url)
    except InvalidParameter:
        return None


def _with_scheme(url: str) -> str:
    return url if "://" in url else f"https://{url}"
