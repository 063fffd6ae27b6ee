"""The vectors of a collection of one's own, read from the database as they are searched."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, func, select, true

from lookalike.database import changes
from lookalike.database.blocks import in_blocks
from lookalike.database.changes import Change, Mark
from lookalike.database.database import Database
from lookalike.database.schema import FACES, PEOPLE
from lookalike.faces.vectors import Floats, unit
from lookalike.gallery.index.collection import label_of
from lookalike.gallery.index.columns import Columns, Halves, Texts, encoded
from lookalike.gallery.index.damage import sound
from lookalike.gallery.people import Facts

Ids = Collection[str]
# What `facts_of` makes facts of.
FACTS = (
    PEOPLE.c.gender,
    PEOPLE.c.groups,
    PEOPLE.c.country,
    PEOPLE.c.fields,
    func.coalesce(PEOPLE.c.died, "") != "",
)
# Rows as SQLAlchemy has them.
_Block = Sequence[Any]


class StoredEmbeddings:
    """See `lookalike.gallery.index.collection.Source`, too. Methods raise StoreUnavailable when the
    database cannot be read."""

    def __init__(self, database: Database, collection: str, dimension: int) -> None:
        self._database = database
        self._collection = collection
        self._dimension = dimension

    def people(self, ids: Ids | None = None) -> Columns:
        owned = (FACES.c.collection == self._collection) & FACES.c.person.is_not(None)
        owned &= self._held(FACES.c.person)
        faces = select(FACES.c.id, FACES.c.person, FACES.c.vector).where(owned)
        faces = faces.order_by(FACES.c.person, FACES.c.created)
        there = (PEOPLE.c.collection == self._collection) & self._held(PEOPLE.c.id)
        who = select(PEOPLE.c.id, *FACTS).where(there)
        with self._database.reading() as connection:
            blocks = in_blocks(connection, faces, FACES.c.person, ids)
            means = list(_means(blocks, self._collection))
            known = list(map(_labels, in_blocks(connection, who, PEOPLE.c.id, ids)))
        names = _joined([each for each, _ in means])
        everyone, labels = _joined([n for n, _ in known]), _joined([n for _, n in known])
        order = np.argsort(everyone, kind="stable")
        own = order[np.searchsorted(everyone, names, sorter=order)]
        return Columns.of(names, labels[own], self._stacked([each for _, each in means]))

    def faces(self, people: Ids | None = None, ids: Ids | None = None) -> Columns:
        wanted = select(FACES.c.id, FACES.c.person, FACES.c.vector)
        wanted = wanted.where(FACES.c.collection == self._collection, self._held(FACES.c.id))
        if people is None and ids is None:
            asked: tuple[tuple[Any, Ids | None], ...] = ((FACES.c.id, None),)
        else:
            asked = ((FACES.c.person, people or ()), (FACES.c.id, ids or ()))
        with self._database.reading() as connection:
            blocks = [
                _faces(block, self._collection)
                for column, some in asked
                for block in in_blocks(connection, wanted, column, some)
            ]
        # One may have been asked for by its person and by its own id.
        names, once = np.unique(_joined([each for each, _, _ in blocks]), return_index=True)
        labels = _joined([each for _, each, _ in blocks])[once]
        return Columns.of(names, labels, self._stacked([each for _, _, each in blocks])[once])

    def since(self, mark: Mark) -> tuple[Sequence[Change], Mark] | None:
        with self._database.reading() as connection:
            found, last = changes.after(connection, mark), changes.last(connection)
        own = [each for each in found or () if each.collection == self._collection]
        return None if found is None or Change(self._collection) in own else (own, last)

    def _held(self, name: ColumnElement[str]) -> ColumnElement[bool]:
        """Which people or faces are read at all."""
        return true()

    def _stacked(self, vectors: Sequence[Halves]) -> Halves:
        some = (each for each in vectors if len(each))
        return np.concatenate([np.empty((0, self._dimension), np.float16), *some])


def _means(blocks: Iterable[_Block], collection: str) -> Iterator[tuple[Texts, Halves]]:
    """People, and the means of their vectors, of rows of faces in the order of people."""
    rest: list[Any] = []
    for block in blocks:
        rows = [*rest, *block]
        # The last of them may have more in the next block.
        last = rows[-1].person
        whole = next((n for n in range(len(rows), 0, -1) if rows[n - 1].person != last), 0)
        rest = rows[whole:]
        if whole:
            yield _mean(rows[:whole], collection)
    if rest:
        yield _mean(rest, collection)


def _mean(rows: _Block, collection: str) -> tuple[Texts, Halves]:
    kept, vectors = sound(rows, collection)
    if not kept:
        return np.empty(0, np.bytes_), vectors.astype(np.float16)
    people = encoded([row.person for row in kept])
    first = np.flatnonzero(np.append(True, people[1:] != people[:-1]))
    # It takes its time even where there is nothing to add.
    sums: Floats = vectors if len(first) == len(kept) else np.add.reduceat(vectors, first, axis=0)
    return people[first], unit(sums).astype(np.float16)


def _labels(rows: _Block) -> tuple[Texts, Texts]:
    """Ids of people, and their labels."""
    return (
        encoded([each for each, *_ in rows]),
        encoded([_label(*stated) for _, *stated in rows]),
    )


def facts_of(
    gender: str | None, groups: str, country: str | None, fields: str, dead: bool
) -> Facts:
    return Facts(gender, tuple(json.loads(groups)), country, tuple(json.loads(fields)), bool(dead))


@lru_cache(maxsize=1024)
def _label(gender: str | None, groups: str, country: str | None, fields: str, dead: bool) -> str:
    return label_of(facts_of(gender, groups, country, fields, dead))


def _faces(rows: _Block, collection: str) -> tuple[Texts, Texts, Halves]:
    """Ids of faces, whose they are, and their vectors."""
    kept, vectors = sound(rows, collection)
    return (
        encoded([row.id for row in kept]),
        encoded([row.person or "" for row in kept]),
        vectors.astype(np.float16),
    )


def _joined(texts: Sequence[Texts]) -> Texts:
    return np.concatenate([np.empty(0, np.bytes_), *texts])
