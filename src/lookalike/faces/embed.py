"""Aligned crops -> unit vectors."""

from __future__ import annotations

import numpy as np

from lookalike.faces.image import Pixels
from lookalike.faces.models.manifest import Embedder
from lookalike.faces.models.network import ANY, Runtime, fed
from lookalike.faces.vectors import Floats, unit

# Faces that a call of the network takes. A runtime prepares itself once for each batch size, so
# there are few; larger batches gain no speed.
_BATCHES = (8, 4, 2, 1)


class FaceEmbedder:
    """Embeds the faces of a photo in batches."""

    def __init__(self, runtime: Runtime, embedder: Embedder) -> None:
        self._embedder = embedder
        self._network = runtime.open(embedder.model, (ANY, 3, embedder.size, embedder.size))

    def embed(self, crops: list[Pixels]) -> Floats:
        """(n, dimension) float32 embeddings of length 1 for n aligned RGB crops."""
        vectors = np.empty((len(crops), self._embedder.dimension), np.float32)
        start = 0
        while start < len(crops):
            count = next(size for size in _BATCHES if size <= len(crops) - start)
            batch = np.stack(crops[start : start + count]).transpose(0, 3, 1, 2)
            if self._embedder.colour == "bgr":
                batch = batch[:, ::-1]
            pixels = fed(batch.astype(np.float32, order="C"), self._embedder)
            vectors[start : start + count] = self._network(pixels)[0]
            start += count
        return unit(vectors)
