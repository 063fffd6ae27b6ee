"""The user's own galleries in the database: people and portraits added, changed and removed.

Every change is one transaction: vectors are committed with their rows, and every index is made from
here. Several processes may read while one writes.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, Table, delete, func, insert, select, update

from lookalike.database import changes, database
from lookalike.database.changes import Change, Changes
from lookalike.database.clock import now
from lookalike.database.schema import COLLECTIONS, FACES, PEOPLE
from lookalike.errors import (
    CollectionExists,
    CollectionNotFound,
    ContractMismatch,
    InvalidParameter,
    NotFound,
    PersonNotFound,
)
from lookalike.faces.vectors import Floats
from lookalike.gallery import blocklist, enrolled, reading
from lookalike.gallery.blocklist import BlockedKey, is_blocked, keys_of
from lookalike.gallery.enrolled import Enrolled
from lookalike.gallery.index.collection import FaceVector, Roster
from lookalike.gallery.people import Person
from lookalike.gallery.reading import Ids, Stored
from lookalike.gallery.rows import (
    Portrait,
    StoredPortrait,
    face_row,
    person_of,
    person_row,
    portrait_of,
)
from lookalike.gallery.stored_records import OwnRecords

__all__ = ["BlockedKey", "Portrait", "Receipt", "Store", "StoredPortrait", "new_id"]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a takedown did.

    Attributes:
        portraits: how many were removed with their vectors.
        blocked: the keys that later imports are held against.
        removed: everyone who left one of the user's own collections.
    """

    person: Person
    portraits: int
    blocked: tuple[str, ...]
    at: datetime
    removed: tuple[Person, ...] = ()

    @property
    def everyone(self) -> frozenset[str]:
        """The ids under which they were in any gallery."""
        return frozenset({self.person.id, *(each.id for each in self.removed)})


