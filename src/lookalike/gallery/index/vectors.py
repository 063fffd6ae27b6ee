"""Nearest neighbours by cosine over named vectors: few are scanned, many searched by their codes.

They are of one contract, of people or of faces. From `SEALED_FROM` on they get codes, beside the
work, and what is added later is scanned until the codes are made anew.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from lookalike.faces.vectors import Floats
from lookalike.gallery.index.segments import Growing, Rows, Sealed

# A scan of so many takes about 0.3 ms, as codes and their candidates do.
SEALED_FROM = 30_000
# Codes are made anew when so large a share of the vectors has none, or is dead.
_STALE = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Hit:
    """Who is near, their (dimension,) vector, and its cosine to the probe."""

    name: str
    cosine: float
    vector: Floats


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
        # The name of each row, and the row of each name: those with codes count from -1 down.
        self._growing_names: list[str] = []
        self._sealed_names: list[str] = []
        self._rows: dict[str, int] = {}
        # Names that change while codes are being made.
        self._touched: set[str] | None = None

    @classmethod
    def of(
        cls, names: Sequence[str], vectors: Floats, sealed_from: int | None = None
    ) -> VectorIndex:
        """An index of (n, dimension) float32 vectors of length 1."""
        made = cls(vectors.shape[1], sealed_from)
        made.put(names, vectors)
        return made

    @classmethod
    def resume(cls, dimension: int, sealed: Sealed, names: Sequence[str | None]) -> VectorIndex:
        """An index of codes that were kept; `names` of their rows, None for those that are no
        more."""
        made = cls(dimension)
        made._hold(sealed, names)
        return made

    def __contains__(self, name: str) -> bool:
        return name in self._rows

    def __len__(self) -> int:
        return len(self._rows)

    def put(self, names: Sequence[str], vectors: Floats) -> None:
        """Add vectors, or replace those of names that are there."""
        with self._lock:
            self._remove(names)
            self._append(names, vectors)

    def remove(self, names: Collection[str]) -> None:
        """Names that are not there are ignored."""
        with self._lock:
            self._remove(names)

    def vector(self, name: str) -> Floats | None:
        """The (dimension,) vector of a name; None: there is none."""
        with self._lock:
            row = self._rows.get(name)
            return None if row is None else self._vectors(np.array([row], np.int64))[0]

    def nearest(self, probe: Floats, limit: int, among: Collection[str] | None = None) -> list[Hit]:
        """The `limit` nearest to a (dimension,) probe, best first.

        Args:
            among: only these names; as many of them as there are up to `limit` are always found.
        """
        with self._lock:
            grown, sealed = self._split(among)
            rows, cosines = self._growing.nearest(probe, limit, grown)
            if self._sealed is not None:
                more, alike = self._sealed.nearest(probe, limit, sealed)
                rows, cosines = np.concatenate([rows, ~more]), np.concatenate([cosines, alike])
            order = np.argsort(-cosines, kind="stable")[:limit]
            names, vectors = self._names(rows[order]), self._vectors(rows[order])
        found = zip(names, cosines[order].tolist(), vectors, strict=True)
        return [Hit(name, cosine, vector) for name, cosine, vector in found]

    def stale(self) -> bool:
        """Whether `seal` would make searches faster: much is scanned, or much of it is dead."""
        scanned, total = len(self._growing), len(self)
        dead = scanned + (len(self._sealed) if self._sealed else 0) - total
        most = max(self._sealed_from, total) * _STALE if self._sealed else self._sealed_from
        return scanned >= most or dead > max(total, self._sealed_from) * _STALE

    def seal(self, threads: int = 1) -> None:
        """Make the codes of everything there is; takes seconds for a million vectors. Searches and
        changes go on meanwhile."""
        with self._lock:
            touched = self._touched = set()
            names = list(self._rows)
            vectors = self._vectors(self._rows_of(names)).astype(np.float16)
        sealed = Sealed.build(vectors, threads) if len(names) >= self._sealed_from else None
        with self._lock:
            rest = list(touched & self._rows.keys() if sealed else self._rows)
            vectors_left = self._vectors(self._rows_of(rest))
            self._hold(sealed, [None if n in touched else n for n in names] if sealed else [])
            self._append(rest, vectors_left)
            self._touched = None

    @property
    def sealed(self) -> tuple[Sealed, list[str | None]] | None:
        """The part with codes, if any, and the name of each of its rows; None for a dead one."""
        with self._lock:
            if self._sealed is None:
                return None
            rows = enumerate(self._sealed_names)
            return self._sealed, [n if self._rows.get(n) == ~row else None for row, n in rows]

    def _hold(self, sealed: Sealed | None, names: Sequence[str | None]) -> None:
        """Begin afresh with a sealed part alone."""
        self._growing, self._sealed = Growing(self._dimension), sealed
        self._growing_names, self._sealed_names = [], [name or "" for name in names]
        self._rows = {name: ~row for row, name in enumerate(names) if name is not None}
        if sealed is not None:
            sealed.kill(np.flatnonzero([name is None for name in names]))

    def _append(self, names: Sequence[str], vectors: Floats) -> None:
        if not names:
            return
        start = len(self._growing)
        self._growing.add(vectors)
        self._growing_names += names
        self._rows.update(zip(names, range(start, start + len(names)), strict=True))

    def _remove(self, names: Collection[str]) -> None:
        if self._touched is not None:
            self._touched.update(names)
        rows = self._rows_of(names)
        for name in names:
            self._rows.pop(name, None)
        self._growing.kill(rows[rows >= 0])
        if self._sealed is not None:
            self._sealed.kill(~rows[rows < 0])

    def _split(self, among: Collection[str] | None) -> tuple[Rows | None, Rows | None]:
        """The rows of some names in the list that grows and in the sealed one."""
        if among is None:
            return None, None
        rows = self._rows_of(among)
        return rows[rows >= 0], ~rows[rows < 0]

    def _rows_of(self, names: Collection[str]) -> Rows:
        """The rows of those of the names that are there."""
        found = (self._rows.get(name) for name in names)
        return np.array([row for row in found if row is not None], np.int64)

    def _names(self, rows: Rows) -> list[str]:
        grown, sealed = self._growing_names, self._sealed_names
        return [grown[row] if row >= 0 else sealed[~row] for row in rows.tolist()]

    def _vectors(self, rows: Rows) -> Floats:
        """(n, dimension), in the order of the rows."""
        found = np.empty((len(rows), self._dimension), np.float32)
        found[rows >= 0] = self._growing.vectors(rows[rows >= 0])
        if self._sealed is not None:
            found[rows < 0] = self._sealed.vectors(~rows[rows < 0])
        return found
