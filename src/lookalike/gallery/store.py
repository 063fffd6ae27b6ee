"""The user's own galleries in the database: people and portraits added, changed and removed.

Every change is one transaction: vectors are committed with their rows, and every index is made from
here. Several processes may read while one writes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Connection, Table, delete, func, insert, select, update

from lookalike.database import changes
from lookalike.database.changes import Change
from lookalike.database.clock import now
from lookalike.database.schema import COLLECTIONS, FACES, PEOPLE
from lookalike.errors import (
    CollectionExists,
    CollectionNotFound,
    InvalidParameter,
    NotFound,
    PersonNotFound,
)
from lookalike.gallery import blocklist, starter
from lookalike.gallery.blocklist import BlockedKey, Blocklist, keys_of
from lookalike.gallery.contents import Contents, faces_of
from lookalike.gallery.people import Person
from lookalike.gallery.portraits import Portrait
from lookalike.gallery.rows import face_row, person_of, person_row


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


class Store(Contents):
    """What the galleries of one database hold, and every change of it.

    Every method raises StoreUnavailable when the file cannot be read or written; then nothing was
    changed. Methods that change people or collections raise InvalidParameter for the starter
    gallery, which is read-only.
    """

    def create(
        self, collection: str, tags: Mapping[str, str] | None = None, *, is_open: bool = True
    ) -> None:
        """Add an empty collection; one that is not open is searched only when it is named.

        Raises:
            CollectionExists: there is one of that id.
        """
        with self.database.changing() as connection:
            there = _one(connection, COLLECTIONS, COLLECTIONS.c.id == collection)
            if there or collection == starter.COLLECTION:
                raise CollectionExists(f"There is a collection {collection!r} already.")
            self._create(connection, collection, tags or {}, is_open)

    def delete(self, collection: str) -> None:
        """Remove a collection with everyone in it.

        Raises:
            CollectionNotFound: there is none of that id.
        """
        check_own(collection)
        with self.database.changing() as connection:
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
        check_own(person.collection)
        _check_some(portraits)
        with self.database.changing() as connection:
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
        check_own(person.collection)
        _check_some(portraits)
        with self.database.changing() as connection:
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
        check_own(person.collection)
        with self.database.changing() as connection:
            known = connection.execute(select(FACES.c.id).where(faces_of(person))).scalars().all()
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
        check_own(person.collection)
        with self.database.changing() as connection:
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
        with self.database.changing() as connection:
            people = [person_of(row) for row in connection.execute(select(PEOPLE).where(who)).all()]
            if not people:
                raise _nobody(person_id)
            for each in people:
                _forget(connection, each)

    def keep_thumbnails(self, person: Person, thumbnails: Mapping[str, bytes]) -> None:
        """Give portraits of a person, by the id of their image, a thumbnail if they have none."""
        with self.database.changing() as connection:
            for image, thumbnail in thumbnails.items():
                bare = (FACES.c.image_id == image) & FACES.c.thumbnail.is_(None)
                one = update(FACES).where(faces_of(person), bare)
                connection.execute(one.values(thumbnail=thumbnail))

    def block(self, person: Person, reason: str) -> Receipt:
        """Remove a person from every collection and keep them out from now on."""
        keys, when = sorted(keys_of(person)), now()
        at = when.replace(tzinfo=UTC)
        asked = Blocklist(BlockedKey(key, person.wikidata, reason, at) for key in keys)
        with self.database.changing() as connection:
            for key in keys:
                blocklist.remember(connection, key, person.wikidata, reason, when)
            everyone = (person_of(row) for row in connection.execute(select(PEOPLE)).all())
            removed = tuple(each for each in everyone if asked.holds(each))
            portraits = sum(_forget(connection, each) for each in removed)
            changes.record(connection, [Change()])
        self.database.forget_deleted()
        return Receipt(person, portraits, tuple(keys), at, removed)

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
            "contract": self.contract,
            "tags": json.dumps(tags, ensure_ascii=False),
            "open": is_open,
            "created": now(),
        }
        connection.execute(insert(COLLECTIONS), row)
        changes.record(connection, [Change(collection)])


def check_own(collection: str) -> None:
    """
    Raises:
        InvalidParameter: the collection is the read-only starter.
    """
    if collection == starter.COLLECTION:
        raise InvalidParameter("The starter gallery is read-only; choose another collection.")


def _add_faces(connection: Connection, person: Person, portraits: Sequence[Portrait]) -> int:
    """Add what is not of an image that they have; how many those were."""
    found = connection.execute(select(FACES.c.image_id).where(faces_of(person))).scalars()
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
    count = connection.execute(select(func.count()).where(faces_of(person))).scalar_one()
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


def _one(connection: Connection, table: Table, where: ColumnElement[bool]) -> bool:
    return connection.execute(select(table).where(where).limit(1)).first() is not None


def _nobody(person_id: str) -> PersonNotFound:
    return PersonNotFound(f"Nobody in your own galleries has the id {person_id!r}.")


def _no_collection(collection: str) -> CollectionNotFound:
    return CollectionNotFound(f"There is no collection {collection!r} of your own.")
