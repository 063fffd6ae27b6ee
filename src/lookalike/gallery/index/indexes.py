"""The indexes of all collections that were asked for, and how they follow what changes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence

from lookalike.database.changes import Change, Mark
from lookalike.database.database import Database
from lookalike.faces.vectors import Floats
from lookalike.gallery.index.collection import CollectionIndex, Source, indexes_of
from lookalike.gallery.index.columns import Sample
from lookalike.gallery.index.keeper import Keeper
from lookalike.gallery.index.stored import StoredEmbeddings
from lookalike.gallery.index.vectors import Hit
from lookalike.gallery.people import EVERYONE, Who


class Indexes:
    """
    Attributes:
        lock: to be held whenever one is searched or changed.
        mark: the last change that they have been brought to; None: nothing was read yet.
    """

    def __init__(
        self,
        database: Database,
        dimension: int,
        keeper: Keeper,
        source: Callable[[Database, str, int], Source] = StoredEmbeddings,
    ) -> None:
        """
        Args:
            source: what reads a collection of the database.
        """
        self.lock = threading.RLock()
        self.mark: Mark | None = None
        self._database = database
        self._dimension = dimension
        self._keeper = keeper
        self._source = source
        # The same, while they are brought there.
        self._coming = Mark()
        self._open: dict[str, CollectionIndex] = {}

    def people_near(
        self, collections: Sequence[str], probe: Floats, limit: int, who: Who = EVERYONE
    ) -> list[tuple[str, Hit]]:
        """The people of each collection nearest to a (dimension,) probe, at most so many of each,
        best first; all these collections are there, here and below."""
        with self.lock:
            return [
                (each, hit)
                for each in collections
                for hit in self.of(each).people.nearest(probe, limit, who)
            ]

    def faces_near(self, collection: str, probe: Floats, limit: int) -> list[Hit]:
        """The faces nearest to a (dimension,) probe, best first."""
        with self.lock:
            return self.of(collection).faces.nearest(probe, limit)

    def person(self, collection: str, person: str) -> Floats | None:
        """The (dimension,) mean of somebody's portraits; None: they are not there, or have none."""
        with self.lock:
            return self.of(collection).people.vector(person)

    def face(self, collection: str, face: str) -> Floats | None:
        """The (dimension,) vector of a face; None: it is not there."""
        with self.lock:
            return self.of(collection).faces.vector(face)

    def drawn(
        self, collections: Sequence[str], most: int, who: Who = EVERYONE
    ) -> list[tuple[str, Sample]]:
        """At most so many people of each collection, with the means of their portraits."""
        with self.lock:
            return [(each, self.of(each).people.drawn(most, who)) for each in collections]

    def of(self, collection: str) -> CollectionIndex:
        """That of a collection which is there."""
        if collection not in self._open:
            own = self._source(self._database, collection, self._dimension)
            self._open[collection] = self._made(collection, own, self._keeper)
        return self._open[collection]

    def put(self, collection: str, source: Source) -> None:
        """Read a collection elsewhere than in the database; no file of it is kept."""
        self._open[collection] = self._made(collection, source, None)

    def keep_only(self, collections: Iterable[str]) -> None:
        """Remove the files of other collections than those."""
        self._keeper.keep_only([index for each in collections for index in indexes_of(each)])

    def update(self, since: Sequence[Change] | None, mark: Mark) -> None:
        """Read again what changed of what is in memory or in files.

        Args:
            since: None: everything may have.
            mark: the last of the changes.
        """
        self._coming = mark
        if since is None:
            self._open.clear()
        for collection in {each.collection for each in since or () if each.collection}:
            own = [each for each in since or () if each.collection == collection]
            if Change(collection) in own:
                self._forget(collection)
            else:
                self.of(collection).update(
                    {each.person for each in own if each.person},
                    {each.face for each in own if each.face},
                )
        self.mark = mark

    def close(self) -> None:
        self._keeper.close()

    def _forget(self, collection: str) -> None:
        self._open.pop(collection, None)
        for index in indexes_of(collection):
            self._keeper.forget(index)

    def _made(self, collection: str, source: Source, keeper: Keeper | None) -> CollectionIndex:
        return CollectionIndex(collection, source, keeper, lambda: self._coming, self.lock)
