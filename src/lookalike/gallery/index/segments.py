"""Where an index keeps vectors: a part that is scanned, and one with codes.

Both are of float16, some rows of them dead. What they find is the nearest rows in no order, by
cosines that are exact but for the last bits: `VectorIndex` puts all of them in order alike.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.faces.vectors import Floats
from lookalike.gallery.index.codes import BLOCK, Coding, faiss, one_thread
from lookalike.gallery.index.columns import Halves, Rows

Mask = NDArray[np.bool_]

# Candidates of the codes that are ranked again by their float16, at least, and for each row asked
# for: recall@10 is 0.99 among a million, and higher among fewer.
CANDIDATES, _CANDIDATES_EACH = 640, 20
# Of a filter that keeps no more rows than this their float32 are held, 10 MB of 128 dimensions, and
# compared one and all: codes, which know nothing of filters, would have to give very many.
_FEW_ALLOWED = 20_000
# Rows that are found beyond those asked for: sums in another order may differ in the last bits.
_SPARE = 8


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """The living rows that a filter allows.

    Attributes:
        vectors: (n, dimension), unless there are too many.
    """

    rows: Rows
    mask: Mask
    vectors: Floats | None


class Segment(ABC):
    def __init__(self, count: int) -> None:
        self.alive: Mask = np.ones(count, np.bool_)
        self.dead = 0

    def __len__(self) -> int:
        """Rows, dead ones too."""
        return len(self.alive)

    def kill(self, rows: Rows) -> None:
        self.dead += int(np.count_nonzero(self.alive[rows]))
        self.alive[rows] = False

    def chosen(self, mask: Mask) -> Chosen:
        """What a filter allows, for as long as nothing changes."""
        mask = mask & self.alive
        rows = np.flatnonzero(mask)
        few = len(rows) <= _FEW_ALLOWED
        return Chosen(rows, mask, self.vectors(rows) if few else None)

    def nearest(self, probe: Floats, limit: int, among: Chosen | None = None) -> Rows:
        """The `limit` nearest rows, and some more. A filter never loses a row."""
        limit += _SPARE
        if among is None:
            return self._nearest(probe, limit, self.alive, len(self) - self.dead)
        if among.vectors is None:
            return self._nearest(probe, limit, among.mask, len(among.rows))
        return _best(among.rows, among.vectors @ probe, limit)

    @abstractmethod
    def vectors(self, rows: Rows) -> Floats:
        """(n, dimension), in the order of the rows."""

    @abstractmethod
    def _nearest(self, probe: Floats, limit: int, allowed: Mask, count: int) -> Rows:
        """
        Args:
            count: how many rows are allowed.
        """


class Scanned(Segment):
    """Each vector is looked at: nothing to build, and it may grow."""

    def __init__(self, vectors: Halves) -> None:
        super().__init__(0)
        self._flat = faiss.IndexScalarQuantizer(
            vectors.shape[1], faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        self.add(vectors)

    def add(self, vectors: Halves) -> None:
        self._flat.add_sa_codes(np.ascontiguousarray(vectors).view(np.uint8))
        self.alive = np.concatenate([self.alive, np.ones(len(vectors), np.bool_)])

    @property
    def halves(self) -> Halves:
        """The vectors where faiss keeps them, without a copy, for as long as nothing is added."""
        codes = faiss.rev_swig_ptr(self._flat.codes.data(), self._flat.codes.size())
        halves: Halves = codes.view(np.float16).reshape(-1, self._flat.d)
        return halves

    def vectors(self, rows: Rows) -> Floats:
        return self.halves[rows].astype(np.float32)

    def _nearest(self, probe: Floats, limit: int, allowed: Mask, count: int) -> Rows:
        most = min(limit, count)
        if not most:
            return np.empty(0, np.int64)
        parameters = None
        if count < len(self):
            bits = np.packbits(allowed, bitorder="little")
            parameters = faiss.SearchParameters(sel=faiss.IDSelectorBitmap(bits))
        with one_thread():
            found: Rows = self._flat.search(probe[np.newaxis], most, params=parameters)[1][0]
        return found[found >= 0]


class Coded(Segment):
    """Searched by codes. None is added."""

    def __init__(self, vectors: Halves, codes: Coding) -> None:
        super().__init__(len(vectors))
        self._vectors = vectors
        self._codes = codes

    def vectors(self, rows: Rows) -> Floats:
        return self._vectors[rows].astype(np.float32)

    def _nearest(self, probe: Floats, limit: int, allowed: Mask, count: int) -> Rows:
        rows = self._candidates(probe, limit, allowed, count)
        if rows is None:
            return self._scanned(probe, limit, np.flatnonzero(allowed))
        return _best(rows, np.vecdot(self.vectors(rows), probe), limit)

    def _candidates(self, probe: Floats, limit: int, allowed: Mask, count: int) -> Rows | None:
        """Rows worth an exact cosine; None where it's no use to ask for them.

        Codes know nothing of filters and removals, so more are asked for until enough are left.
        """
        if count <= _FEW_ALLOWED:
            return None
        enough = max(CANDIDATES, _CANDIDATES_EACH * limit)
        # A quarter more than are left on average, so that asking once mostly is enough.
        asked = enough if count == len(self) else 5 * enough * len(self) // (4 * count)
        while asked < len(self) // 4:
            found = self._codes.nearest(probe, asked)
            found = found[allowed[found]]
            if len(found) >= enough:
                return found
            asked *= 4
        return None

    def _scanned(self, probe: Floats, limit: int, rows: Rows) -> Rows:
        blocks = np.array_split(rows, len(rows) // BLOCK + 1)
        cosines = np.concatenate([self.vectors(block) @ probe for block in blocks])
        return _best(rows, cosines, limit)


def _best(rows: Rows, cosines: Floats, limit: int) -> Rows:
    if len(rows) <= limit:
        return rows
    return rows[np.argpartition(-cosines, limit - 1)[:limit]]
