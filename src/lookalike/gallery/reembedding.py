"""A change of the model: vectors made anew from thumbnails, and who needs a portrait again.

A collection changes in one transaction, after all its thumbnails were embedded: a run that is
stopped or killed before leaves it as it was, of the old contract, and the next one begins afresh.
Collections follow each other, and those that are done stay done. Packs of another model are
embedded anew while they are imported.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby

from sqlalchemy import Connection, delete, select, update

from lookalike.database import changes
from lookalike.database.changes import Change
from lookalike.database.schema import COLLECTIONS, FACES, PEOPLE
from lookalike.errors import CollectionNotFound, StoreUnavailable
from lookalike.faces.apart.workers import Vector, Workers, result
from lookalike.faces.vectors import Floats
from lookalike.gallery.people import Credit, Person
from lookalike.gallery.portraits import Portrait
from lookalike.gallery.rows import credit_of, person_of, vector_bytes
from lookalike.gallery.store import Store

_NO_THUMBNAIL = "no thumbnail was kept"
_NO_THUMBNAIL_PACKED = "its vector is of another model, and there is no thumbnail to make one from"


@dataclass(frozen=True, slots=True)
class FaceOrigin:
    """A stored face without its vector and pixels: whose it is, and where it came from.

    Attributes:
        person: whose it is; None for a face of nobody.
        thumbnail: whether one is kept, so that another model can embed it.
        credit, image_id, external_image_id, fetched_at: as in `Portrait`.
    """

    id: str
    person: Person | None
    thumbnail: bool
    credit: Credit | None
    image_id: str | None
    external_image_id: str | None
    fetched_at: datetime | None


@dataclass(frozen=True, slots=True)
class LostFace:
    """A face that no new vector can be made of, and why."""

    face: FaceOrigin
    why: str


@dataclass(frozen=True, slots=True)
class Losses:
    """Of someone who loses portraits, or of nobody.

    Attributes:
        kept: how many of their portraits stay. With none they are not found until they have one.
    """

    person: Person | None
    kept: int
    lost: tuple[LostFace, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Reembedding:
    """One collection, embedded anew; nothing is written yet.

    Attributes:
        contract: the one it leaves.
        vectors: the new vector of every face by its id, None for those that are lost.
        losses: of everyone who loses portraits, those who keep none first.
    """

    collection: str
    contract: str
    vectors: dict[str, Floats | None]
    losses: tuple[Losses, ...]

    @property
    def made(self) -> int:
        return sum(vector is not None for vector in self.vectors.values())


@dataclass(frozen=True, slots=True)
class Unusable:
    """A packed portrait that no vector can be made of: where it is from, and why."""

    where: str
    why: str


def outdated(store: Store, collection: str | None = None) -> dict[str, str]:
    """The collections of other contracts with theirs, all or the one that is named.

    Raises:
        CollectionNotFound: there is no collection of that name.
    """
    found = store.contracts()
    if collection is not None and collection not in found:
        message = f"There is no collection {collection!r} of your own."
        raise CollectionNotFound(message, tuple(found))
    return {
        name: made_with
        for name, made_with in found.items()
        if made_with != store.contract and collection in (None, name)
    }


def origins(store: Store, collection: str) -> tuple[FaceOrigin, ...]:
    """Everyone's faces by id of the person, in the order they were added; last those of nobody."""
    columns = (column for column in FACES.c if column.name not in ("vector", "thumbnail"))
    wanted = (
        select(*columns, FACES.c.thumbnail.is_not(None).label("kept"))
        .where(FACES.c.collection == collection)
        .order_by(FACES.c.person.is_(None), FACES.c.person, FACES.c.created)
    )
    with store.database.reading() as connection:
        rows = connection.execute(select(PEOPLE).where(PEOPLE.c.collection == collection)).all()
        people = {row.id: person_of(row) for row in rows}
        return tuple(
            FaceOrigin(
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


def thumbnails(store: Store, collection: str) -> Generator[tuple[str, bytes], None, None]:
    """The ids and thumbnails (JPEG) of the faces that have one, whatever the contract."""
    wanted = (FACES.c.collection == collection) & FACES.c.thumbnail.is_not(None)
    with store.database.reading() as connection:
        found = connection.execute(select(FACES.c.id, FACES.c.thumbnail).where(wanted))
        for row in found:
            yield row.id, row.thumbnail


def reembedded(
    store: Store,
    collection: str,
    workers: Workers,
    advance: Callable[[], None] = lambda: None,
) -> Reembedding:
    """Embed every thumbnail of a collection; nothing is written.

    Args:
        advance: called after each thumbnail.

    Raises:
        SetupError: a worker process was stopped.
    """
    faces = origins(store, collection)
    vectors: dict[str, Floats | None] = {each.id: None for each in faces}
    reasons: dict[str, str] = {}
    for face, vector in _embedded(store, collection, workers):
        advance()
        if isinstance(vector, str):
            reasons[face] = vector
        else:
            vectors[face] = vector
    losses = _losses(faces, vectors, reasons)
    return Reembedding(collection, store.contracts()[collection], vectors, losses)


def replace_vectors(
    store: Store, collection: str, vectors: Mapping[str, Floats | None]
) -> tuple[Person, ...]:
    """Bring a collection to the store's contract; who needs a portrait again, now without any.

    Args:
        vectors: by id of a face, made of its thumbnail. Those that are None are removed, so that
            their photos can be imported again.

    Raises:
        CollectionNotFound: there is none of that id.
        StoreUnavailable: it has a face that is not in `vectors`, or the database cannot be written;
            nothing was changed.
    """
    row = update(COLLECTIONS).where(COLLECTIONS.c.id == collection)
    mine = select(FACES.c.id).where(FACES.c.collection == collection)
    with store.database.changing(collection) as connection:
        if not connection.execute(row.values(contract=store.contract)).rowcount:
            raise CollectionNotFound(f"There is no collection {collection!r} of your own.")
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


def reembedded_portraits(
    people: Iterable[tuple[Person, Sequence[Portrait]]], known: Container[str], workers: Workers
) -> Iterator[tuple[Person, list[Portrait | Unusable]]]:
    """The same people of a pack with the same portraits, as vectors of the model in use.

    Args:
        known: ids of images that nobody needs a vector of: they are enrolled.
    """
    under_way = (
        (person, [(each, _begun(each, known, workers)) for each in portraits])
        for person, portraits in people
    )
    for person, pairs in workers.ahead(under_way):
        yield person, [_ended(portrait, vector) for portrait, vector in pairs]


def _embedded(store: Store, collection: str, workers: Workers) -> Iterator[tuple[str, Vector]]:
    with closing(thumbnails(store, collection)) as kept:
        under_way = ((face, workers.embed(small)) for face, small in kept)
        for face, answer in workers.ahead(under_way):
            yield face, result(answer)


def _losses(
    faces: tuple[FaceOrigin, ...], vectors: dict[str, Floats | None], reasons: dict[str, str]
) -> tuple[Losses, ...]:
    found = []
    for _, group in groupby(faces, key=lambda face: face.person and face.person.id):
        own = list(group)
        lost = tuple(
            LostFace(face, reasons.get(face.id, _NO_THUMBNAIL))
            for face in own
            if vectors[face.id] is None
        )
        if lost:
            found.append(Losses(own[0].person, len(own) - len(lost), lost))
    return tuple(sorted(found, key=lambda each: each.kept > 0))


def _without_portrait(connection: Connection, collection: str) -> tuple[Person, ...]:
    has_one = select(FACES.c.id).where(
        FACES.c.collection == PEOPLE.c.collection, FACES.c.person == PEOPLE.c.id
    )
    wanted = (PEOPLE.c.collection == collection) & ~has_one.exists()
    rows = connection.execute(select(PEOPLE).where(wanted).order_by(PEOPLE.c.id)).all()
    return tuple(person_of(row) for row in rows)


def _begun(portrait: Portrait, known: Container[str], workers: Workers) -> Future[Vector] | Vector:
    if portrait.image_id in known:
        return portrait.vector
    return workers.embed(portrait.thumbnail) if portrait.thumbnail else _NO_THUMBNAIL_PACKED


def _ended(portrait: Portrait, vector: Future[Vector] | Vector) -> Portrait | Unusable:
    made = result(vector) if isinstance(vector, Future) else vector
    if isinstance(made, str):
        return Unusable(portrait.image_id or "", made)
    return replace(portrait, vector=made)
