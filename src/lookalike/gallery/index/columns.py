"""Named vectors as columns: of no one of them there is a Python object, so that they can be mapped.

A name is that of a person or a face. Its label says what else a search asks for: of a person their
gender and groups, of a face whose it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
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

    def drawn(self, most: int) -> list[tuple[str, Floats]]:
        """At most so many names with their vectors, evenly from all of them."""
        step = -(-len(self) // most) or 1
        vectors = self.vectors[::step].astype(np.float32)
        return list(zip(decoded(self.names[::step]), vectors, strict=True))

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


def encoded(texts: Collection[str]) -> Texts:
    return np.array([each.encode() for each in texts], np.bytes_)


def decoded(texts: Texts) -> list[str]:
    return [each.decode() for each in texts.tolist()]


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
