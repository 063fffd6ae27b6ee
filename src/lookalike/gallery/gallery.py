"""The gallery is all collections together: the read-only starter below, the user's own above."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from heapq import nlargest
from pathlib import Path

import numpy as np

from lookalike.config import Settings
from lookalike.database import changes
from lookalike.database.changes import Change
from lookalike.database.database import Address, Database
from lookalike.database.version import Version
from lookalike.errors import (
    CollectionNotFound,
    ContractMismatch,
    NotFound,
    PersonNotFound,
    StoreUnavailable,
)
from lookalike.faces.appearance.appearance import Appearance
from lookalike.faces.models.manifest import Embedder
from lookalike.faces.vectors import Floats
from lookalike.gallery import starter
from lookalike.gallery.contents import StoredCollection
from lookalike.gallery.index.columns import decoded
from lookalike.gallery.index.indexes import Indexes
from lookalike.gallery.index.keeper import Keeper
from lookalike.gallery.index.vectors import Hit
from lookalike.gallery.own_collection import OwnCollection
from lookalike.gallery.people import EVERYONE, Facts, Person, Who
from lookalike.gallery.portraits import StoredPortrait
from lookalike.gallery.records import Records, StarterRecords
from lookalike.gallery.removals.blocklist import keys_of
from lookalike.gallery.removals.takedowns import Receipt, Undone
from lookalike.gallery.roster import Listed, Place, Roster
from lookalike.gallery.spelling import folded
from lookalike.gallery.starter import Starter, StarterSource
from lookalike.gallery.starter.appearances import StarterAppearances
from lookalike.gallery.store import Store, check_own


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection as it is listed; the starter's `created` is None.

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


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """Some of the people of a crowd, drawn evenly.

    Attributes:
        of: how many there are.
        people: those who were drawn.
        vectors: (n, dimension), the means of their portraits.
    """

    of: int
    people: tuple[Person, ...]
    vectors: Floats


# As `Indexes` is made.
MakesIndexes = Callable[[Database, int, Keeper], Indexes]


class Gallery:
    """Finds people by id, by name and by face. Changes by any process show at the next call.

    Vectors of what was asked for are in memory, and brought to what the store has change by change;
    who people are is read of those who are shown.

    Attributes:
        store: where the user's own collections lie, and what changes them.
    """

    def __init__(
        self,
        store: Store,
        shipped: Starter,
        dimension: int,
        kept: Path,
        indexes: MakesIndexes = Indexes,
    ) -> None:
        """
        Args:
            shipped: the starter, with everyone in it.
            kept: folder for the indexes of large collections.
            indexes: what is searched, where it is not in this process.
        """
        self.store = store
        self._shipped = shipped
        self._looks = StarterAppearances(shipped.people)
        self._indexes = indexes(store.database, dimension, Keeper(kept, store.contract))
        self._version: Version | None = None
        # The starter without those who asked to be left out.
        self._starter = shipped
        self._roster = Roster(store)
        self._stored: tuple[StoredCollection, ...] = ()
        self._counts: Mapping[str, tuple[int, int]] | None = None

    @classmethod
    def open(
        cls, settings: Settings, embedder: Embedder, indexes: MakesIndexes = Indexes
    ) -> Gallery:
        """The starter gallery, empty if it was made with another model, and the user's own ones.

        Args:
            indexes: what is searched, where it is not in this process.

        Raises:
            ContractMismatch: one of the user's own was made with another model.
        """
        contract = embedder.contract
        # Of this home and this contract alone: vectors of others are others.
        which = hashlib.sha256(
            f"{settings.database or settings.home.resolve()}/{contract}".encode()
        ).hexdigest()[:24]
        dimension = embedder.dimension
        return cls(
            Store(settings.home, contract, Address.of(settings), make=False),
            starter.load(contract) if starter.fits(contract) else starter.nobody(dimension),
            dimension,
            settings.cache / "indexes" / which,
            indexes,
        )

    def close(self) -> None:
        # Whoever was removed meanwhile leaves the files of indexes now.
        if self._indexes.mark is not None:
            with suppress(StoreUnavailable, ContractMismatch), self._current():
                pass
        self._indexes.close()
        self.store.close()

    def collections(self) -> tuple[Collection, ...]:
        """Every collection, the starter first."""
        with self._current():
            count = len(self._starter.people)
            below = Collection(starter.COLLECTION, count, count, read_only=True)
            if self._counts is None:
                self._counts = self.store.counts()
            counts = ((each, self._counts.get(each.id, (0, 0))) for each in self._stored)
            own = (Collection(e.id, *count, False, e.created, e.open) for e, count in counts)
            return (below, *own)

    def collection(self, collection: str) -> Collection:
        """One collection.

        Raises:
            CollectionNotFound: there is no such collection.
        """
        with self._current():
            self._check(collection)
            return next(each for each in self.collections() if each.id == collection)

    def people(
        self, collection: str | None = None, query: str = "", who: Who = EVERYONE
    ) -> tuple[Person, ...]:
        """The people of one collection or of all whose name holds `query`, however it is spelt, by
        Korean name.

        Raises:
            CollectionNotFound: there is no such collection.
        """
        return self.listed(collection, query, who)[:]

    def listed(self, collection: str | None = None, query: str = "", who: Who = EVERYONE) -> Listed:
        """The same, of whom only those are read who are asked for.

        Raises:
            CollectionNotFound: there is no such collection.
        """
        words = folded(query)
        with self._current():
            found = [
                (name, Place(each, person))
                for each in self._searched(collection)
                for name, person in self._roster.names(each, words, who)
            ]
        found.sort(key=lambda named: (named[0], named[1].id))
        return Listed([place for _, place in found], self._people)

    def facts(self, collection: str | None = None) -> Counter[Facts]:
        """What is stated of people, and of how many.

        Raises:
            CollectionNotFound: there is no such collection.
        """
        with self._current():
            return self._roster.facts(self._searched(collection))

    def person(self, person_id: str, collection: str | None = None) -> Person:
        """The person of that id, of one collection or of the first that has one.

        Raises:
            PersonNotFound: there is none.
            CollectionNotFound: there is no such collection.
        """
        return self._found(person_id, collection)[0]

    def own_person(self, person_id: str, collection: str | None = None) -> Person:
        """The person of that id whom one may change: someone of the starter may be in one's own
        collections too.

        Raises:
            PersonNotFound: there is none.
            CollectionNotFound: there is no such collection.
            InvalidParameter: they are in the read-only starter alone.
        """
        found = self._found(person_id, collection)
        own = next((each for each in found if each.collection != starter.COLLECTION), found[0])
        check_own(own.collection)
        return own

    def nearest(
        self, probe: Floats, limit: int, collection: str | None = None, who: Who = EVERYONE
    ) -> list[Nearest]:
        """The people nearest to a (dimension,) probe, best first; `limit` if there are as many.

        Raises:
            CollectionNotFound: there is no such collection.
        """
        with self._current():
            searched = self._searched(collection)
        # Where it is not in this process, others are served while this one waits.
        near = self._indexes.people_near(searched, probe, limit, who)
        found = [(Place(each, hit.name), hit) for each, hit in near]
        best = nlargest(limit, found, key=lambda each: each[1].cosine)
        people = self._people([place for place, _ in best])
        # Somebody may have been removed by another process since the search began.
        return [
            Nearest(people[place], hit.cosine, hit.vector) for place, hit in best if place in people
        ]

    def drawn(self, most: int, collection: str | None = None, who: Who = EVERYONE) -> Drawn:
        """At most so many of those who would be searched, the same every time.

        Raises:
            CollectionNotFound: there is no such collection.
        """
        with self._current():
            searched = self._searched(collection)
        samples = self._indexes.drawn(searched, most, who)
        places = [
            (Place(each, name), vector)
            for each, own in samples
            for name, vector in zip(decoded(own.names), own.vectors, strict=True)
        ]
        places = places[:: -(-len(places) // most) or 1]
        people = self._people([place for place, _ in places])
        found = [(people[place], vector) for place, vector in places if place in people]
        vectors = np.array([vector for _, vector in found], np.float32)
        of = sum(own.of for _, own in samples)
        return Drawn(of, tuple(each for each, _ in found), vectors)

    def nearest_faces(self, probe: Floats, limit: int, collection: str) -> list[Hit]:
        """The faces of a collection nearest to a (dimension,) probe, by id, best first.

        Raises:
            CollectionNotFound: there is no such collection.
        """
        with self._current():
            self._check(collection)
        return self._indexes.faces_near(collection, probe, limit)

    def face_vector(self, face_id: str, collection: str) -> Floats:
        """The (dimension,) vector of a face.

        Raises:
            NotFound: there is no such face, or no such collection (CollectionNotFound).
        """
        with self._current():
            self._check(collection)
        vector = self._indexes.face(collection, face_id)
        if vector is None:
            raise NotFound(f"The collection {collection!r} has no face {face_id!r}.")
        return vector

    def person_vector(self, person_id: str, collection: str | None = None) -> Floats | None:
        """The mean of a person's portraits, of length 1; None if they have no portrait.

        Raises:
            NotFound: there is no such person or no such collection.
        """
        first = self._found(person_id, collection)[0]
        return self._indexes.person(first.collection, person_id)

    def records(self, collection: str) -> Records:
        """The faces and users of a collection, one by one.

        Raises:
            CollectionNotFound: there is no such collection.
        """
        with self._current():
            self._check(collection)
            if collection == starter.COLLECTION:
                return StarterRecords(self._starter)
        return OwnCollection(self.store.database, collection)

    def own_collection(self, collection: str) -> OwnCollection:
        """Those of one that may be changed.

        Raises:
            InvalidParameter: the collection is the read-only starter.
            CollectionNotFound: there is no such collection.
        """
        with self._current():
            self._check(collection)
        check_own(collection)
        return OwnCollection(self.store.database, collection)

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
            return self.store.portraits(person)
        return self._starter_portraits()[person.id]

    def appearances(self, people: Sequence[Person]) -> tuple[Appearance | None, ...]:
        """How people look; None of whom it is not known."""
        own: dict[str, set[str]] = {}
        for each in people:
            own.setdefault(each.collection, set()).add(each.id)
        shipped = own.pop(starter.COLLECTION, ())
        found = {name: self.store.appearances(name, ids) for name, ids in own.items()}
        found[starter.COLLECTION] = self._looks.of(shipped)
        return tuple(found[each.collection].get(each.id) for each in people)

    def everyone(self, collection: str) -> Iterator[tuple[Person, tuple[StoredPortrait, ...]]]:
        """All people of a collection with their portraits, by Korean name.

        Raises:
            CollectionNotFound: there is no such collection.
        """
        people = self.people(collection)
        if collection == starter.COLLECTION:
            by_person = self._starter_portraits()
        else:
            by_person = self.store.portraits_by_person(collection)
        return ((each, by_person.get(each.id, ())) for each in people)

    def takedown(self, person_id: str, reason: str = "") -> Receipt:
        """Remove a person from every collection, the starter included, and keep them out.

        Raises:
            PersonNotFound: there is nobody of that id.
        """
        receipt = self.store.block(self.person(person_id), reason)
        with self._current():
            # With the change, they have left the files of indexes.
            return receipt

    def undo_takedown(self, receipt: str) -> Undone:
        """Let a person be added again; who was hidden in the starter gallery is back.

        Raises:
            NotFound: there is no such takedown.
            Conflict: it was undone before.
        """
        undone = self.store.unblock(receipt)
        lifted, blocked = set(undone.lifted), self.store.blocked()
        back = (each for each in self._shipped.people if lifted & keys_of(each))
        return replace(undone, back=tuple(each for each in back if not blocked.holds(each)))

    @contextmanager
    def _current(self) -> Iterator[None]:
        """Everything in memory as the store has it now, for as long as the context lasts."""
        with self._indexes.lock:
            version = self.store.database.version()
            if version != self._version:
                if self._version is not None and version.store != self._version.store:
                    # Another database is in the place of the one that was read.
                    self._indexes.mark = None
                self._catch_up()
                self._version = version
            yield

    def _catch_up(self) -> None:
        before = self._indexes.mark
        with self.store.database.reading() as connection:
            mark = changes.last(connection)
            since = None if before is None else changes.after(connection, before)
        if since == ():
            # What was committed is about no gallery.
            self._indexes.mark = mark
            return
        # What may fail comes first: then the next call begins with all of it again.
        stored = self.store.collections()
        if since is None or Change() in since:
            self._starter = self._shipped.without(self.store.blocked().holds)
        self._indexes.update(since, mark)
        if since is None or Change() in since:
            self._roster.begin(self._starter)
            self._indexes.put(starter.COLLECTION, StarterSource(self._starter))
        self._roster.changed()
        self._counts = None
        self._stored = stored
        if before is None:
            self._indexes.keep_only(each.id for each in self._stored)

    def _people(self, places: Sequence[Place]) -> Mapping[Place, Person]:
        with self._current():
            return self._roster.people(places)

    def _searched(self, collection: str | None) -> tuple[str, ...]:
        """One collection, or the open ones with the starter first.

        Raises:
            CollectionNotFound: there is none of that id.
        """
        if collection is None:
            return (starter.COLLECTION, *(each.id for each in self._stored if each.open))
        self._check(collection)
        return (collection,)

    def _check(self, collection: str) -> None:
        """
        Raises:
            CollectionNotFound: there is none of that id.
        """
        known = (starter.COLLECTION, *(each.id for each in self._stored))
        if collection not in known:
            raise CollectionNotFound(f"There is no collection {collection!r}.", known)

    def _found(self, person_id: str, collection: str | None) -> list[Person]:
        """The people of that id, the starter's first.

        Raises:
            PersonNotFound: there are none.
            CollectionNotFound: there is no such collection.
        """
        with self._current():
            places = [Place(each, person_id) for each in self._searched(collection)]
            people = self._roster.people(places)
        found = [people[each] for each in places if each in people]
        if not found:
            raise _nobody(person_id)
        return found

    def _starter_portraits(self) -> dict[str, tuple[StoredPortrait, ...]]:
        shipped = self._starter
        return {
            each.id: (StoredPortrait(vector, id=face),)
            for each, vector, face in zip(
                shipped.people, shipped.vectors, shipped.face_ids, strict=True
            )
        }


def _nobody(person_id: str) -> PersonNotFound:
    return PersonNotFound(f"Nobody in the gallery has the id {person_id!r}.")
