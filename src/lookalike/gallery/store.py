"""The user's own galleries, in SQLite under `LOOKALIKE_HOME`.

A gallery is a Rekognition collection: one table of collections, one of people (its users), one of
faces (their portraits). The vectors are committed with their rows; every index is made from here.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import (
    Column,
    Connection,
    DateTime,
    Engine,
    ForeignKeyConstraint,
    LargeBinary,
    MetaData,
    String,
    Table,
    create_engine,
    delete,
    event,
    insert,
    select,
)
from sqlalchemy.pool import NullPool

from lookalike.errors import ContractMismatch, PersonNotFound
from lookalike.faces.runtime import Floats
from lookalike.gallery.people import Credit, Person, Text

_METADATA = MetaData()

_COLLECTIONS = Table(
    "collections",
    _METADATA,
    Column("id", String, primary_key=True),
    Column("contract", String, nullable=False),
    Column("created", DateTime, nullable=False),
)
_PEOPLE = Table(
    "people",
    _METADATA,
    Column("collection", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("name_ko", String),
    Column("name_en", String),
    Column("description_ko", String),
    Column("description_en", String),
    Column("born", String),
    Column("died", String),
    Column("groups", String, nullable=False),
    Column("wikidata", String),
    Column("websites", String, nullable=False),
    ForeignKeyConstraint(["collection"], ["collections.id"], ondelete="CASCADE"),
)
_FACES = Table(
    "faces",
    _METADATA,
    Column("id", String, primary_key=True),
    Column("collection", String, nullable=False, index=True),
    Column("person", String, nullable=False),
    Column("vector", LargeBinary, nullable=False),
    Column("author", String),
    Column("licence", String),
    Column("licence_url", String),
    Column("source_url", String),
    Column("created", DateTime, nullable=False),
    ForeignKeyConstraint(
        ["collection", "person"], ["people.collection", "people.id"], ondelete="CASCADE"
    ),
)


@dataclass(frozen=True, slots=True, eq=False)
class Portrait:
    """A portrait to be stored: the (dimension,) float32 vector of its face, and its credit."""

    vector: Floats
    credit: Credit | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Roster:
    """Everyone in a collection: people, and (n, dimension) vectors with the row of their person."""

    id: str
    people: tuple[Person, ...]
    vectors: Floats
    owners: np.ndarray[tuple[int], np.dtype[np.intp]]


class Store:
    """SQLite in WAL mode: several processes may read while one writes."""

    def __init__(self, home: Path, contract: str) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self._contract = contract
        self._engine = _connectable(home / "lookalike.sqlite3")
        _METADATA.create_all(self._engine)
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
            rows = connection.execute(select(_COLLECTIONS).order_by(_COLLECTIONS.c.id)).all()
            return tuple(self._roster(connection, row.id, row.contract) for row in rows)

    def add(self, person: Person, portraits: Sequence[Portrait]) -> None:
        """Add a person, or more portraits to one, in one transaction."""
        now = datetime.now(UTC).replace(tzinfo=None)
        collection = {"id": person.collection, "contract": self._contract, "created": now}
        with self._engine.begin() as connection:
            if not _exists(connection, _COLLECTIONS, id=person.collection):
                connection.execute(insert(_COLLECTIONS), collection)
            if not _exists(connection, _PEOPLE, collection=person.collection, id=person.id):
                connection.execute(insert(_PEOPLE), _person_row(person))
            rows = [_face_row(person, portrait, now) for portrait in portraits]
            connection.execute(insert(_FACES), rows)

    def remove(self, person_id: str) -> None:
        """Remove a person with their portraits.

        Raises:
            PersonNotFound: there is nobody of that id in the user's own galleries.
        """
        with self._engine.begin() as connection:
            gone = connection.execute(delete(_PEOPLE).where(_PEOPLE.c.id == person_id)).rowcount
        if not gone:
            raise PersonNotFound(f"Nobody in your own galleries has the id {person_id!r}.")

    def _roster(self, connection: Connection, collection: str, contract: str) -> Roster:
        if contract != self._contract:
            raise ContractMismatch(
                f"The gallery {collection!r} was made with {contract}, but {self._contract} is in "
                "use; vectors of two models cannot be compared."
            )
        wanted = _PEOPLE.c.collection == collection
        people = connection.execute(select(_PEOPLE).where(wanted).order_by(_PEOPLE.c.id)).all()
        faces = connection.execute(
            select(_FACES.c.person, _FACES.c.vector)
            .where(_FACES.c.collection == collection)
            .order_by(_FACES.c.person)
        ).all()
        place = {row.id: number for number, row in enumerate(people)}
        return Roster(
            id=collection,
            people=tuple(_person(row) for row in people),
            vectors=np.array([np.frombuffer(face.vector, "<f4") for face in faces], np.float32),
            owners=np.array([place[face.person] for face in faces], np.intp),
        )


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
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA busy_timeout = 10000")

    return engine


def _exists(connection: Connection, table: Table, **key: str) -> bool:
    found = select(table).filter_by(**key).limit(1)
    return connection.execute(found).first() is not None


def _person_row(person: Person) -> dict[str, object]:
    return {
        "collection": person.collection,
        "id": person.id,
        "name_ko": person.name.ko,
        "name_en": person.name.en,
        "description_ko": person.description.ko,
        "description_en": person.description.en,
        "born": person.born,
        "died": person.died,
        "groups": json.dumps(person.groups, ensure_ascii=False),
        "wikidata": person.wikidata,
        "websites": json.dumps(person.websites),
    }


def _person(row: Any) -> Person:
    return Person(
        id=row.id,
        collection=row.collection,
        name=Text(row.name_ko, row.name_en),
        description=Text(row.description_ko, row.description_en),
        born=row.born,
        died=row.died,
        groups=tuple(json.loads(row.groups)),
        wikidata=row.wikidata,
        websites=tuple(json.loads(row.websites)),
    )


def _face_row(person: Person, portrait: Portrait, now: datetime) -> dict[str, object]:
    credit = portrait.credit
    return {
        "id": str(uuid.uuid4()),
        "collection": person.collection,
        "person": person.id,
        "vector": portrait.vector.astype("<f4").tobytes(),
        "author": credit and credit.author,
        "licence": credit and credit.licence,
        "licence_url": credit and credit.licence_url,
        "source_url": credit and credit.source_url,
        "created": now,
    }
