"""All collections together: the read-only starter below, the user's own above it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from heapq import nlargest
from uuid import NAMESPACE_OID, uuid5

import numpy as np

from lookalike.config import Settings
from lookalike.errors import CollectionNotFound, InvalidParameter, NotFound, PersonNotFound
from lookalike.faces.models import Embedder
from lookalike.faces.runtime import Floats
from lookalike.gallery import starter
from lookalike.gallery.blocklist import BlockedKey, is_blocked
from lookalike.gallery.changes import Change
from lookalike.gallery.database import Database
from lookalike.gallery.members import EVERYONE, Faces, FaceVector, Members, Roster, Who
from lookalike.gallery.named import Hit
from lookalike.gallery.people import Person
from lookalike.gallery.reading import Stored
from lookalike.gallery.store import Portrait, Receipt, Store, StoredPortrait


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


class Gallery:
    """Finds people by id, by name and by face. Changes by any process show at the next call."""

    def __init__(self, store: Store, below: Roster, dimension: int) -> None:
        self._store = store
        self._starter = below
        self._dimension = dimension
        # Held while the index is searched too: loading and changing it takes its turn.
        self._lock = threading.RLock()
        self._version: int | None = None
        self._number = 0
        self._below = Members(below, dimension)
        self._stored: tuple[Stored, ...] = ()
        self._members: dict[str, Members] = {}
        self._faces: dict[str, Faces] = {}

    @classmethod
    def open(cls, settings: Settings, embedder: Embedder) -> Gallery:
        """The starter gallery and the user's own ones.

        Raises:
            ContractMismatch: a gallery was made with another model.
        """
        contract = embedder.contract
        return cls(Store(settings.home, contract), starter.load(contract), embedder.dimension)

    @property
    def database(self) -> Database:
        """Where the galleries lie, and what else is kept beside them."""
        return self._store.database

    def close(self) -> None:
        self._store.close()

    def collections(self) -> tuple[Collection, ...]:
        """Every collection, the starter first."""
        with self._current():
            count = len(self._below.people)
            below = Collection(starter.COLLECTION, count, count, read_only=True)
            own = (Collection(each.id, each.people, each.faces, False) for each in self._stored)
            return (below, *own)

    def people(
        self, collection: str | None = None, query: str = "", who: Who = EVERYONE
    ) -> tuple[Person, ...]:
        """The people of one collection or of all whose name holds `query`, by Korean name.

        Raises:
            CollectionNotFound: there is no such collection.
        """
        words = query.casefold().strip()
        with self._current():
            everyone = [p for each in self._chosen(collection) for p in each.people.values()]
        found = [person for person in everyone if who.holds(person)]
        if words:
            found = [p for p in found if any(words in n.casefold() for n in _names(p))]
        return tuple(sorted(found, key=lambda person: (person.name.get("ko") or "", person.id)))

    def person(self, person_id: str, collection: str | None = None) -> Person:
        """The person of that id, of one collection or of the first that has one.

        Raises:
            PersonNotFound: there is none.
            CollectionNotFound: there is no such collection.
        """
        with self._current():
            for each in self._chosen(collection):
                if person_id in each.people:
                    return each.people[person_id]
        raise PersonNotFound(f"Nobody in the gallery has the id {person_id!r}.")

    def nearest(
        self, probe: Floats, limit: int, collection: str | None = None, who: Who = EVERYONE
    ) -> list[Nearest]:
        """The people nearest to a (dimension,) probe, best first; `limit` if there are as many.

        Raises:
            CollectionNotFound: there is no such collection.
        """
        with self._current():
            found = [
                Nearest(each.people[hit.name], hit.cosine)
                for each in self._chosen(collection)
                for hit in each.nearest(probe, limit, who)
            ]
        return nlargest(limit, found, key=lambda nearest: nearest.cosine)

    def nearest_faces(self, probe: Floats, limit: int, collection: str) -> list[Hit]:
        """The faces of a collection nearest to a (dimension,) probe, by id, best first.

        Raises:
            CollectionNotFound: there is no such collection.
        """
        with self._current():
            return self._searched_faces(collection).nearest(probe, limit)

    def face_vector(self, face_id: str, collection: str) -> Floats:
        """The (dimension,) vector of a face.

        Raises:
            NotFound: there is no such face, or no such collection (CollectionNotFound).
        """
        with self._current():
            vector = self._searched_faces(collection).vector(face_id)
        if vector is None:
            raise NotFound(f"The collection {collection!r} has no face {face_id!r}.")
        return vector

    def person_vector(self, person_id: str, collection: str) -> Floats | None:
        """The mean of a person's portraits, of length 1; None if they have no portrait.

        Raises:
            NotFound: there is no such person or no such collection.
        """
        with self._current():
            self.person(person_id, collection)
            return self._chosen(collection)[0].vector(person_id)

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
        return tuple(
            StoredPortrait(each.vector, id=each.id)
            for each in _faces_of(self._starter)
            if each.person == person.id
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

    def image_ids(self, collection: str) -> frozenset[str]:
        """What the enrolled images of a collection are known by (sha256 of their files)."""
        return self._store.image_ids(collection)

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
        with self._current():
            found = [each for each in self._chosen(collection) if person_id in each.people]
        if not found:
            raise PersonNotFound(f"Nobody in the gallery has the id {person_id!r}.")
        own = [each for each in found if each is not self._below]
        if not own:
            raise _read_only()
        return own[0].people[person_id]

    @contextmanager
    def _current(self) -> Iterator[None]:
        """Everything in memory as the store has it now, for as long as the context lasts."""
        with self._lock:
            version = self._store.version()
            if version != self._version:
                self._catch_up()
                self._version = version
            yield

    def _catch_up(self) -> None:
        changes = self._store.changes(self._number)
        first = self._version is None
        if changes.since is None:
            self._members.clear()
            self._faces.clear()
        else:
            self._apply(changes.since)
        if first or changes.since is None or Change() in changes.since:
            roster = _without(self._starter, self._store.blocked())
            self._below = Members(roster, self._dimension)
            self._faces.pop(starter.COLLECTION, None)
        self._stored = self._store.collections()
        self._number = changes.number

    def _apply(self, since: tuple[Change, ...]) -> None:
        """Read again what changed of the collections that are in memory."""
        for collection in {each.collection for each in since if each.collection}:
            own = [each for each in since if each.collection == collection]
            if any(each == Change(collection) for each in own):
                self._members.pop(collection, None)
                self._faces.pop(collection, None)
                continue
            people = {each.person for each in own if each.person}
            if people and (members := self._members.get(collection)):
                members.update(self._store.roster(collection, people), people)
            if faces := self._faces.get(collection):
                ids = {each.face for each in own if each.face}
                faces.update(self._store.faces(collection, people, ids), people, ids)

    def _chosen(self, collection: str | None) -> tuple[Members, ...]:
        """One collection or all, the starter first; each is read when it is first asked for."""
        if collection is None:
            return (self._below, *(self._loaded(each.id) for each in self._stored))
        self._check(collection)
        return (self._loaded(collection),)

    def _check(self, collection: str) -> None:
        known = [starter.COLLECTION, *(each.id for each in self._stored)]
        if collection not in known:
            raise CollectionNotFound(
                f"There is no collection {collection!r}; there are: {', '.join(known)}."
            )

    def _loaded(self, collection: str) -> Members:
        if collection == starter.COLLECTION:
            return self._below
        if collection not in self._members:
            self._members[collection] = Members(self._store.roster(collection), self._dimension)
        return self._members[collection]

    def _searched_faces(self, collection: str) -> Faces:
        self._check(collection)
        if collection not in self._faces:
            if collection == starter.COLLECTION:
                found = _faces_of(_without(self._starter, self._store.blocked()))
            else:
                found = self._store.faces(collection)
            self._faces[collection] = Faces(found, self._dimension)
        return self._faces[collection]


def _faces_of(roster: Roster) -> tuple[FaceVector, ...]:
    """The portraits of a roster, with ids that are the same every time."""
    seen: Counter[str] = Counter()
    found = []
    for owner, vector in zip(roster.owners, roster.vectors, strict=True):
        person = roster.people[owner].id
        face = uuid5(NAMESPACE_OID, f"{roster.id}/{person}/{seen[person]}")
        found.append(FaceVector(str(face), person, vector))
        seen[person] += 1
    return tuple(found)


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
