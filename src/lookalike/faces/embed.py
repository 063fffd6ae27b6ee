"""Aligned crops -> unit vectors."""

from __future__ import annotations

import numpy as np

from lookalike.faces.image import Pixels
from lookalike.faces.models.manifest import Embedder
from lookalike.faces.models.network import Batches, Runtime
from lookalike.faces.vectors import Floats, unit


class FaceEmbedder:
    """Embeds the faces of a photo in batches."""

    def __init__(self, runtime: Runtime, embedder: Embedder) -> None:
        self._dimension = embedder.dimension
        self._network = Batches(runtime, embedder, embedder.size)

    def embed(self, crops: list[Pixels]) -> Floats:
        """(n, dimension) float32 embeddings of length 1 for n aligned RGB crops.

        Each is the mean of the vectors of a crop and of its mirror image, in which what the network
        says of one side and not of the other averages out (docs/improvements.md).
        """
        if not crops:
            return np.empty((0, self._dimension), np.float32)
        both = np.stack([face for crop in crops for face in (crop, crop[:, ::-1])])
        vectors = self.vectors(both)
        return unit(vectors[::2] + vectors[1::2])

    def vectors(self, crops: Pixels) -> Floats:
        """(n, dimension): what the network says of (n, size, size, 3) RGB crops."""
        return unit(self._network(crops)[0])
