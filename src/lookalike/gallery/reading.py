"""What the store holds, as the index wants it: collections, rosters, vectors of faces."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from sqlalchemy import Column, Connection, Select, Table, func, select

from lookalike.database.schema import COLLECTIONS, FACES, PEOPLE
from lookalike.gallery.index.collection import FaceVector, Roster
from lookalike.gallery.rows import StoredPortrait, person_of, portrait_of

# Values that one statement may name: SQLite allows 32,766.
_AT_ONCE = 10_000

Ids = Collection[str]


@dataclass(frozen=True, slots=True)
class Stored:
    """A collection as it lies in the store.

    Attributes:
        created: in UTC.
        open: searched when no collection is named.
    """

    id: str
    contract: str
    created: datetime
    open: bool


def collections(connection: Connection) -> tuple[Stored, ...]:
    """Every collection, by id."""
    rows = connection.execute(select(COLLECTIONS).order_by(COLLECTIONS.c.id)).all()
    return tuple(
        Stored(row.id, row.contract, row.created.replace(tzinfo=UTC), row.open) for row in rows
    )


def counts(connection: Connection) -> dict[str, tuple[int, int]]:
    """How many people and faces each collection has that has any."""
    people, faces = _counted(connection, PEOPLE), _counted(connection, FACES)
    return {each: (people.get(each, 0), faces.get(each, 0)) for each in people.keys() | faces}


def roster(connection: Connection, collection: str, ids: Ids | None = None) -> Roster:
    """A collection with everyone in it, or with the people of those ids."""
    owned = (FACES.c.collection == collection) & FACES.c.person.is_not(None)
    wanted = select(FACES.c.person, FACES.c.vector).where(owned).order_by(FACES.c.created)
    vectors = defaultdict(list)
    for face in _some(connection, wanted, FACES.c.person, ids):
        vectors[face.person].append(np.frombuffer(face.vector, "<f4"))
    whom = select(PEOPLE).where(PEOPLE.c.collection == collection)
    rows = _some(connection, whom, PEOPLE.c.id, ids)
    people = sorted((person_of(row) for row in rows), key=lambda p: (p.id not in vectors, p.id))
    counts = [len(vectors.get(person.id, ())) for person in people]
    return Roster(
        id=collection,
        people=tuple(people),
        vectors=np.array([v for p in people for v in vectors.get(p.id, ())], np.float32),
        owners=np.repeat(np.arange(len(people), dtype=np.intp), counts),
    )


def faces(
    connection: Connection,
    collection: str,
    people: Ids | None = None,
    ids: Ids | None = None,
) -> tuple[FaceVector, ...]:
    """The vectors of a collection; of some people and of some faces where either is given."""
    wanted = select(FACES.c.id, FACES.c.person, FACES.c.vector)
    wanted = wanted.where(FACES.c.collection == collection)
    if people is None and ids is None:
        rows = _some(connection, wanted, FACES.c.id, None)
    else:
        rows = _some(connection, wanted, FACES.c.person, people or ())
        rows += _some(connection, wanted, FACES.c.id, ids or ())
    found = {
        row.id: FaceVector(row.id, row.person, np.frombuffer(row.vector, "<f4")) for row in rows
    }
    return tuple(found.values())


def portraits(connection: Connection, collection: str) -> dict[str, tuple[StoredPortrait, ...]]:
    """The portraits of everyone in a collection, in the order they were added."""
    mine = (FACES.c.collection == collection) & FACES.c.person.is_not(None)
    found: dict[str, list[StoredPortrait]] = {}
    for row in connection.execute(select(FACES).where(mine).order_by(FACES.c.created)):
        found.setdefault(row.person, []).append(portrait_of(row))
    return {person: tuple(own) for person, own in found.items()}


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
