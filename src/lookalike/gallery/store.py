"""The user's own galleries, in SQLite under `LOOKALIKE_HOME`.

Every change is one transaction: vectors are committed with their rows, and every index is made from
here. Several processes may read while one writes.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    Table,
    create_engine,
    delete,
    event,
    insert,
    select,
    update,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from lookalike.errors import (
    Blocked,
    CollectionNotFound,
    ContractMismatch,
    InvalidParameter,
    PersonNotFound,
    StoreUnavailable,
)
from lookalike.faces.runtime import Floats
from lookalike.gallery import migrations
from lookalike.gallery.people import Person
from lookalike.gallery.rows import (
    Portrait,
    blocked_keys,
    face_row,
    person_of,
    person_row,
    portrait_of,
)
from lookalike.gallery.schema import BLOCKED, COLLECTIONS, FACES, PEOPLE

__all__ = ["Portrait", "Receipt", "Roster", "Store", "new_id"]


@dataclass(frozen=True, slots=True, eq=False)
class Roster:
    """Everyone in a collection: people, and (n, dimension) vectors with the row of their person."""

    id: str
    people: tuple[Person, ...]
    vectors: Floats
    owners: np.ndarray[tuple[int], np.dtype[np.intp]]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a takedown did.

    Attributes:
        portraits: how many were removed with their vectors.
        blocked: the keys that later imports are held against.
    """

    person: Person
    portraits: int
    blocked: tuple[str, ...]
    at: datetime