class Store:
    """The galleries of one database, for vectors of one contract.

    Every method raises StoreUnavailable when the file cannot be read or written; then nothing was
    changed.
    """

    def __init__(self, home: Path, contract: str, address: str = "") -> None:
        """
        Args:
            address: of PostgreSQL; SQLite in the home unless given.

        Raises:
            StoreUnavailable: the folder or the database cannot be used.
        """
        self._contract = contract
        self._database = database.opened(home, address)

    @property
    def database(self) -> database.Database:
        """Where the galleries lie, and what else is kept beside them."""
        return self._database

    def version(self) -> int:
        """A number that changes when anyone, in any process, has committed."""
        return self._database.version()

    def close(self) -> None:
        self._database.close()

    def changes(self, number: int) -> Changes:
        """What was committed after a change of that number."""
        with self._database.reading() as connection:
            return changes.after(connection, number)

    def collections(self) -> tuple[Stored, ...]:
        """Every collection, by id.

        Raises:
            ContractMismatch: one was made with another model.
        """
        with self._database.reading() as connection:
            found = reading.collections(connection)
        for each in found:
            self._check_contract(each.id, each.contract)
        return found

    def counts(self) -> Mapping[str, tuple[int, int]]:
        """How many people and faces each collection has; those without any are left out."""
        with self._database.reading() as connection:
            return reading.counts(connection)

    def roster(self, collection: str, ids: Ids | None = None) -> Roster:
        """A collection with everyone in it, or with the people of those ids who are."""
        with self._database.reading() as connection:
            return reading.roster(connection, collection, ids)

    def faces(
        self,
        collection: str,
        people: Ids | None = None,
        ids: Ids | None = None,
    ) -> tuple[FaceVector, ...]:
        """All faces of a collection, those of nobody too, or of some people and of some ids."""
        with self._database.reading() as connection:
            return reading.faces(connection, collection, people, ids)

    def records(self, collection: str) -> OwnRecords:
        """The faces and users of a collection, one by one."""
        return OwnRecords(self._database, collection)

    def create(
        self, collection: str, tags: Mapping[str, str] | None = None, *, is_open: bool = True
    ) -> None:
        """Add an empty collection; one that is not open is searched only when it is named.

        Raises:
            CollectionExists: there is one of that id.
        """
        with self._database.changing() as connection:
            if _one(connection, COLLECTIONS, COLLECTIONS.c.id == collection):
                raise CollectionExists(f"There is a collection {collection!r} already.")
            self._create(connection, collection, tags or {}, is_open)

    def delete(self, collection: str) -> None:
        """Remove a collection with everyone in it.

        Raises:
            CollectionNotFound: there is none of that id.
        """
        with self._database.changing() as connection:
            gone = connection.execute(delete(COLLECTIONS).where(COLLECTIONS.c.id == collection))
            if not gone.rowcount:
                raise _no_collection(collection)
            changes.record(connection, [Change(collection)])

    def add(self, person: Person, portraits: Sequence[Portrait]) -> None:
        """Add a person, or more portraits to one; portraits of an image they have are left out.

        Raises:
            InvalidParameter: there is no portrait.
            Blocked: the person asked to be left out.
            ContractMismatch: the collection was made with another model.
        """
        _check_some(portraits)
        with self._database.changing() as connection:
            blocklist.check(connection, person)
            self._ready(connection, person.collection)
            if not _one(connection, PEOPLE, _is(person)):
                connection.execute(insert(PEOPLE), person_row(person))
            _add_faces(connection, person, portraits)
            _note(connection, person)

    def add_portraits(self, person: Person, portraits: Sequence[Portrait]) -> int:
        """Add portraits to someone who is there; how many were of images they did not have.

        Raises:
            InvalidParameter: there is no portrait.
            PersonNotFound: there is nobody of that id in the collection.
            Blocked: the person asked to be left out.
            ContractMismatch: the collection was made with another model.
        """
        _check_some(portraits)
        with self._database.changing() as connection:
            blocklist.check(connection, person)
            if not _one(connection, PEOPLE, _is(person)):
                raise _nobody(person.id)
            self._ready(connection, person.collection)
            _note(connection, person)
            return _add_faces(connection, person, portraits)

    def remove_portrait(self, person: Person, portrait_id: str) -> None:
        """Remove one of several portraits of a person.

        Raises:
            NotFound: they have no such portrait.
            InvalidParameter: it is their last one.
        """
        with self._database.changing() as connection:
            known = connection.execute(select(FACES.c.id).where(_faces_of(person))).scalars().all()
            if portrait_id not in known:
                raise NotFound(f"{person.id} has no portrait {portrait_id!r}.")
            if len(known) == 1:
                raise InvalidParameter(
                    f"It is the only portrait of {person.id}; remove the person, or add another "
                    "portrait first."
                )
            connection.execute(delete(FACES).where(FACES.c.id == portrait_id))
            _note(connection, person)

    def change(self, person: Person) -> None:
        """Replace the facts of a person.

        Raises:
            PersonNotFound: there is nobody of that id in the collection.
            Blocked: the person asked to be left out.
        """
        with self._database.changing() as connection:
            blocklist.check(connection, person)
            changed = update(PEOPLE).where(_is(person)).values(person_row(person))
            if not connection.execute(changed).rowcount:
                raise _nobody(person.id)
            _note(connection, person)

    def remove(self, person_id: str, collection: str | None = None) -> None:
        """Remove a person with their portraits, from one collection or from all.

        Raises:
            PersonNotFound: there is nobody of that id in the user's own galleries.
        """
        who = PEOPLE.c.id == person_id
        if collection is not None:
            who &= PEOPLE.c.collection == collection
        with self._database.changing() as connection:
            people = [person_of(row) for row in connection.execute(select(PEOPLE).where(who)).all()]
            if not people:
                raise _nobody(person_id)
            for each in people:
                _forget(connection, each)

    def portraits(self, person: Person) -> tuple[StoredPortrait, ...]:
        """The portraits of a person in the order they were added."""
        wanted = select(FACES).where(_faces_of(person)).order_by(FACES.c.created)
        with self._database.reading() as connection:
            return tuple(portrait_of(row) for row in connection.execute(wanted).all())

    def portraits_by_person(self, collection: str) -> dict[str, tuple[StoredPortrait, ...]]:
        """The portraits of everyone in a collection, in the order they were added."""
        with self._database.reading() as connection:
            return reading.portraits(connection, collection)

    def image_ids(self, collection: str, *, bare: bool = False) -> frozenset[str]:
        """What the enrolled images of a collection are known by; `bare`: without a thumbnail."""
        wanted = (FACES.c.collection == collection) & FACES.c.image_id.is_not(None)
        if bare:
            wanted &= FACES.c.thumbnail.is_(None)
        with self._database.reading() as connection:
            return frozenset(connection.execute(select(FACES.c.image_id).where(wanted)).scalars())

    def keep_thumbnails(self, person: Person, thumbnails: Mapping[str, bytes]) -> None:
        """Give portraits of a person, by the id of their image, a thumbnail if they have none."""
        with self._database.changing() as connection:
            for image, thumbnail in thumbnails.items():
                bare = (FACES.c.image_id == image) & FACES.c.thumbnail.is_(None)
                one = update(FACES).where(_faces_of(person), bare)
                connection.execute(one.values(thumbnail=thumbnail))

    def block(self, person: Person, reason: str) -> Receipt:
        """Remove a person from every collection and keep them out from now on."""
        keys, when = sorted(keys_of(person)), now()
        at = when.replace(tzinfo=UTC)
        entries = {key: BlockedKey(key, person.wikidata, reason, at) for key in keys}
        with self._database.changing() as connection:
            for key in keys:
                blocklist.remember(connection, key, person.wikidata, reason, when)
            everyone = (person_of(row) for row in connection.execute(select(PEOPLE)).all())
            removed = tuple(each for each in everyone if is_blocked(each, entries))
            portraits = sum(_forget(connection, each) for each in removed)
            changes.record(connection, [Change()])
        self._database.forget_deleted()
        return Receipt(person, portraits, tuple(keys), at, removed)

    def blocked(self) -> tuple[BlockedKey, ...]:
        """Everyone who is kept out, by key."""
        with self._database.reading() as connection:
            return blocklist.entries(connection)

    def contracts(self) -> Mapping[str, str]:
        """The contract that each collection was made with; those of another are not searched."""
        with self._database.reading() as connection:
            rows = connection.execute(select(COLLECTIONS).order_by(COLLECTIONS.c.id)).all()
        return {row.id: row.contract for row in rows}

    def enrolled(self, collection: str) -> tuple[Enrolled, ...]:
        """Every face of a collection without its vector and pixels, whatever the contract."""
        with self._database.reading() as connection:
            return enrolled.faces(connection, collection)

    def thumbnails(self, collection: str) -> Generator[tuple[str, bytes], None, None]:
        """The ids and thumbnails (JPEG) of the faces that have one, whatever the contract."""
        wanted = (FACES.c.collection == collection) & FACES.c.thumbnail.is_not(None)
        with self._database.reading() as connection:
            found = connection.execute(select(FACES.c.id, FACES.c.thumbnail).where(wanted))
            for row in found:
                yield row.id, row.thumbnail

    def migrate(self, collection: str, vectors: Mapping[str, Floats | None]) -> tuple[Person, ...]:
        """Bring a collection to this contract; who needs a portrait again, now without any.

        Args:
            vectors: by id of a face, made of its thumbnail. Those that are None are removed, so
                that their photos can be imported again.

        Raises:
            CollectionNotFound: there is none of that id.
            StoreUnavailable: it has a face that is not in `vectors`.
        """
        with self._database.changing() as connection:
            return enrolled.migrate(connection, collection, self._contract, vectors)

    def _ready(self, connection: Connection, collection: str) -> None:
        """Make a collection that is not there; check the contract of one that is."""
        wanted = select(COLLECTIONS.c.contract).where(COLLECTIONS.c.id == collection)
        contract = connection.execute(wanted).scalar()
        if contract is None:
            self._create(connection, collection, {}, is_open=True)
        else:
            self._check_contract(collection, contract)

    def _create(
        self, connection: Connection, collection: str, tags: Mapping[str, str], is_open: bool
    ) -> None:
        row = {
            "id": collection,
            "contract": self._contract,
            "tags": json.dumps(tags, ensure_ascii=False),
            "open": is_open,
            "created": now(),
        }
        connection.execute(insert(COLLECTIONS), row)
        changes.record(connection, [Change(collection)])

    def _check_contract(self, collection: str, contract: str) -> None:
        if contract != self._contract:
            raise ContractMismatch(
                f"The gallery {collection!r} was made with {contract}, but {self._contract} is in "
                "use; vectors of two models cannot be compared. Make them anew with: "
                "lookalike gallery migrate"
            )


