"""One collection, as it is searched: its people by the mean of their portraits, and its faces."""

from __future__ import annotations

import json
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass
from typing import Protocol

import numpy as np

from lookalike.database.changes import Change, Mark
from lookalike.faces.vectors import Floats
from lookalike.gallery.index.columns import Columns, Sample, decoded
from lookalike.gallery.index.keeper import Keeper
from lookalike.gallery.index.kept import Kept
from lookalike.gallery.index.vectors import Hit, VectorIndex
from lookalike.gallery.people import EVERYONE, Facts, Who

Ids = Collection[str]


class Source(Protocol):
    """Where the vectors of a collection are read."""

    def people(self, ids: Ids | None = None) -> Columns:
        """The means of the portraits of all people, or of some, labelled by `label_of`.

        A person is known by that: it ranks the right one first more often than the best single
        portrait does, by 1.2 points with three of them and by 2.9 on Korean faces (`python -m
        benchmarks.evaluation portraits`).
        """

    def faces(self, people: Ids | None = None, ids: Ids | None = None) -> Columns:
        """All faces, those of nobody too, or those of some people and some by id; labelled by
        whose they are, nobody's with nothing."""

    def since(self, mark: Mark) -> tuple[Sequence[Change], Mark] | None:
        """What changed after a mark, and the last change now; None: everything may have changed."""


class Index(ABC):
    """The people of a collection, or its faces, opened when they are first asked for."""

    def __init__(
        self,
        called: str,
        source: Source,
        keeper: Keeper | None,
        mark: Callable[[], Mark],
        lock: threading.RLock,
    ) -> None:
        """
        Args:
            keeper: of the files of large collections; None: there is none of this.
            mark: what all that is in memory has been brought to.
            lock: held whenever it is searched or changed.
        """
        self._called = called
        self._source = source
        self._keeper = keeper
        self._mark = mark
        self._lock = lock
        self._vectors: VectorIndex | None = None
        self._kept: Kept | None = None

    @property
    def vectors(self) -> VectorIndex:
        """Up to date when it is opened; then for as long as it is told of changes."""
        if self._vectors is None:
            self._open_kept()
        if self._vectors is None:
            self._vectors = VectorIndex(self._read())
            self._tidy()
        assert self._vectors is not None  # nosec B101 # for types alone
        return self._vectors

    def vector(self, name: str) -> Floats | None:
        """The (dimension,) vector of a name; None: there is none."""
        return self.vectors.vector(name)

    def update(self, people: Ids, faces: Ids) -> None:
        """Read again some people, and some faces by id, of what is in memory or in a file."""
        if self._vectors is None:
            self._open_kept()
        else:
            self._bring(people, faces, self._mark())
            self._tidy()

    def _open_kept(self) -> None:
        """Open the file of it, if there is one, and take out of it who is no more."""
        kept = None if self._keeper is None else self._keeper.read(self._called)
        if kept is not None:
            self._hold(kept)

    def _bring(self, people: Ids, faces: Ids, mark: Mark) -> None:
        assert self._vectors is not None  # nosec B101 # for types alone
        gone = self._touched(self._vectors, people, faces)
        if self._kept is not None:
            self._erase(self._kept, gone, mark)
        self._vectors.remove(gone)
        self._vectors.put(self._read(people, faces))

    def _erase(self, kept: Kept, names: Ids, mark: Mark) -> None:
        try:
            kept.erase(names, mark)
        except OSError:
            # Better no file than one with somebody in it who is no more.
            with suppress(OSError):
                kept.path.unlink(missing_ok=True)

    def _hold(self, kept: Kept) -> None:
        """Search a file from now on, and bring it up to date; none that is of another history."""
        assert self._keeper is not None  # nosec B101 # for types alone
        found = self._source.since(kept.mark)
        if found is None or self._source.since(kept.erased) is None:
            self._keeper.forget(self._called)
            return
        since, last = found
        self._vectors, self._kept = VectorIndex(kept.columns, kept.codes), kept
        people, faces = {c.person for c in since if c.person}, {c.face for c in since if c.face}
        self._bring(people, faces, last)
        self._tidy()

    def _adopt(self, kept: Kept) -> None:
        with self._lock:
            if self._vectors is not None:
                self._hold(kept)

    def _tidy(self) -> None:
        """Have columns made anew that are worth it: of many in a file, of few here and now."""
        assert self._vectors is not None  # nosec B101 # for types alone
        if self._keeper is None or not self._vectors.stale():
            return
        if self._vectors.large:
            self._keeper.see_to(self._called, self._vectors, self._mark(), self._kept, self._adopt)
        else:
            self._vectors, self._kept = VectorIndex(self._vectors.columns()), None
            self._keeper.forget(self._called)

    @abstractmethod
    def _read(self, people: Ids | None = None, faces: Ids | None = None) -> Columns:
        """Everything, or what there is of some people and faces."""

    @abstractmethod
    def _touched(self, vectors: VectorIndex, people: Ids, faces: Ids) -> set[str]:
        """The names of what may have changed with some people and faces."""


class PeopleIndex(Index):
    """By id of the person."""

    def nearest(self, probe: Floats, limit: int, who: Who = EVERYONE) -> list[Hit]:
        """The people nearest to a (dimension,) probe, best first."""
        return self.vectors.nearest(probe, limit, None if who == EVERYONE else _Of(who))

    def drawn(self, most: int, who: Who = EVERYONE) -> Sample:
        """At most so many of those for whom `who` holds."""
        columns = self.vectors.columns()
        if who != EVERYONE:
            fits = np.array([_Of(who)(each) for each in decoded(columns.kinds)], np.bool_)
            columns = columns.some(fits[columns.labels])
        return columns.drawn(most)

    def _read(self, people: Ids | None = None, faces: Ids | None = None) -> Columns:
        return self._source.people(people)

    def _touched(self, vectors: VectorIndex, people: Ids, faces: Ids) -> set[str]:
        return set(people)


class FaceIndex(Index):
    """By id of the face."""

    def nearest(self, probe: Floats, limit: int) -> list[Hit]:
        """The faces nearest to a (dimension,) probe, best first."""
        return self.vectors.nearest(probe, limit)

    def _read(self, people: Ids | None = None, faces: Ids | None = None) -> Columns:
        return self._source.faces(people, faces)

    def _touched(self, vectors: VectorIndex, people: Ids, faces: Ids) -> set[str]:
        return {*faces, *vectors.labelled(people)}


class CollectionIndex:
    """
    Attributes:
        people: those who have a portrait.
    """

    def __init__(
        self,
        collection: str,
        source: Source,
        keeper: Keeper | None,
        mark: Callable[[], Mark],
        lock: threading.RLock,
    ) -> None:
        """
        Args:
            keeper, mark, lock: see `Index`.
        """
        people, faces = indexes_of(collection)
        self.people = PeopleIndex(people, source, keeper, mark, lock)
        self.faces = FaceIndex(faces, source, keeper, mark, lock)

    def update(self, people: Ids, faces: Ids) -> None:
        """See `Index.update`."""
        if people:
            self.people.update(people, faces)
        self.faces.update(people, faces)


def indexes_of(collection: str) -> tuple[str, str]:
    """What the indexes of a collection are called."""
    return f"{collection}/people", f"{collection}/faces"


def label_of(facts: Facts) -> str:
    """What a search of some people asks of one of them."""
    return json.dumps(astuple(facts), ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class _Of:
    """Whether a label is of somebody who is searched for."""

    who: Who

    def __call__(self, label: str) -> bool:
        return self.who.fits(Facts(*json.loads(label)))
