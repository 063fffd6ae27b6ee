"""Aligned crops -> unit vectors."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lookalike.faces.image import Pixels
from lookalike.faces.models.manifest import Embedder
from lookalike.faces.models.network import ANY, Runtime
from lookalike.faces.vectors import Floats, unit

# Faces that a call of the network takes. A runtime prepares itself once for each batch size, so
# there are few; larger batches gain no speed.
_BATCHES = (8, 4, 2)


class FaceEmbedder:
    """Embeds the faces of a photo in batches."""

    def __init__(self, runtime: Runtime, embedder: Embedder) -> None:
        self._dimension = embedder.dimension
        self._network = runtime.open(embedder, (ANY, embedder.size, embedder.size, 3))

    def embed(self, crops: list[Pixels]) -> Floats:
        """(n, dimension) float32 embeddings of length 1 for n aligned RGB crops.

        Each is the mean of the vectors of a crop and of its mirror image, in which what the network
        says of one side and not of the other averages out (docs/improvements.md).
        """
        if not crops:
            return np.empty((0, self._dimension), np.float32)
        both = np.stack([face for crop in crops for face in (crop, crop[:, ::-1])])
        vectors = np.concatenate([self.vectors(part) for part in _parts(both)])
        return unit(vectors[::2] + vectors[1::2])

    def vectors(self, crops: Pixels) -> Floats:
        """(n, dimension): what the network says of (n, size, size, 3) RGB crops, at most 8."""
        return unit(self._network(np.ascontiguousarray(crops))[0])


def _parts(crops: Pixels) -> Iterator[Pixels]:
    """All of them, as many at a time as the network takes."""
    start = 0
    while start < len(crops):
        count = next(size for size in _BATCHES if size <= len(crops) - start)
        yield crops[start : start + count]
        start += count
