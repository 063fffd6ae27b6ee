"""All collections together: the read-only starter below, the user's own above it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import nlargest
from pathlib import Path

from lookalike.config import Settings
from lookalike.database.database import Database
from lookalike.errors import CollectionExists, InvalidParameter, NotFound, PersonNotFound
from lookalike.faces.models.manifest import Embedder
from lookalike.faces.vectors import Floats
from lookalike.gallery import starter
from lookalike.gallery.blocklist import BlockedKey
from lookalike.gallery.index.collection import EVERYONE, Roster, Who
from lookalike.gallery.index.loaded import Loaded
from lookalike.gallery.index.named import Hit
from lookalike.gallery.people import Person
from lookalike.gallery.records import Records, StarterRecords
from lookalike.gallery.store import Portrait, Receipt, Store, StoredPortrait
from lookalike.gallery.stored_records import OwnRecords


@dataclass(frozen=True, slots=True)
class Collection:
    """A gallery as it is listed; the starter's `created` is None.

    One that is not `open` is searched only when it is named.
    """

    id: str
    people: int
    faces: int
    read_only: bool
    created: datetime | None = None
    open: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """A person, the (dimension,) mean of their portraits, and its cosine to the probe."""

    person: Person
    cosine: float
    vector: Floats


class Gallery:
    """Finds people by id, by name and by face. Changes by any process show at the next call."""

    def __init__(self, store: Store, below: Roster, dimension: int, kept: Path) -> None:
        """
        Args:
            kept: folder for the codes of large collections.
        """
        self._store = store
        self._loaded = Loaded(store, below, dimension, kept)

    @classmethod
    def open(cls, settings: Settings, embedder: Embedder) -> Gallery:
        """The starter gallery, empty if it was made with another model, and the user's own ones.

        Raises:
            ContractMismatch: one of the user's own was made with another model.
        """
        contract = embedder.contract
        # Of this home and this contract alone: vectors of others are others.
        which = hashlib.sha256(
            f"{settings.database or settings.home.resolve()}/{contract}".encode()
        ).hexdigest()[:24]
        return cls(
            Store(settings.home, contract, settings.database),
            starter.load(contract) if starter.fits(contract) else starter.nobody(),
            embedder.dimension,
            settings.cache / "indexes" / which,
        )

    @property
    def database(self) -> Database:
        """Where the galleries lie, and what else is kept beside them."""
        return self._store.database

    def close(self) -> None:
        self._loaded.close()
        self._store.close()

    def collections(self) -> tuple[Collection, ...]:
        """Every collection, the starter first."""
        with self._loaded.current():
            count = len(self._loaded.below.people)
            below = Collection(starter.COLLECTION, count, count, read_only=True)
            own = (
                Collection(each.id, *self._loaded.counts(each.id), False, each.created, each.open)
                for each in self._loaded.stored
            )
            return (below, *own)

    def collection(self, collection: str) -> Collection:
        """One collection.

        Raises:
            CollectionNotFound: there is no such collection.
        """
        with self._loaded.current():
            self._loaded.check(collection)
            return next(each for each in self.collections() if each.id == collection)

    def people(
        self, collection: str | None = None, query: str = "", who: Who = EVERYONE
    ) -> tuple[Person, ...]:
        """The people of one collection or of all whose name holds `query`, by Korean name.

        Raises:
            CollectionNotFound: there is no such collection.
        """
        words = query.casefold().strip()
        with self._loaded.current():
            everyone = [p for each in self._loaded.chosen(collection) for p in each.people.values()]
        found = [person for person in everyone if who.holds(person)]
        if words:
            found = [p for p in found if any(words in n.casefold() for n in p.name.known)]
        return tuple(sorted(found, key=lambda person: (person.name.get("ko") or "", person.id)))

    def person(self, person_id: str, collection: str | None = None) -> Person:
        """The person of that id, of one collection or of the first that has one.

        Raises:
            PersonNotFound: there is none.
            CollectionNotFound: there is no such collection.
        """
        with self._loaded.current():
            for each in self._loaded.chosen(collection):
                if person_id in each.people:
                    return each.people[person_id]
        raise _nobody(person_id)

    def nearest(
        self, probe: Floats, limit: int, collection: str | None = None, who: Who = EVERYONE
    ) -> list[Nearest]:
        """The people nearest to a (dimension,) probe, best first; `limit` if there are as many.

        Raises:
            CollectionNotFound: there is no such collection.
        """
        with self._loaded.current():
            found = [
                Nearest(each.people[hit.name], hit.cosine, hit.vector)
                for each in self._loaded.chosen(collection)
                for hit in each.nearest(probe, limit, who)
            ]
        return nlargest(limit, found, key=lambda nearest: nearest.cosine)

    def nearest_faces(self, probe: Floats, limit: int, collection: str) -> list[Hit]:
        """The faces of a collection nearest to a (dimension,) probe, by id, best first.

        Raises:
            CollectionNotFound: there is no such collection.
        """
        with self._loaded.current():
            return self._loaded.faces(collection).nearest(probe, limit)

    def face_vector(self, face_id: str, collection: str) -> Floats:
        """The (dimension,) vector of a face.

        Raises:
            NotFound: there is no such face, or no such collection (CollectionNotFound).
        """
        with self._loaded.current():
            vector = self._loaded.faces(collection).vector(face_id)
        if vector is None:
            raise NotFound(f"The collection {collection!r} has no face {face_id!r}.")
        return vector

    def person_vector(self, person_id: str, collection: str | None = None) -> Floats | None:
        """The mean of a person's portraits, of length 1; None if they have no portrait.

        Raises:
            NotFound: there is no such person or no such collection.
        """
        with self._loaded.current():
            for each in self._loaded.chosen(collection):
                if person_id in each.people:
                    return each.vector(person_id)
        raise _nobody(person_id)

    def add(self, person: Person, portraits: Sequence[Portrait]) -> None:
        """Add a person, or portraits of one, to one of the user's own collections.

        Raises:
            InvalidParameter: the collection is the read-only starter.
        """
        if person.collection == starter.COLLECTION:
            raise _read_only()
        self._store.add(person, portraits)

    def records(self, collection: str) -> Records:
        """The faces and users of a collection, one by one.

        Raises:
            CollectionNotFound: there is no such collection.
        """
        with self._loaded.current():
            self._loaded.check(collection)
            if collection == starter.COLLECTION:
                return StarterRecords(self._loaded.starter_faces())
        return self._store.records(collection)

    def own_records(self, collection: str) -> OwnRecords:
        """Those of one that may be changed.

        Raises:
            InvalidParameter: the collection is the read-only starter.
            CollectionNotFound: there is no such collection.
        """
        with self._loaded.current():
            self._loaded.check(collection)
        if collection == starter.COLLECTION:
            raise _read_only()
        return self._store.records(collection)

    def create(
        self, collection: str, tags: Mapping[str, str] | None = None, *, is_open: bool = True
    ) -> None:
        """Add an empty collection; one that is not open is searched only when it is named.

        Raises:
            CollectionExists: there is one of that id.
        """
        if collection == starter.COLLECTION:
            raise CollectionExists(f"There is a collection {collection!r} already.")
        self._store.create(collection, tags, is_open=is_open)

    def delete(self, collection: str) -> None:
        """Remove one of the user's own collections with everyone in it.

        Raises:
            InvalidParameter: the collection is the read-only starter.
            CollectionNotFound: there is none of that id.
        """
        if collection == starter.COLLECTION:
            raise _read_only()
        self._store.delete(collection)

    def change(self, person: Person) -> None:
        """Replace the facts of a person in one of the user's own collections.

        Raises:
            InvalidParameter: the collection is the read-only starter.
            PersonNotFound: there is nobody of that id in the collection.
            Blocked: the person asked to be left out.
        """
        if person.collection == starter.COLLECTION:
            raise _read_only()
        self._store.change(person)

    def portraits(
        self, person_id: str, collection: str | None = None
    ) -> tuple[StoredPortrait, ...]:
        """The portraits of a person; of one of the starter, id and vector alone.

        Raises:
            PersonNotFound: there is nobody of that id.
            CollectionNotFound: there is no such collection.
        """
        person = self.person(person_id, collection)
        if person.collection != starter.COLLECTION:
            return self._store.portraits(person)
        return self._starter_portraits()[person.id]

    def everyone(self, collection: str) -> Iterator[tuple[Person, tuple[StoredPortrait, ...]]]:
        """All people of a collection with their portraits, by Korean name.

        Raises:
            CollectionNotFound: there is no such collection.
        """
        people = self.people(collection)
        if collection == starter.COLLECTION:
            by_person = self._starter_portraits()
        else:
            by_person = self._store.portraits_by_person(collection)
        return ((each, by_person.get(each.id, ())) for each in people)

    def add_portraits(
        self, person_id: str, portraits: Sequence[Portrait], collection: str | None = None
    ) -> int:
        """Add portraits to someone who is there; how many were of images they did not have.

        Raises:
            InvalidParameter: there is no portrait, or the person is in the read-only starter.
            PersonNotFound: there is nobody of that id.
            CollectionNotFound: there is no such collection.
        """
        return self._store.add_portraits(self._own_person(person_id, collection), portraits)

    def remove_portrait(
        self, person_id: str, portrait_id: str, collection: str | None = None
    ) -> None:
        """Remove one of several portraits of a person.

        Raises:
            InvalidParameter: it is their last one, or the person is in the read-only starter.
            NotFound: there is no such portrait, person or collection.
        """
        self._store.remove_portrait(self._own_person(person_id, collection), portrait_id)

    def image_ids(self, collection: str, *, bare: bool = False) -> frozenset[str]:
        """What the enrolled images of a collection are known by (sha256 of their files);
        `bare`: only those of which no thumbnail is kept."""
        return self._store.image_ids(collection, bare=bare)

    def keep_thumbnails(self, person: Person, thumbnails: Mapping[str, bytes]) -> None:
        """Give portraits of a person, by the id of their image, a thumbnail if they have none."""
        self._store.keep_thumbnails(person, thumbnails)

    def takedown(self, person_id: str, reason: str = "") -> Receipt:
        """Remove a person from every collection, the starter included, and keep them out.

        Raises:
            PersonNotFound: there is nobody of that id.
        """
        receipt = self._store.block(self.person(person_id), reason)
        self._loaded.forget()
        return receipt

    def blocked(self) -> tuple[BlockedKey, ...]:
        """Everyone who was taken down, by key."""
        return self._store.blocked()

    def remove(self, person_id: str, collection: str | None = None) -> None:
        """Remove a person from one of the user's own collections, or from all of them.

        Raises:
            PersonNotFound: there is nobody of that id in them.
        """
        self._store.remove(person_id, collection)

    def _starter_portraits(self) -> dict[str, tuple[StoredPortrait, ...]]:
        faces = self._loaded.starter_faces()
        return {each.person or "": (StoredPortrait(each.vector, id=each.id),) for each in faces}

    def _own_person(self, person_id: str, collection: str | None) -> Person:
        """The person of that id whom we may change: someone of the starter may be in ours too."""
        with self._loaded.current():
            found = [each for each in self._loaded.chosen(collection) if person_id in each.people]
        if not found:
            raise _nobody(person_id)
        own = [each for each in found if each is not self._loaded.below]
        if not own:
            raise _read_only()
        return own[0].people[person_id]


def _nobody(person_id: str) -> PersonNotFound:
    return PersonNotFound(f"Nobody in the gallery has the id {person_id!r}.")


def _read_only() -> InvalidParameter:
    return InvalidParameter("The starter gallery is read-only; choose another collection.")
