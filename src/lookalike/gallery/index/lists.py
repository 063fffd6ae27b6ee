"""Codes in lists: millions of vectors, of which a search looks at those in the lists near to it.

A list holds what is nearest to one of some thousand centres, as codes of the difference to that
(inverted lists with residual product quantization, faiss `IndexIVFPQFastScan`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lookalike.faces.vectors import Floats
from lookalike.gallery.index.codes import (
    BITS,
    BLOCK,
    PAIR,
    Arrays,
    Shapes,
    centroids_of,
    faiss,
    one_thread,
    threaded,
)
from lookalike.gallery.index.columns import Halves, Rows
from lookalike.processes import give_back_heaps

# Vectors to a list, on average, and lists that a search looks at: recall@10 is 0.99 among ten
# million (benchmarks/shards.py).
_EACH, LOOKED_AT = 5_000, 128
# Vectors that the centres are fitted to, for each of them, and how often they are moved.
_FITTED, _ROUNDS = 64, 10
# From so many vectors on a search that looks at the codes of all takes longer.
LISTED_FROM = 2_000_000
# No more than fit.
_LEAST = 16


class Lists:
    """Those of (n, dimension) vectors, of an even number of dimensions."""

    def __init__(self, index: Any, arrays: Arrays) -> None:
        """
        Args:
            arrays: what the index was made of; see `shapes`.
        """
        self._index = index
        self.arrays = arrays

    @classmethod
    def build(cls, vectors: Halves, threads: int) -> Lists:
        """Takes minutes for ten million vectors."""
        count = lists_of(len(vectors))
        index = _plain(vectors.shape[1], count)
        index.cp.niter, index.cp.spherical = _ROUNDS, True
        index.cp.max_points_per_centroid = _FITTED
        with threaded(threads):
            index.train(vectors[:: -(-len(vectors) // (_FITTED * count))].astype(np.float32))
            for start in range(0, len(vectors), BLOCK):
                index.add(vectors[start : start + BLOCK].astype(np.float32))
        return cls(_fast(index), _arrays(index))

    @classmethod
    def of(cls, arrays: Arrays) -> Lists:
        """As they were kept."""
        count, dimension = arrays["centres"].shape
        index = _plain(dimension, count)
        index.quantizer.add(np.ascontiguousarray(arrays["centres"]))
        centroids = np.ascontiguousarray(arrays["centroids"]).ravel()
        faiss.copy_array_to_vector(centroids, index.pq.centroids)
        index.is_trained = True
        ends = np.cumsum(arrays["sizes"])
        for number, (end, size) in enumerate(zip(ends.tolist(), arrays["sizes"], strict=True)):
            rows = arrays["order"][end - size : end].astype(np.int64)
            codes = np.ascontiguousarray(arrays["codes"][end - size : end])
            pointers = (faiss.swig_ptr(rows), faiss.swig_ptr(codes))
            index.invlists.add_entries(number, int(size), *pointers)
        index.ntotal = int(arrays["sizes"].sum())
        made = _fast(index)
        # The lists that it was made of take as much as it does itself.
        del index
        give_back_heaps()
        return cls(made, arrays)

    def nearest(self, probe: Floats, count: int) -> Rows:
        """About the nearest rows to a (dimension,) probe, best first."""
        with one_thread():
            found: Rows = self._index.search(probe[np.newaxis], count)[1][0]
        return found[found >= 0]

    def look_at(self, lists: int) -> None:
        """How many lists a search looks at from now on: more find more, and take longer."""
        self._index.nprobe = min(lists, self._index.nlist)

    def __len__(self) -> int:
        return int(self._index.ntotal)


def lists_of(count: int) -> int:
    """How many lists so many vectors are in."""
    return max(_LEAST, count // _EACH)


def shapes(count: int, dimension: int) -> Shapes:
    """Type and shape of the arrays that lists of so many vectors are made of."""
    lists = lists_of(count)
    return {
        "centres": ("<f4", (lists, dimension)),
        "centroids": ("<f4", (dimension // PAIR, 1 << BITS, PAIR)),
        "sizes": ("<i8", (lists,)),
        "order": ("<i4", (count,)),
        "codes": ("u1", (count, dimension // PAIR * BITS // 8)),
    }


def erase(arrays: Arrays, rows: Rows) -> None:
    """Make zeros of the codes of some rows, in place."""
    arrays["codes"][np.isin(arrays["order"], rows)] = 0


def _plain(dimension: int, lists: int) -> Any:
    """An index whose lists can be read."""
    centres = faiss.IndexFlatIP(dimension)
    pairs = dimension // PAIR
    index = faiss.IndexIVFPQ(centres, dimension, lists, pairs, BITS, faiss.METRIC_INNER_PRODUCT)
    index.by_residual = True
    return index


def _fast(plain: Any) -> Any:
    """The same, laid out to be searched."""
    index = faiss.IndexIVFPQFastScan(plain)
    index.nprobe = min(LOOKED_AT, plain.nlist)
    # The centres, which Python would let go with the other index.
    index.referenced_objects = plain.referenced_objects
    return index


def _arrays(index: Any) -> Arrays:
    lists = index.invlists
    sizes = np.array([lists.list_size(each) for each in range(index.nlist)], np.int64)
    ids, codes = [], []
    for number, size in enumerate(sizes.tolist()):
        if size:
            ids.append(faiss.rev_swig_ptr(lists.get_ids(number), size).astype(np.int32))
            packed = faiss.rev_swig_ptr(lists.get_codes(number), size * index.code_size)
            codes.append(packed.reshape(size, -1).copy())
    return {
        "centres": index.quantizer.reconstruct_n(0, index.nlist),
        "centroids": centroids_of(index),
        "sizes": sizes,
        "order": np.concatenate(ids),
        "codes": np.concatenate(codes),
    }
