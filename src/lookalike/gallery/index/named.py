"""A vector index whose members go by names: ids of people, or of faces."""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lookalike import files
from lookalike.faces.vectors import Floats
from lookalike.gallery.index.segments import Sealed
from lookalike.gallery.index.vectors import Keys, VectorIndex

# Vectors kept with codes that are compared at a time.
_BLOCK = 65_536


@dataclass(frozen=True, slots=True, eq=False)
class Hit:
    """Who is near, their (dimension,) vector, and its cosine to the probe."""

    name: str
    cosine: float
    vector: Floats


class NamedIndex:
    """Not safe to change while it is searched: `Gallery` does both under one lock."""

    def __init__(
        self,
        names: Sequence[str],
        vectors: Floats,
        dimension: int,
        kept: Path | None = None,
    ) -> None:
        """
        Args:
            vectors: (n, dimension) float32 of length 1, in the order of the names.
            kept: folder where the codes of an index of many are kept, and looked for.
        """
        self._keys = {name: key for key, name in enumerate(names)}
        self._names = dict(enumerate(names))
        self._next = len(names)
        self._kept = kept
        rows = vectors.reshape(len(names), dimension)
        self._index = self._resumed(rows) or VectorIndex.of(_up_to(len(names)), rows)

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
        return [
            Hit(self._names[each.key], each.cosine, self._index.vector(each.key)) for each in found
        ]

    def stale(self) -> bool:
        """Whether `seal` would make searches faster."""
        return self._index.stale()

    def seal(self) -> None:
        """Make the codes and keep them in files; takes seconds for a million vectors."""
        self._index.seal()
        sealed = self._index.sealed
        if sealed is None or self._kept is None:
            return
        part, keys = sealed
        names = [self._names.get(key) for key in keys.tolist()]
        with files.staging(self._kept) as folder:
            part.save(folder)
            (folder / "names.json").write_text(json.dumps(names), "utf-8")
            shutil.rmtree(self._kept, ignore_errors=True)
            files.move(folder, self._kept)

    def _resumed(self, vectors: Floats) -> VectorIndex | None:
        """The index by codes that were kept, if most of them still hold."""
        if self._kept is None or not self._kept.is_dir():
            return None
        try:
            sealed = Sealed.load(self._kept)
            names = json.loads((self._kept / "names.json").read_text("utf-8"))
        except (OSError, RuntimeError, ValueError):
            return None
        keys = self._same(sealed, names, vectors)
        index = VectorIndex.resume(vectors.shape[1], sealed, keys)
        rest = np.setdiff1d(_up_to(len(vectors)), keys)
        index.put(rest, vectors[rest])
        return index

    def _same(self, sealed: Sealed, names: list[str | None], vectors: Floats) -> Keys:
        """The key of each row with a code; -1 where that vector is no more, or another."""
        keys = np.array([self._keys.get(name or "", -1) for name in names], np.int64)
        for start in range(0, len(keys), _BLOCK):
            rows = start + np.flatnonzero(keys[start : start + _BLOCK] >= 0)
            near = np.isclose(sealed.vectors(rows), vectors[keys[rows]], atol=1e-3)
            keys[rows[~near.all(axis=1)]] = -1
        return keys


def _up_to(count: int) -> Keys:
    return np.arange(count, dtype=np.int64)
