"""A vector index whose members go by names: ids of people, or of faces."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from lookalike.faces.runtime import Floats
from lookalike.gallery.index import VectorIndex


@dataclass(frozen=True, slots=True)
class Hit:
    """Who is near, and the cosine to the probe."""

    name: str
    cosine: float


class NamedIndex:
    """Not safe to change while it is searched: `Gallery` does both under one lock."""

    def __init__(self, names: Sequence[str], vectors: Floats, dimension: int) -> None:
        """
        Args:
            vectors: (n, dimension) float32 of length 1, in the order of the names.
        """
        self._keys = {name: key for key, name in enumerate(names)}
        self._names = dict(enumerate(names))
        self._next = len(names)
        self._index = VectorIndex.of(
            np.arange(len(names), dtype=np.int64), vectors.reshape(len(names), dimension)
        )

    def __contains__(self, name: str) -> bool:
        return name in self._keys

    def __len__(self) -> int:
        return len(self._keys)

    def put(self, names: Sequence[str], vectors: Floats) -> None:
        """Add, or replace what is there."""
        for name in names:
            if name not in self._keys:
                self._keys[name], self._names[self._next] = self._next, name
                self._next += 1
        if names:
            self._index.put(np.array([self._keys[name] for name in names], np.int64), vectors)

    def remove(self, names: Collection[str]) -> None:
        """Names that are not there are ignored."""
        keys = [self._keys.pop(name) for name in names if name in self._keys]
        for key in keys:
            del self._names[key]
        if keys:
            self._index.remove(np.array(keys, np.int64))

    def vector(self, name: str) -> Floats:
        """The (dimension,) vector of a name.

        Raises:
            KeyError: there is none.
        """
        return self._index.vector(self._keys[name])

    def nearest(self, probe: Floats, limit: int, among: Collection[str] | None = None) -> list[Hit]:
        """The `limit` nearest to a (dimension,) probe, best first; only `among` those if given."""
        keys = None
        if among is not None:
            keys = np.array([self._keys[each] for each in among if each in self._keys], np.int64)
        found = self._index.nearest(probe, limit, keys)
        return [Hit(self._names[each.key], each.cosine) for each in found]
