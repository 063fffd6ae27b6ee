"""Where an index keeps vectors: a part that grows and is scanned, and one sealed, with codes.

Vectors are kept as float16: a cosine moves by less than 0.001, and memory is half.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import faiss as _faiss
import numpy as np
from numpy.typing import NDArray

from lookalike.faces.vectors import Floats

# Its stubs lack what its Python layer adds to the C++ signatures.
faiss: Any = _faiss

Rows = NDArray[np.int64]
Halves = NDArray[np.float16]

# Bits of a code, for two dimensions: what faiss looks up in registers, so that a scan of a million
# takes less time than a walk through an HNSW graph that finds as many of the nearest, among faces
# of 128 dimensions (benchmarks/search.py).
_BITS, _PAIR = 4, 2
# Vectors that the codes are fitted to; faiss takes no more than 256 for each of 16 centroids.
_FITTED = 65_536
# Candidates of the codes that are ranked again by their float16, at least, and for each row asked
# for: recall@10 is 0.99 among a million, and higher among fewer.
CANDIDATES, _CANDIDATES_EACH = 640, 20
# A filter that keeps fewer rows than this is scanned: codes would have to give very many.
_FEW_ALLOWED = 20_000
# Rows that one step of a scan turns into float32.
_BLOCK = 65_536


class Growing:
    """Vectors that are scanned, each of them: exact, and nothing to build."""

    def __init__(self, dimension: int) -> None:
        self._flat = faiss.IndexScalarQuantizer(
            dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        self._dimension = dimension
        self._alive = np.empty(0, np.bool_)

    def __len__(self) -> int:
        """Rows, dead ones too."""
        return len(self._alive)

    def add(self, vectors: Floats) -> None:
        self._flat.add(np.ascontiguousarray(vectors, np.float32))
        self._alive = np.concatenate([self._alive, np.ones(len(vectors), np.bool_)])

    def kill(self, rows: Rows) -> None:
        self._alive[rows] = False

    def vectors(self, rows: Rows) -> Floats:
        return self._codes()[rows].astype(np.float32)

    def nearest(self, probe: Floats, limit: int, among: Rows | None = None) -> tuple[Rows, Floats]:
        """Rows and cosines, best first."""
        if among is not None:
            among = among[self._alive[among]]
            return _best(among, np.vecdot(self.vectors(among), probe), limit)
        parameters = None
        if not self._alive.all():
            bits = np.packbits(self._alive, bitorder="little")
            parameters = faiss.SearchParameters(sel=faiss.IDSelectorBitmap(bits))
        most = min(limit, len(self))
        if not most:
            return _nothing()
        with _threads(1):
            cosines, rows = self._flat.search(probe[np.newaxis], most, params=parameters)
        found = rows[0] >= 0
        return rows[0][found], cosines[0][found]

    def _codes(self) -> Halves:
        """The vectors where faiss keeps them, without a copy."""
        codes = faiss.rev_swig_ptr(self._flat.codes.data(), self._flat.codes.size())
        halves: Halves = codes.view(np.float16).reshape(-1, self._dimension)
        return halves


class Sealed:
    """Vectors with their codes. None is added; those that are removed are passed over."""

    def __init__(self, vectors: Halves, codes: Any) -> None:
        self._vectors = vectors
        self._codes = codes
        self._alive = np.ones(len(vectors), np.bool_)

    @classmethod
    def build(cls, vectors: Halves, threads: int) -> Sealed:
        """Takes seconds for a million vectors, which have an even number of dimensions."""
        dimension = vectors.shape[1]
        codes = faiss.IndexPQFastScan(
            dimension, dimension // _PAIR, _BITS, faiss.METRIC_INNER_PRODUCT
        )
        with _threads(threads):
            codes.train(vectors[:: -(-len(vectors) // _FITTED)].astype(np.float32))
            for start in range(0, len(vectors), _BLOCK):
                codes.add(vectors[start : start + _BLOCK].astype(np.float32))
        return cls(vectors, codes)

    @classmethod
    def load(cls, folder: Path) -> Sealed:
        """What `save` wrote. The vectors are mapped into memory: processes share them, and pages
        come when used.

        Raises:
            OSError, RuntimeError, ValueError: it is not there or damaged.
        """
        vectors = np.load(folder / "vectors.npy", mmap_mode="r")
        codes = faiss.read_index(str(folder / "codes.faiss"))
        if (codes.ntotal, codes.d) != vectors.shape:
            raise ValueError(f"{folder} holds codes of other vectors.")
        return cls(vectors, codes)

    def save(self, folder: Path) -> None:
        np.save(folder / "vectors.npy", self._vectors)
        faiss.write_index(self._codes, str(folder / "codes.faiss"))

    def __len__(self) -> int:
        """Rows, dead ones too."""
        return len(self._vectors)

    def kill(self, rows: Rows) -> None:
        self._alive[rows] = False

    def vectors(self, rows: Rows) -> Floats:
        return self._vectors[rows].astype(np.float32)

    def nearest(self, probe: Floats, limit: int, among: Rows | None = None) -> tuple[Rows, Floats]:
        """Rows and cosines, best first. A filter never loses a row: where too few candidates pass
        it, all that it allows are scanned."""
        alive = self._alive if among is None else self._allowed(among)
        rows = self._candidates(probe, limit, alive)
        if rows is None:
            return self._scanned(probe, limit, np.flatnonzero(alive))
        return _best(rows, np.vecdot(self.vectors(rows), probe), limit)

    def _allowed(self, among: Rows) -> NDArray[np.bool_]:
        allowed = np.zeros(len(self), np.bool_)
        allowed[among] = True
        return allowed & self._alive

    def _candidates(self, probe: Floats, limit: int, alive: NDArray[np.bool_]) -> Rows | None:
        """Rows worth an exact cosine; None where it's no use to ask for them.

        Codes know nothing of filters and removals, so more are asked for until enough are left.
        """
        there = int(np.count_nonzero(alive))
        if there <= _FEW_ALLOWED:
            return None
        enough = max(CANDIDATES, _CANDIDATES_EACH * limit)
        # A quarter more than are left on average, so that asking once mostly is enough.
        count = 5 * enough * len(self) // (4 * there)
        while count < len(self) // 4:
            with _threads(1):
                found: Rows = self._codes.search(probe[np.newaxis], count)[1][0]
            found = found[found >= 0]
            found = found[alive[found]]
            if len(found) >= enough:
                return found
            count *= 4
        return None

    def _scanned(self, probe: Floats, limit: int, rows: Rows) -> tuple[Rows, Floats]:
        blocks: Sequence[Rows] = np.array_split(rows, len(rows) // _BLOCK + 1)
        cosines = np.concatenate([np.vecdot(self.vectors(block), probe) for block in blocks])
        return _best(rows, cosines, limit)


def _best(rows: Rows, cosines: Floats, limit: int) -> tuple[Rows, Floats]:
    if not len(rows):
        return _nothing()
    top = np.argpartition(-cosines, min(limit, len(rows)) - 1)[:limit]
    top = top[np.argsort(-cosines[top], kind="stable")]
    return rows[top], cosines[top]


def _nothing() -> tuple[Rows, Floats]:
    return np.empty(0, np.int64), np.empty(0, np.float32)


@contextmanager
def _threads(count: int) -> Iterator[None]:
    """How many threads faiss takes. OpenMP keeps the number for each calling thread."""
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(count)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)