class Store:
    """The database of one `LOOKALIKE_HOME`, for vectors of one contract."""

    def __init__(self, home: Path, contract: str) -> None:
        """
        Raises:
            StoreUnavailable: the folder or the database cannot be written.
        """
        self._contract = contract
        self._path = home / "lookalike.sqlite3"
        with self._usable():
            home.mkdir(parents=True, exist_ok=True)
            self._engine = _connectable(self._path)
            # Two processes that start together must not both create the tables.
            with FileLock(home / "migration.lock"), self._engine.begin() as connection:
                migrations.upgrade(connection)
            # Kept open only to be asked whether another connection has committed.
            self._watch = self._engine.connect()

    def version(self) -> int:
        """A number that changes when anyone, in any process, has committed."""
        return int(self._watch.exec_driver_sql("PRAGMA data_version").scalar_one())

    def close(self) -> None:
        self._watch.close()
        self._engine.dispose()

    def rosters(self) -> tuple[Roster, ...]:
        """Every collection with its people.

        Raises:
            ContractMismatch: a collection was made with another model.
        """
        with self._engine.connect() as connection:
            rows = connection.execute(select(COLLECTIONS).order_by(COLLECTIONS.c.id)).all()
            return tuple(self._roster(connection, row.id, row.contract) for row in rows)

    def create(self, collection: str) -> None:
        """Add an empty collection.

        Raises:
            InvalidParameter: there is one of that id.
        """
        with self._changing() as connection:
            if _one(connection, COLLECTIONS, COLLECTIONS.c.id == collection):
                raise InvalidParameter(f"There is a collection {collection!r} already.")
            self._create(connection, collection)

    def delete(self, collection: str) -> None:
        """Remove a collection with everyone in it.

        Raises:
            CollectionNotFound: there is none of that id.
        """
        with self._changing() as connection:
            gone = connection.execute(delete(COLLECTIONS).where(COLLECTIONS.c.id == collection))
            if not gone.rowcount:
                raise CollectionNotFound(f"There is no collection {collection!r} of your own.")

    def add(self, person: Person, portraits: Sequence[Portrait]) -> None:
        """Add a person, or more portraits to one; portraits of an image they have are left out.

        Raises:
            InvalidParameter: there is no portrait.
            Blocked: the person asked to be left out.
        """
        if not portraits:
            raise InvalidParameter("A person needs at least one portrait.")
        with self._changing() as connection:
            self._check_blocked(connection, person)
            if not _one(connection, COLLECTIONS, COLLECTIONS.c.id == person.collection):
                self._create(connection, person.collection)
            if not _one(connection, PEOPLE, _is(person.collection, person.id)):
                connection.execute(insert(PEOPLE), person_row(person))
            known = self._images(connection, person)
            new = [each for each in portraits if each.image_id not in known]
            if new:
                connection.execute(insert(FACES), [face_row(person, each) for each in new])

    def change(self, person: Person) -> None:
        """Replace the facts of a person.

        Raises:
            PersonNotFound: there is nobody of that id in the collection.
            Blocked: the person asked to be left out.
        """
        with self._changing() as connection:
            self._check_blocked(connection, person)
            who = _is(person.collection, person.id)
            done = connection.execute(update(PEOPLE).where(who).values(person_row(person)))
            if not done.rowcount:
                raise _nobody(person.id)

    def remove(self, person_id: str) -> None:
        """Remove a person with their portraits.

        Raises:
            PersonNotFound: there is nobody of that id in the user's own galleries.
        """
        with self._changing() as connection:
            if not connection.execute(delete(PEOPLE).where(PEOPLE.c.id == person_id)).rowcount:
                raise _nobody(person_id)

    def portraits(self, person: Person) -> tuple[Portrait, ...]:
        """The portraits of a person in the order they were added."""
        wanted = (FACES.c.collection == person.collection) & (FACES.c.person == person.id)
        with self._engine.connect() as connection:
            rows = connection.execute(select(FACES).where(wanted).order_by(FACES.c.created)).all()
        return tuple(portrait_of(row) for row in rows)

    def image_ids(self, collection: str) -> frozenset[str]:
        """What the enrolled images of a collection are known by."""
        wanted = (FACES.c.collection == collection) & FACES.c.image_id.is_not(None)
        with self._engine.connect() as connection:
            return frozenset(connection.execute(select(FACES.c.image_id).where(wanted)).scalars())

    def block(self, person: Person, reason: str) -> Receipt:
        """Remove a person from every collection and keep them out from now on."""
        keys, now = blocked_keys(person), _now()
        with self._changing() as connection:
            known = set(connection.execute(select(BLOCKED.c.key)).scalars())
            rows = [{"key": key, "reason": reason, "created": now} for key in keys - known]
            if rows:
                connection.execute(insert(BLOCKED), rows)
            gone = 0
            for row in connection.execute(select(PEOPLE)).all():
                if blocked_keys(person_of(row)) & keys:
                    gone += self._forget(connection, row)
        return Receipt(person, gone, tuple(sorted(keys)), now.replace(tzinfo=UTC))

    def blocked(self) -> frozenset[str]:
        """The keys of everyone who is kept out."""
        with self._engine.connect() as connection:
            return frozenset(connection.execute(select(BLOCKED.c.key)).scalars())

    def _forget(self, connection: Connection, row: Row[Any]) -> int:
        faces = (FACES.c.collection == row.collection) & (FACES.c.person == row.id)
        count = connection.execute(delete(FACES).where(faces)).rowcount
        connection.execute(delete(PEOPLE).where(_is(row.collection, row.id)))
        return count

    def _create(self, connection: Connection, collection: str) -> None:
        row = {"id": collection, "contract": self._contract, "created": _now()}
        connection.execute(insert(COLLECTIONS), row)

    def _check_blocked(self, connection: Connection, person: Person) -> None:
        keys = BLOCKED.c.key.in_(blocked_keys(person))
        if _one(connection, BLOCKED, keys):
            name = person.name.get("en") or person.id
            raise Blocked(f"{name} asked to be left out, and is kept out of every gallery here.")

    def _images(self, connection: Connection, person: Person) -> frozenset[str]:
        wanted = (FACES.c.collection == person.collection) & (FACES.c.person == person.id)
        found = connection.execute(select(FACES.c.image_id).where(wanted)).scalars()
        return frozenset(each for each in found if each is not None)

    def _roster(self, connection: Connection, collection: str, contract: str) -> Roster:
        if contract != self._contract:
            raise ContractMismatch(
                f"The gallery {collection!r} was made with {contract}, but {self._contract} is in "
                "use; vectors of two models cannot be compared."
            )
        wanted = PEOPLE.c.collection == collection
        people = connection.execute(select(PEOPLE).where(wanted).order_by(PEOPLE.c.id)).all()
        faces = connection.execute(
            select(FACES.c.person, FACES.c.vector)
            .where(FACES.c.collection == collection, FACES.c.person.is_not(None))
            .order_by(FACES.c.person, FACES.c.created)
        ).all()
        place = {row.id: number for number, row in enumerate(people)}
        return Roster(
            id=collection,
            people=tuple(person_of(row) for row in people),
            vectors=np.array([np.frombuffer(face.vector, "<f4") for face in faces], np.float32),
            owners=np.array([place[face.person] for face in faces], np.intp),
        )

    @contextmanager
    def _changing(self) -> Iterator[Connection]:
        """One transaction, or none of it."""
        with self._usable(), self._engine.connect() as connection:
            # At once as a writer: one that had read first could not become one beside another.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.exec_driver_sql("ROLLBACK")
                raise
            connection.exec_driver_sql("COMMIT")

    @contextmanager
    def _usable(self) -> Iterator[None]:
        try:
            yield
        except (OperationalError, OSError) as error:
            cause = error.orig if isinstance(error, OperationalError) else error
            raise StoreUnavailable(
                f"{self._path} cannot be written ({cause}); nothing was changed. Free some space, "
                "check its permissions, or set LOOKALIKE_HOME to another folder."
            ) from error


def new_id() -> str:
    """An id for a person who has none elsewhere: letters and digits, as AWS asks."""
    return f"U{uuid.uuid4().hex[:15]}"


def _connectable(path: Path) -> Engine:
    # A fresh connection each time keeps threads apart and costs 0.2 ms.
    engine = create_engine(
        f"sqlite:///{path}", poolclass=NullPool, connect_args={"check_same_thread": False}
    )

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA busy_timeout = 20000")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        # No transaction begins by itself: `_changing` begins those that write.
        connection.isolation_level = None

    return engine


def _is(collection: str, person_id: str) -> ColumnElement[bool]:
    return (PEOPLE.c.collection == collection) & (PEOPLE.c.id == person_id)


def _one(connection: Connection, table: Table, where: ColumnElement[bool]) -> bool:
    return connection.execute(select(table).where(where).limit(1)).first() is not None


def _nobody(person_id: str) -> PersonNotFound:
    return PersonNotFound(f"Nobody in your own galleries has the id {person_id!r}.")


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
