"""Named vectors as columns: of no one of them there is a Python object, so that they can be mapped.

A name is that of a person or a face. Its label says what else a search asks for: of a person their
gender and groups, of a face whose it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.faces.vectors import Floats

Rows = NDArray[np.int64]
# Cosines move by less than 0.001, and memory is half.
Halves = NDArray[np.float16]
# Strings in UTF-8, all as wide as the longest: what is mapped is searched as it is.
Texts = NDArray[np.bytes_]


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """
    Attributes:
        names: (n,) in the order of their bytes, each once.
        labels: (n,) int32: for each name the row of its label in `kinds`.
        kinds: (k,) labels in the order of their bytes, each once.
        vectors: (n, dimension) of length 1.
    """

    names: Texts
    labels: NDArray[np.int32]
    kinds: Texts
    vectors: Halves

    @classmethod
    def of(cls, names: Texts, labels: Texts, vectors: Halves) -> Columns:
        """Columns of names in any order, with the label and the vector of each."""
        order = np.argsort(names, kind="stable")
        kinds, rows = np.unique(labels, return_inverse=True)
        return cls(names[order], rows[order].astype(np.int32), kinds, vectors[order])

    def __len__(self) -> int:
        return len(self.names)

    def rows(self, names: Iterable[str]) -> Rows:
        """The rows of those of the names that are there."""
        return places(self.names, names)

    def labelled(self, labels: Iterable[str]) -> Rows:
        """The rows of all names that have one of those labels."""
        kinds = places(self.kinds, labels)
        return np.flatnonzero(np.isin(self.labels, kinds)) if len(kinds) else kinds

    def some(self, kept: NDArray[np.bool_]) -> Columns:
        """The rows for which `kept` holds."""
        used, labels = np.unique(self.labels[kept], return_inverse=True)
        return Columns(
            self.names[kept], labels.astype(np.int32), self.kinds[used], self.vectors[kept]
        )

    def drawn(self, most: int) -> Sample:
        """At most so many names with their vectors, the same whatever else is beside them."""
        rows = _first(self.names, most)
        return Sample(len(self), self.names[rows], self.vectors[rows].astype(np.float32))

    def merged(self, other: Columns) -> Columns:
        """These and others, of which none is here."""
        kinds = np.union1d(self.kinds, other.kinds)
        rows = np.searchsorted(self.names, other.names)
        labels = (np.searchsorted(kinds, each.kinds)[each.labels] for each in (self, other))
        wide = self.names.astype(np.promote_types(self.names.dtype, other.names.dtype), copy=False)
        return Columns(
            names=np.insert(wide, rows, other.names),
            labels=np.insert(next(labels), rows, next(labels)).astype(np.int32),
            kinds=kinds,
            vectors=np.insert(self.vectors, rows, other.vectors, axis=0),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Some of many names, in the order of their bytes.

    Attributes:
        of: how many there are.
        vectors: (n, dimension), of those that were drawn.
    """

    of: int
    names: Texts
    vectors: Floats

    @classmethod
    def joined(cls, parts: Sequence[Sample], most: int) -> Sample:
        """What is drawn of all that the parts were drawn of, as if it were in one place."""
        names = np.concatenate([each.names for each in parts])
        vectors = np.concatenate([each.vectors for each in parts])
        order = np.argsort(names, kind="stable")
        rows = order[_first(names[order], most)]
        return cls(sum(each.of for each in parts), names[rows], vectors[rows])


def encoded(texts: Collection[str]) -> Texts:
    return np.array([each.encode() for each in texts], np.bytes_)


def decoded(texts: Texts) -> list[str]:
    return [each.decode() for each in texts.tolist()]


def _first(names: Texts, most: int) -> Rows:
    """The rows of the first of ordered names in an order by chance, at most so many."""
    if len(names) <= most:
        return np.arange(len(names))
    return np.sort(np.argpartition(_scattered(names), most - 1)[:most])


def _scattered(names: Texts) -> NDArray[np.uint64]:
    """A number for each name that depends on nothing else: FNV-1a, and the last mixing of
    MurmurHash3, so that its high bits depend on all of the name too."""
    found = np.full(len(names), 0xCBF29CE484222325, np.uint64)
    for byte in names.view(np.uint8).reshape(len(names), -1).T:
        # Names are filled up with zeros, more of them beside a longer one.
        found = np.where(byte == 0, found, (found ^ byte) * np.uint64(0x100000001B3))
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        found = (found ^ (found >> np.uint64(33))) * np.uint64(factor)
    return found ^ (found >> np.uint64(33))


def places(column: Texts, texts: Iterable[str]) -> Rows:
    """Where in an ordered column those of the texts are that it holds."""
    # One that is wider is not in it, and would make NumPy copy the column as wide.
    width = column.dtype.itemsize
    some = [each for each in (text.encode() for text in texts) if len(each) <= width]
    wanted = np.array(some, column.dtype)
    rows: Rows = np.searchsorted(column, wanted)
    inside = rows < len(column)
    rows, wanted = rows[inside], wanted[inside]
    return np.asarray(rows[column[rows] == wanted])
