"""What the user's own galleries hold, read from the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Column, ColumnElement, Connection, Select, Table, func, select

from lookalike.database import database
from lookalike.database.schema import COLLECTIONS, FACES, PEOPLE
from lookalike.errors import ContractMismatch
from lookalike.gallery.embeddings import FaceEmbedding, PeopleEmbeddings
from lookalike.gallery.people import Person
from lookalike.gallery.portraits import StoredPortrait
from lookalike.gallery.removals import blocklist, takedowns
from lookalike.gallery.removals.blocklist import Blocklist
from lookalike.gallery.removals.takedowns import Takedown
from lookalike.gallery.rows import person_of, portrait_of, portraits_of, sound

# Values that one statement may name: SQLite allows 32,766.
_AT_ONCE = 10_000

Ids = Collection[str]


@dataclass(frozen=True, slots=True)
class StoredCollection:
    """A collection as it lies in the store.

    Attributes:
        created: in UTC.
        open: searched when no collection is named.
    """

    id: str
    contract: str
    created: datetime
    open: bool


class Contents:
    """The galleries of one database, for vectors of one contract.

    Every method raises StoreUnavailable when the database cannot be read.

    Attributes:
        database: where the galleries lie, and what else is kept beside them.
    """

    def __init__(self, home: Path, contract: str, address: str = "", *, make: bool = True) -> None:
        """
        Args:
            address: of PostgreSQL; SQLite in the home unless given.
            make: what is not there yet now, rather than with the first change.

        Raises:
            StoreUnavailable: the folder or the database cannot be used.
        """
        self.contract = contract
        self.database = database.opened(home, address, make=make)

    def close(self) -> None:
        self.database.close()

    def collections(self) -> tuple[StoredCollection, ...]:
        """Every collection, by id.

        Raises:
            ContractMismatch: one was made with another model.
        """
        with self.database.reading() as connection:
            rows = connection.execute(select(COLLECTIONS).order_by(COLLECTIONS.c.id)).all()
        for row in rows:
            self._check_contract(row.id, row.contract)
        return tuple(
            StoredCollection(row.id, row.contract, row.created.replace(tzinfo=UTC), row.open)
            for row in rows
        )

    def contracts(self) -> Mapping[str, str]:
        """The contract that each collection was made with; those of another are not searched."""
        with self.database.reading() as connection:
            rows = connection.execute(select(COLLECTIONS).order_by(COLLECTIONS.c.id)).all()
        return {row.id: row.contract for row in rows}

    def counts(self) -> Mapping[str, tuple[int, int]]:
        """How many people and faces each collection has; those without any are left out."""
        with self.database.reading() as connection:
            people, faces = _counted(connection, PEOPLE), _counted(connection, FACES)
        return {each: (people.get(each, 0), faces.get(each, 0)) for each in people.keys() | faces}

    def people_embeddings(self, collection: str, ids: Ids | None = None) -> PeopleEmbeddings:
        """A collection with everyone in it, or with the people of those ids who are."""
        owned = (FACES.c.collection == collection) & FACES.c.person.is_not(None)
        wanted = (
            select(FACES.c.id, FACES.c.person, FACES.c.vector)
            .where(owned)
            .order_by(FACES.c.created)
        )
        whom = select(PEOPLE).where(PEOPLE.c.collection == collection)
        with self.database.reading() as connection:
            faces = _some(connection, wanted, FACES.c.person, ids)
            rows = _some(connection, whom, PEOPLE.c.id, ids)
        faces, vectors = sound(faces, collection)
        own = defaultdict(list)
        for number, face in enumerate(faces):
            own[face.person].append(number)
        people = sorted((person_of(row) for row in rows), key=lambda p: (p.id not in own, p.id))
        counts = [len(own.get(person.id, ())) for person in people]
        return PeopleEmbeddings(
            id=collection,
            people=tuple(people),
            vectors=vectors[[number for person in people for number in own.get(person.id, ())]],
            owners=np.repeat(np.arange(len(people), dtype=np.intp), counts),
        )

    def face_embeddings(
        self, collection: str, people: Ids | None = None, ids: Ids | None = None
    ) -> tuple[FaceEmbedding, ...]:
        """All faces of a collection, those of nobody too, or of some people and of some ids."""
        wanted = select(FACES.c.id, FACES.c.person, FACES.c.vector)
        wanted = wanted.where(FACES.c.collection == collection)
        with self.database.reading() as connection:
            if people is None and ids is None:
                rows = _some(connection, wanted, FACES.c.id, None)
            else:
                rows = _some(connection, wanted, FACES.c.person, people or ())
                rows += _some(connection, wanted, FACES.c.id, ids or ())
        kept, vectors = sound(rows, collection)
        found = {
            row.id: FaceEmbedding(row.id, row.person, vector)
            for row, vector in zip(kept, vectors, strict=True)
        }
        return tuple(found.values())

    def portraits(self, person: Person) -> tuple[StoredPortrait, ...]:
        """The portraits of a person in the order they were added."""
        wanted = select(FACES).where(faces_of(person)).order_by(FACES.c.created)
        with self.database.reading() as connection:
            return portraits_of(connection.execute(wanted).all(), person.collection)

    def portraits_by_person(self, collection: str) -> dict[str, tuple[StoredPortrait, ...]]:
        """The portraits of everyone in a collection, in the order they were added."""
        owned = (FACES.c.collection == collection) & FACES.c.person.is_not(None)
        with self.database.reading() as connection:
            rows = connection.execute(select(FACES).where(owned).order_by(FACES.c.created)).all()
        found = defaultdict(list)
        for row in sound(rows, collection)[0]:
            found[row.person].append(portrait_of(row))
        return {person: tuple(own) for person, own in found.items()}

    def image_ids(self, collection: str, *, bare: bool = False) -> frozenset[str]:
        """What the enrolled images of a collection are known by (sha256 of their files);
        `bare`: only those of which no thumbnail is kept."""
        wanted = (FACES.c.collection == collection) & FACES.c.image_id.is_not(None)
        if bare:
            wanted &= FACES.c.thumbnail.is_(None)
        with self.database.reading() as connection:
            return frozenset(connection.execute(select(FACES.c.image_id).where(wanted)).scalars())

    def blocked(self) -> Blocklist:
        """Everyone who was taken down, by key."""
        with self.database.reading() as connection:
            return blocklist.read(connection)

    def takedowns(self) -> tuple[Takedown, ...]:
        """All takedowns, the newest first; those that were undone too."""
        with self.database.reading() as connection:
            return takedowns.read(connection)

    def _check_contract(self, collection: str, contract: str) -> None:
        if contract != self.contract:
            raise ContractMismatch(
                f"The gallery {collection!r} was made with {contract}, but {self.contract} is in "
                "use; vectors of two models cannot be compared. Make them anew with: "
                "lookalike gallery migrate"
            )


def faces_of(person: Person) -> ColumnElement[bool]:
    return (FACES.c.collection == person.collection) & (FACES.c.person == person.id)


def _counted(connection: Connection, table: Table) -> dict[str, int]:
    """How many rows of a table each collection has."""
    counting = select(table.c.collection, func.count()).group_by(table.c.collection)
    return {row[0]: row[1] for row in connection.execute(counting).all()}


def _some(
    connection: Connection, wanted: Select[Any], column: Column[Any], ids: Ids | None
) -> list[Any]:
    """The rows in which `column` is one of `ids`, or all of them."""
    if ids is None:
        return list(connection.execute(wanted).all())
    found: list[Any] = []
    for start in range(0, len(few := sorted(ids)), _AT_ONCE):
        some = wanted.where(column.in_(few[start : start + _AT_ONCE]))
        found += connection.execute(some).all()
    return found
