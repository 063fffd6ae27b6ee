"""Collections in parts: which shard holds whom, what one shard searches, and all of them as one
index. The starter gallery is small and comes with the package: each front searches its own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, func

from lookalike.cluster.asking import Part, ask_all
from lookalike.database import changes
from lookalike.database.changes import Change, Mark
from lookalike.database.database import Database
from lookalike.database.version import Version
from lookalike.faces.vectors import Floats
from lookalike.gallery import starter
from lookalike.gallery.index.columns import Sample
from lookalike.gallery.index.indexes import Indexes
from lookalike.gallery.index.keeper import Keeper
from lookalike.gallery.index.stored import StoredEmbeddings
from lookalike.gallery.index.vectors import Hit
from lookalike.gallery.people import EVERYONE, Who

# Bytes of a hash that names are dealt out by, alike in Python and in PostgreSQL.
_DEALT = 3


def shard_of(name: str, of: int) -> int:
    """Which of so many shards holds somebody, or a face, by id."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:_DEALT]) % of


class DealtEmbeddings(StoredEmbeddings):
    """What one shard holds of a collection."""

    def __init__(
        self, number: int, of: int, database: Database, collection: str, dimension: int
    ) -> None:
        super().__init__(database, collection, dimension)
        self._number = number
        self._of = of

    def _held(self, name: ColumnElement[str]) -> ColumnElement[bool]:
        digest = func.sha256(func.convert_to(name, "UTF8"))
        high, middle, low = (func.get_byte(digest, place) for place in range(_DEALT))
        return (high * 65_536 + middle * 256 + low) % self._of == self._number


class Shard:
    """One part of every collection, up to date whenever it is asked."""

    def __init__(
        self, database: Database, dimension: int, contract: str, folder: Path, number: int, of: int
    ) -> None:
        """
        Args:
            folder: of this shard's own, on a disk of this machine, for what it maps.
            number: which of the shards it is, from 0.
        """

        def source(database: Database, collection: str, dimension: int) -> DealtEmbeddings:
            return DealtEmbeddings(number, of, database, collection, dimension)

        self._database = database
        self._indexes = Indexes(database, dimension, Keeper(folder, contract), source)
        self._version: Version | None = None

    def warm(self, collections: Iterable[str]) -> None:
        """Read those collections now rather than with the first question."""
        with self._indexes.lock:
            self._follow()
            for each in collections:
                self._indexes.of(each).people.vectors  # noqa: B018 # it is read by that
                self._indexes.of(each).faces.vectors  # noqa: B018

    def ask(self, method: str, *arguments: object) -> object:
        """What a method of `Indexes` returns, with all in it that was committed before."""
        with self._indexes.lock:
            self._follow()
            return getattr(self._indexes, method)(*arguments)

    def close(self) -> None:
        self._indexes.close()

    def _follow(self) -> None:
        version = self._database.version()
        if version == self._version:
            return
        if self._version is not None and version.store != self._version.store:
            self._indexes.mark = None
        before = self._indexes.mark
        with self._database.reading() as connection:
            mark = changes.last(connection)
            since = None if before is None else changes.after(connection, before)
        self._indexes.update(since, mark)
        self._version = version


class Sharded(Indexes):
    """All shards as one index: what it says is said by all of them, or nothing is."""

    def __init__(
        self, shards: Sequence[Part], database: Database, dimension: int, keeper: Keeper
    ) -> None:
        super().__init__(database, dimension, keeper)
        self._shards = shards

    def people_near(
        self, collections: Sequence[str], probe: Floats, limit: int, who: Who = EVERYONE
    ) -> list[tuple[str, Hit]]:
        own, elsewhere = _apart(collections)
        found = super().people_near(own, probe, limit, who)
        parts = self._all(elsewhere, "people_near", elsewhere, probe, limit, who)
        for collection in elsewhere:
            hits = [hit for part in parts for name, hit in part if name == collection]
            found += [(collection, hit) for hit in _best(hits, limit)]
        return found

    def faces_near(self, collection: str, probe: Floats, limit: int) -> list[Hit]:
        if collection == starter.COLLECTION:
            return super().faces_near(collection, probe, limit)
        parts = self._all([collection], "faces_near", collection, probe, limit)
        return _best([hit for part in parts for hit in part], limit)

    def person(self, collection: str, person: str) -> Floats | None:
        if collection == starter.COLLECTION:
            return super().person(collection, person)
        found: Floats | None = self._holding(person).ask("person", collection, person)
        return found

    def face(self, collection: str, face: str) -> Floats | None:
        if collection == starter.COLLECTION:
            return super().face(collection, face)
        found: Floats | None = self._holding(face).ask("face", collection, face)
        return found

    def drawn(
        self, collections: Sequence[str], most: int, who: Who = EVERYONE
    ) -> list[tuple[str, Sample]]:
        own, elsewhere = _apart(collections)
        parts = self._all(elsewhere, "drawn", elsewhere, most, who)
        return [
            *super().drawn(own, most, who),
            *(
                (name, Sample.joined([dict(part)[name] for part in parts], most))
                for name in elsewhere
            ),
        ]

    def update(self, since: Sequence[Change] | None, mark: Mark) -> None:
        """Nothing of it is here: each shard follows the log itself."""
        self.mark = mark

    def _all(self, collections: Sequence[str], method: str, *arguments: object) -> list[Any]:
        return ask_all(self._shards, method, *arguments) if collections else []

    def _holding(self, name: str) -> Part:
        return self._shards[shard_of(name, len(self._shards))]


def _apart(collections: Sequence[str]) -> tuple[list[str], list[str]]:
    """Those that each front searches itself, and those that shards hold, the starter first."""
    here = [each for each in collections if each == starter.COLLECTION]
    return here, [each for each in collections if each not in here]


def _best(hits: Sequence[Hit], limit: int) -> list[Hit]:
    """In the order of `VectorIndex.nearest`."""
    return sorted(hits, key=lambda hit: (-hit.cosine, hit.name))[:limit]
