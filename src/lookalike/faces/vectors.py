"""Arrays of floats: batches of pixels, outputs of networks, embeddings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

# What is shorter is taken for this long: nothing is divided by zero.
_SHORTEST = 1e-12


def unit(vectors: Floats) -> Floats:
    """The same directions with length 1; zeros stay zeros.

    Args:
        vectors: one of (dimension,), or rows of (..., dimension). One alone and the same in a row
            may differ in their last bit, as NumPy adds up their squares in another order.
    """
    if vectors.ndim == 1:
        return np.asarray(vectors / np.maximum(np.linalg.norm(vectors), _SHORTEST))
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, _SHORTEST))
