"""All collections together: the read-only starter below, the user's own above it."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest

import numpy as np

from lookalike.config import Settings
from lookalike.errors import CollectionNotFound, InvalidParameter, PersonNotFound
from lookalike.faces.models import Embedder
from lookalike.faces.runtime import Floats
from lookalike.gallery import starter
from lookalike.gallery.blocklist import BlockedKey, is_blocked
from lookalike.gallery.index import Index
from lookalike.gallery.people import Person
from lookalike.gallery.store import Portrait, Receipt, Roster, Store, StoredPortrait


@dataclass(frozen=True, slots=True)
class Collection:
    """A gallery as it is listed."""

    id: str
    people: int
    faces: int
    read_only: bool


@dataclass(frozen=True, slots=True)
class Nearest:
    """A person and the cosine of the mean of their portraits to the probe."""

    person: Person
    cosine: float


@dataclass(frozen=True, slots=True, eq=False)
class _Searchable:
    roster: Roster
    index: Index
    by_id: dict[str, Person]


class Gallery:
    """Finds people by id, by name and by face. Changes by any process show at the next call."""

    def __init__(self, store: Store, below: Roster) -> None:
        self._store = store
        self._starter = below
        self._below = _searchable(below)
        self._lock = threading.Lock()
        self._version: int | None = None
        self._own: tuple[_Searchable, ...] = ()

    @classmethod
    def open(cls, settings: Settings, embedder: Embedder) -> Gallery:
        """The starter gallery and the user's own ones.

        Raises:
            ContractMismatch: a gallery was made with another model.
        """
        contract = embedder.contract
        return cls(Store(settings.home, contract), starter.load(contract))

    def close(self) -> None:
        self._store.close()

    def collections(self) -> tuple[Collection, ...]:
        """Every collection, the starter first."""
        return tuple(
            Collection(
                id=each.roster.id,
                people=len(each.roster.people),
                faces=len(each.roster.owners),
                read_only=each.roster.id == starter.COLLECTION,
            )
            for each in self._all()
        )

    def people(self, collection: str | None = None, query: str = "") -> tuple[Person, ...]:
        """The people of one collection or of all whose name holds `query`, by Korean name.

        Raises:
            CollectionNotFound: there is no such collection.
        """
        words = query.casefold().strip()
        found = [p for each in self._chosen(collection) for p in each.roster.people]
        if words:
            found = [p for p in found if any(words in n.casefold() for n in _names(p))]
        return tuple(sorted(found, key=lambda person: (person.name.get("ko") or "", person.id)))

    def person(self, person_id: str, collection: str | None = None) -> Person:
        """The person of that id, of one collection or of the first that has one.

        Raises:
            PersonNotFound: there is none.
            CollectionNotFound: there is no such collection.
        """
        for each in self._chosen(collection):
            if person_id in each.by_id:
                return each.by_id[person_id]
        raise PersonNotFound(f"Nobody in the gallery has the id {person_id!r}.")

    def nearest(self, probe: Floats, limit: int, collection: str | None = None) -> list[Nearest]:
        """The people nearest to a (dimension,) probe, best first.

        Raises:
            CollectionNotFound: there is no such collection.
        """
        found = [
            Nearest(each.roster.people[hit.row], hit.cosine)
            for each in self._chosen(collection)
            for hit in each.index.nearest(probe, limit)
        ]
        return nlargest(limit, found, key=lambda nearest: nearest.cosine)

    def add(self, person: Person, portraits: Sequence[Portrait]) -> None:
        """Add a person, or portraits of one, to one of the user's own collections.

        Raises:
            InvalidParameter: the collection is the read-only starter.
        """
        if person.collection == starter.COLLECTION:
            raise _read_only()
        self._store.add(person, portraits)

    def create(self, collection: str) -> None:
        """Add an empty collection.

        Raises:
            InvalidParameter: there is one of that id.
        """
        if collection == starter.COLLECTION:
            raise InvalidParameter(f"There is a collection {collection!r} already.")
        self._store.create(collection)

    def delete(self, collection: str) -> None:
        """Remove one of the user's own collections with everyone in it.

        Raises:
            InvalidParameter: the collection is the read-only starter.
            CollectionNotFound: there is none of that id.
        """
        if collection == starter.COLLECTION:
            raise InvalidParameter("The starter gallery is read-only; it cannot be deleted.")
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
        row = self._starter.people.index(person)
        vectors = self._starter.vectors[self._starter.owners == row]
        return tuple(
            StoredPortrait(vector, id=f"{person.id}-{number}")
            for number, vector in enumerate(vectors)
        )

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
        return self._store.block(self.person(person_id), reason)

    def blocked(self) -> tuple[BlockedKey, ...]:
        """Everyone who was taken down, by key."""
        return self._store.blocked()

    def remove(self, person_id: str, collection: str | None = None) -> None:
        """Remove a person from one of the user's own collections, or from all of them.

        Raises:
            PersonNotFound: there is nobody of that id in them.
        """
        self._store.remove(person_id, collection)

    def _own_person(self, person_id: str, collection: str | None) -> Person:
        """The person of that id whom we may change: someone of the starter may be in ours too."""
        found = [each for each in self._chosen(collection) if person_id in each.by_id]
        if not found:
            raise PersonNotFound(f"Nobody in the gallery has the id {person_id!r}.")
        if found[-1].roster.id == starter.COLLECTION:
            raise _read_only()
        return next(each.by_id[person_id] for each in found if each.roster.id != starter.COLLECTION)

    def _all(self) -> tuple[_Searchable, ...]:
        with self._lock:
            version = self._store.version()
            if version != self._version:
                self._own = tuple(_searchable(roster) for roster in self._store.rosters())
                self._below = _searchable(_without(self._starter, self._store.blocked()))
                self._version = version
            return (self._below, *self._own)

    def _chosen(self, collection: str | None) -> tuple[_Searchable, ...]:
        everything = self._all()
        if collection is None:
            return everything
        chosen = tuple(each for each in everything if each.roster.id == collection)
        if not chosen:
            known = ", ".join(each.roster.id for each in everything)
            raise CollectionNotFound(f"There is no collection {collection!r}; there are: {known}.")
        return chosen


def _searchable(roster: Roster) -> _Searchable:
    by_id = {person.id: person for person in roster.people}
    return _Searchable(roster, Index(roster.vectors, roster.owners), by_id)


def _without(roster: Roster, blocked: tuple[BlockedKey, ...]) -> Roster:
    """The roster without those who asked to be left out."""
    entries = {each.key: each for each in blocked}
    stay = [row for row, person in enumerate(roster.people) if not is_blocked(person, entries)]
    if len(stay) == len(roster.people):
        return roster
    place = {row: number for number, row in enumerate(stay)}
    faces = [face for face, owner in enumerate(roster.owners) if int(owner) in place]
    return Roster(
        id=roster.id,
        people=tuple(roster.people[row] for row in stay),
        vectors=roster.vectors[faces],
        owners=np.array([place[int(roster.owners[face])] for face in faces], np.intp),
    )


def _names(person: Person) -> list[str]:
    return [name for name in (person.name.ko, person.name.en) if name]


def _read_only() -> InvalidParameter:
    return InvalidParameter("The starter gallery is read-only; choose another collection.")
