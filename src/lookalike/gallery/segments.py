"""The two places where an index keeps vectors: one that grows and is scanned, one that is sealed.

Vectors are kept as float16: a cosine moves by less than 0.001, and memory is half.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import faiss as _faiss
import numpy as np
from numpy.typing import NDArray

from lookalike.faces.runtime import Floats

# Its stubs lack what its Python layer adds to the C++ signatures.
faiss: Any = _faiss

Rows = NDArray[np.int64]
Halves = NDArray[np.float16]

# The graph (Malkov & Yashunin, arxiv.org/abs/1603.09320): links of a node, breadth of the search
# while building and while searching. benchmarks/search.py measures what they give.
LINKS, BUILDING, SEARCHING = 32, 100, 400
# More candidates than asked for, which their 8 bits rank, are ranked again by their 16.
_CANDIDATES = 4
# A filter that keeps fewer rows than this is scanned; the graph would lose its way among few.
_FEW = 20_000
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
            return _best(among, self.vectors(among) @ probe, limit)
        parameters = None
        if not self._alive.all():
            bits = np.packbits(self._alive, bitorder="little")
            parameters = faiss.SearchParameters(sel=faiss.IDSelectorBitmap(bits))
        most = min(limit, len(self))
        if not most:
            return _nothing()
        cosines, rows = self._flat.search(probe[np.newaxis], most, params=parameters)
        found = rows[0] >= 0
        return rows[0][found], cosines[0][found]

    def _codes(self) -> Halves:
        """The vectors where faiss keeps them, without a copy."""
        codes = faiss.rev_swig_ptr(self._flat.codes.data(), self._flat.codes.size())
        halves: Halves = codes.view(np.float16).reshape(-1, self._dimension)
        return halves


class Sealed:
    """Vectors with a graph over them. None is added; those that are removed are passed over."""

    def __init__(self, vectors: Halves, graph: Any) -> None:
        self._vectors = vectors
        self._graph = graph
        self._alive = np.ones(len(vectors), np.bool_)

    @classmethod
    def build(cls, vectors: Halves, threads: int) -> Sealed:
        """Takes seconds for 100,000 vectors and minutes for a million."""
        graph = faiss.IndexHNSWSQ(
            vectors.shape[1], faiss.ScalarQuantizer.QT_8bit, LINKS, faiss.METRIC_INNER_PRODUCT
        )
        graph.hnsw.efConstruction = BUILDING
        before = faiss.omp_get_max_threads()
        faiss.omp_set_num_threads(threads)
        try:
            graph.train(vectors[:_BLOCK].astype(np.float32))
            for start in range(0, len(vectors), _BLOCK):
                graph.add(vectors[start : start + _BLOCK].astype(np.float32))
        finally:
            faiss.omp_set_num_threads(before)
        return cls(vectors, graph)

    @classmethod
    def load(cls, folder: Path) -> Sealed:
        """What `save` wrote, mapped into memory: processes share it, and pages come when used.

        Raises:
            OSError, RuntimeError, ValueError: it is not there or damaged.
        """
        vectors = np.load(folder / "vectors.npy", mmap_mode="r")
        graph = faiss.read_index(str(folder / "graph.faiss"), faiss.IO_FLAG_MMAP_IFC)
        if graph.ntotal != len(vectors):
            raise ValueError(f"{folder} holds a graph of other vectors.")
        return cls(vectors, graph)

    def save(self, folder: Path) -> None:
        np.save(folder / "vectors.npy", self._vectors)
        faiss.write_index(self._graph, str(folder / "graph.faiss"))

    def __len__(self) -> int:
        """Rows, dead ones too."""
        return len(self._vectors)

    def kill(self, rows: Rows) -> None:
        self._alive[rows] = False

    def vectors(self, rows: Rows) -> Floats:
        return self._vectors[rows].astype(np.float32)

    def nearest(self, probe: Floats, limit: int, among: Rows | None = None) -> tuple[Rows, Floats]:
        """Rows and cosines, best first. A filter never loses a row: when the graph finds fewer
        than there are, all of them are scanned."""
        alive = self._alive if among is None else self._allowed(among)
        there = int(alive.sum())
        wanted = min(limit, there)
        if there <= _FEW or wanted > there // 10:
            return self._scanned(probe, limit, np.flatnonzero(alive))
        rows = self._searched(probe, wanted, None if there == len(self) else alive)
        if len(rows) < wanted:
            return self._scanned(probe, limit, np.flatnonzero(alive))
        return _best(rows, self.vectors(rows) @ probe, limit)

    def _allowed(self, among: Rows) -> NDArray[np.bool_]:
        allowed = np.zeros(len(self), np.bool_)
        allowed[among] = True
        return allowed & self._alive

    def _searched(self, probe: Floats, wanted: int, alive: NDArray[np.bool_] | None) -> Rows:
        candidates = _CANDIDATES * wanted
        parameters = faiss.SearchParametersHNSW(efSearch=max(SEARCHING, candidates))
        if alive is not None:
            # Kept in a name: faiss borrows what Python would otherwise free.
            selector = faiss.IDSelectorBitmap(np.packbits(alive, bitorder="little"))
            parameters.sel = selector
        _, rows = self._graph.search(probe[np.newaxis], candidates, params=parameters)
        found: Rows = rows[0][rows[0] >= 0]
        return found

    def _scanned(self, probe: Floats, limit: int, rows: Rows) -> tuple[Rows, Floats]:
        blocks: Sequence[Rows] = np.array_split(rows, len(rows) // _BLOCK + 1)
        cosines = np.concatenate([self.vectors(block) @ probe for block in blocks])
        return _best(rows, cosines, limit)


def _best(rows: Rows, cosines: Floats, limit: int) -> tuple[Rows, Floats]:
    if not len(rows):
        return _nothing()
    top = np.argpartition(-cosines, min(limit, len(rows)) - 1)[:limit]
    top = top[np.argsort(-cosines[top], kind="stable")]
    return rows[top], cosines[top]


def _nothing() -> tuple[Rows, Floats]:
    return np.empty(0, np.int64), np.empty(0, np.float32)
