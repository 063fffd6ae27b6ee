"""Nearest neighbours by cosine over keyed vectors of one contract.

Few vectors are scanned; from `SEALED_FROM` on they get codes, beside the work, and what is added
later is scanned until the codes are made anew.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.faces.vectors import Floats
from lookalike.gallery.index.segments import Growing, Rows, Sealed

Keys = NDArray[np.int64]

# A scan of so many takes about 0.3 ms, as codes and their candidates do.
SEALED_FROM = 30_000
# Codes are made anew when so large a share of the vectors has none, or is dead.
_STALE = 0.1


@dataclass(frozen=True, slots=True)
class Neighbour:
    key: int
    cosine: float


class VectorIndex:
    """Changes and searches take turns; only `seal` works beside them."""

    def __init__(self, dimension: int, sealed_from: int | None = None) -> None:
        """
        Args:
            sealed_from: how many vectors codes are made for; `SEALED_FROM` unless given.
        """
        self._dimension = dimension
        self._sealed_from = sealed_from or SEALED_FROM
        self._lock = threading.Lock()
        self._growing = Growing(dimension)
        self._sealed: Sealed | None = None
        # The key of each row, and the row of each key: those with codes count from -1 down.
        self._growing_keys: Keys = np.empty(0, np.int64)
        self._sealed_keys: Keys = np.empty(0, np.int64)
        self._rows: dict[int, int] = {}
        # Keys that change while codes are being made.
        self._touched: set[int] | None = None

    @classmethod
    def of(cls, keys: Keys, vectors: Floats, sealed_from: int | None = None) -> VectorIndex:
        """An index of (n, dimension) float32 vectors of length 1."""
        made = cls(vectors.shape[1], sealed_from)
        made.put(keys, vectors)
        return made

    def __len__(self) -> int:
        return len(self._rows)

    def put(self, keys: Keys, vectors: Floats) -> None:
        """Add vectors, or replace those of keys that are there."""
        with self._lock:
            self._remove(keys)
            self._append(keys, vectors)

    def remove(self, keys: Keys) -> None:
        """Keys that are not there are ignored."""
        with self._lock:
            self._remove(keys)

    def vector(self, key: int) -> Floats:
        """The (dimension,) vector of a key.

        Raises:
            KeyError: there is none.
        """
        with self._lock:
            found: Floats = self._vectors(np.array([key], np.int64))[0]
            return found

    def nearest(self, probe: Floats, limit: int, among: Keys | None = None) -> list[Neighbour]:
        """The `limit` nearest to a (dimension,) probe, best first.

        Args:
            among: only these keys; as many of them as there are up to `limit` are always found.
        """
        with self._lock:
            grown, sealed = self._split(among)
            rows, cosines = self._growing.nearest(probe, limit, grown)
            keys = self._growing_keys[rows]
            if self._sealed is not None:
                more, alike = self._sealed.nearest(probe, limit, sealed)
                keys = np.concatenate([keys, self._sealed_keys[more]])
                cosines = np.concatenate([cosines, alike])
        order = np.argsort(-cosines, kind="stable")[:limit]
        pairs = zip(keys[order].tolist(), cosines[order].tolist(), strict=True)
        return [Neighbour(key, cosine) for key, cosine in pairs]

    def stale(self) -> bool:
        """Whether `seal` would make searches faster: much is scanned, or much of it is dead."""
        scanned, total = len(self._growing), len(self)
        dead = scanned + (len(self._sealed) if self._sealed else 0) - total
        most = max(self._sealed_from, total) * _STALE if self._sealed else self._sealed_from
        return scanned >= most or dead > max(total, self._sealed_from) * _STALE

    def seal(self, threads: int = 1) -> None:
        """Make the codes of everything there is. Searches and changes go on meanwhile."""
        with self._lock:
            self._touched = set()
            keys = np.fromiter(self._rows, np.int64, len(self._rows))
            vectors = self._vectors(keys).astype(np.float16)
        sealed = Sealed.build(vectors, threads) if len(keys) >= self._sealed_from else None
        with self._lock:
            same = np.array([key not in self._touched for key in keys.tolist()], np.bool_)
            left = self._touched & self._rows.keys() if sealed else set(self._rows)
            rest = np.fromiter(left, np.int64, len(left))
            vectors_left = self._vectors(rest)
            self._hold(sealed, np.where(same, keys, -1) if sealed else keys[:0])
            self._append(rest, vectors_left)
            self._touched = None

    @property
    def sealed(self) -> tuple[Sealed, Keys] | None:
        """The part with codes, if any, and the key of each of its rows; -1 for a dead one."""
        with self._lock:
            if self._sealed is None:
                return None
            here = [self._rows.get(key) == ~row for row, key in enumerate(self._sealed_keys)]
            return self._sealed, np.where(here, self._sealed_keys, -1)

    @classmethod
    def resume(cls, dimension: int, sealed: Sealed, keys: Keys) -> VectorIndex:
        """An index of codes that were kept; `keys` of their rows, -1 for those that are no more."""
        made = cls(dimension)
        made._hold(sealed, keys)
        return made

    def _hold(self, sealed: Sealed | None, keys: Keys) -> None:
        """Begin afresh with a sealed part alone."""
        self._growing, self._sealed = Growing(self._dimension), sealed
        self._growing_keys, self._sealed_keys = np.empty(0, np.int64), keys
        self._rows = {key: ~row for row, key in enumerate(keys.tolist()) if key >= 0}
        if sealed is not None:
            sealed.kill(np.flatnonzero(keys < 0))

    def _append(self, keys: Keys, vectors: Floats) -> None:
        start = len(self._growing)
        self._growing.add(vectors)
        self._growing_keys = np.concatenate([self._growing_keys, keys])
        self._rows.update(zip(keys.tolist(), range(start, start + len(keys)), strict=True))

    def _remove(self, keys: Keys) -> None:
        gone = [key for key in keys.tolist() if key in self._rows]
        if self._touched is not None:
            self._touched.update(keys.tolist())
        rows = np.array([self._rows.pop(key) for key in gone], np.int64)
        self._growing.kill(rows[rows >= 0])
        if self._sealed is not None:
            self._sealed.kill(~rows[rows < 0])

    def _split(self, among: Keys | None) -> tuple[Rows | None, Rows | None]:
        """The rows of some keys in the list that grows and in the sealed one."""
        if among is None:
            return None, None
        found = (self._rows.get(key) for key in among.tolist())
        rows = np.array([row for row in found if row is not None], np.int64)
        return rows[rows >= 0], ~rows[rows < 0]

    def _vectors(self, keys: Keys) -> Floats:
        """(n, dimension), in the order of the keys."""
        rows = np.array([self._rows[key] for key in keys.tolist()], np.int64)
        found = np.empty((len(rows), self._dimension), np.float32)
        found[rows >= 0] = self._growing.vectors(rows[rows >= 0])
        if self._sealed is not None:
            found[rows < 0] = self._sealed.vectors(~rows[rows < 0])
        return found
