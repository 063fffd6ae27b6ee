"""Codes: vectors in 4 bits for two dimensions, which find the rows that are worth a closer look."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

import faiss as _faiss
import numpy as np
from numpy.typing import NDArray

from lookalike.faces.vectors import Floats
from lookalike.gallery.index.columns import Halves, Rows

# Its stubs lack what its Python layer adds to the C++ signatures.
faiss: Any = _faiss

Arrays = Mapping[str, NDArray[Any]]
# Their types and shapes.
Shapes = Mapping[str, tuple[str, tuple[int, ...]]]

# What faiss looks up in registers, so that a scan of a million takes less time than a walk through
# an HNSW graph that finds as many of the nearest, among faces of 128 dimensions
# (benchmarks/search.py).
BITS, PAIR = 4, 2
# Vectors that the codes are fitted to; faiss takes no more than 256 for each of 16 centroids.
_FITTED = 65_536
# Rows that one step turns into float32.
BLOCK = 65_536


class Coding(Protocol):
    """Codes, however they are laid out."""

    @property
    def arrays(self) -> Arrays:
        """What they are kept as; `codes` among them has those of single rows."""

    def nearest(self, probe: Floats, count: int) -> Rows:
        """About the nearest rows to a (dimension,) probe, best first."""


class Codes:
    """Those of (n, dimension) vectors, of an even number of dimensions."""

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def build(cls, vectors: Halves, threads: int) -> Codes:
        """Takes seconds for a million vectors."""
        index = _empty(vectors.shape[1])
        with threaded(threads):
            index.train(vectors[:: -(-len(vectors) // _FITTED)].astype(np.float32))
            for start in range(0, len(vectors), BLOCK):
                index.add(vectors[start : start + BLOCK].astype(np.float32))
        return cls(index)

    @classmethod
    def of(cls, count: int, arrays: Arrays) -> Codes:
        """Those of so many vectors as they were kept."""
        centroids = arrays["centroids"]
        index = _empty(centroids.shape[0] * centroids.shape[2])
        faiss.copy_array_to_vector(np.ascontiguousarray(centroids).ravel(), index.pq.centroids)
        faiss.copy_array_to_AlignedTable(np.ascontiguousarray(arrays["codes"]), index.codes)
        index.is_trained = True
        index.ntotal, index.ntotal2 = count, _padded(index, count)
        return cls(index)

    @property
    def arrays(self) -> Arrays:
        """See `shapes`."""
        return {
            "centroids": centroids_of(self._index),
            # As faiss lays them out: some rows at a time, side by side.
            "codes": faiss.AlignedTable_to_array(self._index.codes),
        }

    def nearest(self, probe: Floats, count: int) -> Rows:
        """About the nearest rows to a (dimension,) probe, best first."""
        with one_thread():
            found: Rows = self._index.search(probe[np.newaxis], count)[1][0]
        return found[found >= 0]

    def __len__(self) -> int:
        return int(self._index.ntotal)


def shapes(count: int, dimension: int) -> Shapes:
    """Type and shape of the arrays that codes of so many vectors are kept as."""
    index = _empty(dimension)
    return {
        "centroids": ("<f4", (dimension // PAIR, 1 << BITS, PAIR)),
        "codes": ("u1", (_padded(index, count) * int(index.M2) * BITS // 8,)),
    }


def centroids_of(index: Any) -> Floats:
    """(pairs of dimensions, 16, 2)."""
    flat: Floats = faiss.vector_to_array(index.pq.centroids)
    return flat.reshape(index.pq.M, -1, PAIR)


def erase(arrays: Arrays, rows: Rows, dimension: int) -> None:
    """Make zeros of the codes of some rows, in place."""
    packer = _empty(dimension).get_CodePacker()
    blocks = arrays["codes"].reshape(-1, packer.block_size)
    nothing = np.zeros(packer.code_size, np.uint8)
    for row in rows.tolist():
        block, offset = divmod(row, packer.nvec)
        packer.pack_1(nothing, offset, blocks[block : block + 1])


def _empty(dimension: int) -> Any:
    return faiss.IndexPQFastScan(dimension, dimension // PAIR, BITS, faiss.METRIC_INNER_PRODUCT)


def _padded(index: Any, count: int) -> int:
    """Rows that codes are laid out for: whole blocks."""
    return -(-count // int(index.bbs)) * int(index.bbs)


def one_thread() -> AbstractContextManager[None]:
    """Searches take one: several of them run beside each other."""
    return threaded(1)


@contextmanager
def threaded(count: int) -> Iterator[None]:
    """How many threads faiss takes. OpenMP keeps the number for each calling thread."""
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(count)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)
