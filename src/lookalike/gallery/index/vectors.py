"""Nearest neighbours by cosine over named vectors: columns that stay as they are, and a tail.

They are of one contract, of people or of faces. What changes is dead in the columns and alive in
the tail, until `columns` makes one of both.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

import numpy as np

from lookalike.faces.vectors import Floats
from lookalike.gallery.index.codes import Coding
from lookalike.gallery.index.columns import Columns, Rows, decoded, encoded
from lookalike.gallery.index.segments import Chosen, Coded, Mask, Scanned, Segment

# From so many on it pays to have codes.
SEALED_FROM = 30_000
# Columns are made anew when so large a share of the vectors is in the tail, or dead.
_STALE = 0.1
# Filters that are remembered; of each up to 10 MB are held (`segments._FEW_ALLOWED`).
_FILTERS = 4

# Whether a label is of what is searched for; equal ones are remembered as one.
Label = Callable[[str], bool]


@dataclass(frozen=True, slots=True, eq=False)
class Hit:
    """Who is near, their (dimension,) vector, and its cosine to the probe."""

    name: str
    cosine: float
    vector: Floats


class VectorIndex:
    """Not safe to change while it is searched."""

    def __init__(self, columns: Columns, codes: Coding | None = None) -> None:
        """
        Args:
            codes: of the vectors; None: they are scanned.
        """
        if codes is None:
            scanned = Scanned(columns.vectors)
            columns = replace(columns, vectors=scanned.halves)
        self._base = columns
        self._segment: Segment = Coded(columns.vectors, codes) if codes else scanned
        self._coded = codes is not None
        self._tail = Scanned(columns.vectors[:0])
        # Of each row of the tail; and the row of each name that is alive there.
        self._names: list[str] = []
        self._labels: list[str] = []
        self._rows: dict[str, int] = {}
        self._chosen: dict[Label, tuple[Chosen, Chosen]] = {}

    def __len__(self) -> int:
        return len(self._segment) - self._segment.dead + len(self._rows)

    def __contains__(self, name: str) -> bool:
        return bool(len(self._found([name])))

    def put(self, columns: Columns) -> None:
        """Add vectors, or replace those of names that are there."""
        names = decoded(columns.names)
        self.remove(names)
        start, kinds = len(self._tail), decoded(columns.kinds)
        self._tail.add(columns.vectors)
        self._names += names
        self._labels += [kinds[label] for label in columns.labels.tolist()]
        self._rows |= {name: start + row for row, name in enumerate(names)}

    def remove(self, names: Collection[str]) -> None:
        """Names that are not there are ignored."""
        self._chosen.clear()
        rows = self._found(set(names))
        self._segment.kill(~rows[rows < 0])
        self._tail.kill(rows[rows >= 0])
        for name in names:
            self._rows.pop(name, None)

    def vector(self, name: str) -> Floats | None:
        """The (dimension,) vector of a name; None: there is none."""
        rows = self._found([name])
        return self._vectors(rows)[0] if len(rows) else None

    def labelled(self, labels: Collection[str]) -> set[str]:
        """All names that have one of those labels."""
        wanted = set(labels)
        rows = self._base.labelled(wanted)
        found = decoded(self._base.names[rows[self._segment.alive[rows]]])
        return {n for n, row in self._rows.items() if self._labels[row] in wanted}.union(found)

    def nearest(self, probe: Floats, limit: int, of: Label | None = None) -> list[Hit]:
        """The `limit` nearest to a (dimension,) probe, best first; of equals the first by name.

        Args:
            of: only names with such labels; as many of them as there are up to `limit` are always
                found.
        """
        base, tail = (None, None) if of is None else self._allowed(of)
        rows = np.concatenate(
            [~self._segment.nearest(probe, limit, base), self._tail.nearest(probe, limit, tail)]
        )
        names, vectors = self._names_of(rows), self._vectors(rows)
        cosines = np.vecdot(vectors, probe).tolist()
        order = sorted(range(len(rows)), key=lambda row: (-cosines[row], names[row]))
        return [Hit(names[row], cosines[row], vectors[row]) for row in order[:limit]]

    @property
    def large(self) -> bool:
        """Whether there are enough to have codes."""
        return len(self) >= SEALED_FROM

    def stale(self) -> bool:
        """Whether searches are slower than they would be with columns made anew."""
        most = max(SEALED_FROM, len(self)) * _STALE
        loose = len(self._tail) + self._segment.dead
        return loose > most or (self.large and not self._coded)

    def columns(self) -> Columns:
        """Everything there is."""
        return self.snapshot()()

    def snapshot(self) -> Callable[[], Columns]:
        """What makes columns of everything there is now, whatever changes meanwhile.

        It is to be held while they are used: their vectors may be those of this index.
        """
        alive = self._segment.alive.copy()
        rows = sorted(self._rows.values())
        names, labels = (encoded([each[r] for r in rows]) for each in (self._names, self._labels))
        tail = Columns.of(names, labels, self._tail.halves[rows])

        def columns() -> Columns:
            base = self._base if alive.all() else self._base.some(alive)
            return base.merged(tail) if len(tail) else base

        return columns

    def _allowed(self, of: Label) -> tuple[Chosen, Chosen]:
        if of not in self._chosen:
            while len(self._chosen) >= _FILTERS:
                del self._chosen[next(iter(self._chosen))]
            kinds: Mask = np.array([of(kind) for kind in decoded(self._base.kinds)], np.bool_)
            tail: Mask = np.array([of(label) for label in self._labels], np.bool_)
            self._chosen[of] = (
                self._segment.chosen(kinds[self._base.labels]),
                self._tail.chosen(tail),
            )
        return self._chosen[of]

    def _found(self, names: Collection[str]) -> Rows:
        """The rows of those of the names that are alive: of the columns from -1 down."""
        base = self._base.rows(names)
        tail = [self._rows[name] for name in names if name in self._rows]
        return np.concatenate([~base[self._segment.alive[base]], np.array(tail, np.int64)])

    def _names_of(self, rows: Rows) -> list[str]:
        base = iter(decoded(self._base.names[~rows[rows < 0]]))
        return [next(base) if row < 0 else self._names[row] for row in rows.tolist()]

    def _vectors(self, rows: Rows) -> Floats:
        """(n, dimension), in the order of the rows."""
        found = np.empty((len(rows), self._base.vectors.shape[1]), np.float32)
        found[rows < 0] = self._segment.vectors(~rows[rows < 0])
        found[rows >= 0] = self._tail.vectors(rows[rows >= 0])
        return found