def new_id() -> str:
    """An id for a person who has none elsewhere: letters and digits, as AWS asks."""
    return f"U{uuid.uuid4().hex[:15]}"


def _add_faces(connection: Connection, person: Person, portraits: Sequence[Portrait]) -> int:
    """Add what is not of an image that they have; how many those were."""
    found = connection.execute(select(FACES.c.image_id).where(_faces_of(person))).scalars()
    known = {each for each in found if each is not None}
    new = []
    for each in portraits:
        if each.image_id is None or each.image_id not in known:
            new.append(face_row(person.collection, person.id, each))
            known.add(each.image_id or "")
    if new:
        connection.execute(insert(FACES), new)
    return len(new)


def _forget(connection: Connection, person: Person) -> int:
    """Remove a person; how many portraits they had."""
    count = connection.execute(select(func.count()).where(_faces_of(person))).scalar_one()
    connection.execute(delete(PEOPLE).where(_is(person)))
    _note(connection, person)
    return int(count)


def _note(connection: Connection, person: Person) -> None:
    """Tell every process that something about a person changed."""
    changes.record(connection, [Change(person.collection, person.id)])


def _check_some(portraits: Sequence[Portrait]) -> None:
    if not portraits:
        raise InvalidParameter("A person needs at least one portrait.")


def _is(person: Person) -> ColumnElement[bool]:
    return (PEOPLE.c.collection == person.collection) & (PEOPLE.c.id == person.id)


def _faces_of(person: Person) -> ColumnElement[bool]:
    return (FACES.c.collection == person.collection) & (FACES.c.person == person.id)


def _one(connection: Connection, table: Table, where: ColumnElement[bool]) -> bool:
    return connection.execute(select(table).where(where).limit(1)).first() is not None


def _nobody(person_id: str) -> PersonNotFound:
    return PersonNotFound(f"Nobody in your own galleries has the id {person_id!r}.")


def _no_collection(collection: str) -> CollectionNotFound:
    return CollectionNotFound(f"There is no collection {collection!r} of your own.")
