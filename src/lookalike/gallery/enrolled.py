"""The faces of a collection as a change of the model sees them: whose they are, and from where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, select, update

from lookalike.database import changes
from lookalike.database.changes import Change
from lookalike.database.schema import COLLECTIONS, FACES, PEOPLE
from lookalike.errors import CollectionNotFound, StoreUnavailable
from lookalike.faces.vectors import Floats
from lookalike.gallery.people import Credit, Person
from lookalike.gallery.rows import credit_of, person_of, vector_bytes


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A face without its vector and pixels.

    Attributes:
        person: whose it is; None for a face of nobody.
        thumbnail: whether one is kept, so that another model can embed it.
        credit, image_id, external_image_id, fetched_at: as in `rows.Portrait`.
    """

    id: str
    person: Person | None
    thumbnail: bool
    credit: Credit | None
    image_id: str | None
    external_image_id: str | None
    fetched_at: datetime | None


def faces(connection: Connection, collection: str) -> tuple[Enrolled, ...]:
    """Everyone's by id of the person, in the order they were added; last those of nobody."""
    rows = connection.execute(select(PEOPLE).where(PEOPLE.c.collection == collection)).all()
    people = {row.id: person_of(row) for row in rows}
    columns = (column for column in FACES.c if column.name not in ("vector", "thumbnail"))
    wanted = (
        select(*columns, FACES.c.thumbnail.is_not(None).label("kept"))
        .where(FACES.c.collection == collection)
        .order_by(FACES.c.person.is_(None), FACES.c.person, FACES.c.created)
    )
    return tuple(
        Enrolled(
            id=row.id,
            person=people.get(row.person),
            thumbnail=bool(row.kept),
            credit=credit_of(row),
            image_id=row.image_id,
            external_image_id=row.external_image_id,
            fetched_at=row.fetched_at and row.fetched_at.replace(tzinfo=UTC),
        )
        for row in connection.execute(wanted)
    )


def migrate(
    connection: Connection, collection: str, contract: str, vectors: Mapping[str, Floats | None]
) -> tuple[Person, ...]:
    """Bring a collection to a contract, as `Store.migrate` says."""
    row = update(COLLECTIONS).where(COLLECTIONS.c.id == collection)
    if not connection.execute(row.values(contract=contract)).rowcount:
        raise CollectionNotFound(f"There is no collection {collection!r} of your own.")
    mine = select(FACES.c.id).where(FACES.c.collection == collection)
    for face in connection.execute(mine).scalars().all():
        if face not in vectors:
            raise StoreUnavailable(
                f"Somebody was added to {collection!r} meanwhile; nothing was changed. "
                "Stop what else uses it, then try again."
            )
        one, made = FACES.c.id == face, vectors[face]
        if made is None:
            connection.execute(delete(FACES).where(one))
        else:
            connection.execute(update(FACES).where(one).values(vector=vector_bytes(made)))
    changes.record(connection, [Change(collection)])
    return _without_portrait(connection, collection)


def _without_portrait(connection: Connection, collection: str) -> tuple[Person, ...]:
    has_one = select(FACES.c.id).where(
        FACES.c.collection == PEOPLE.c.collection, FACES.c.person == PEOPLE.c.id
    )
    wanted = (PEOPLE.c.collection == collection) & ~has_one.exists()
    rows = connection.execute(select(PEOPLE).where(wanted).order_by(PEOPLE.c.id)).all()
    return tuple(person_of(row) for row in rows)
