"""Vectors that cannot be used, for a disk or somebody changed them: each costs its own row."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from lookalike.faces.vectors import Floats

_LOG = logging.getLogger("lookalike")
# How far from 1 the length of a vector may be: float32 and a model in bfloat16 stay far below.
_OFF = 0.01


def sound(rows: Sequence[Any], collection: str) -> tuple[list[Any], Floats]:
    """The rows of faces whose vectors can be used, and those, (rows, dimension); of the others a
    line is logged. All of a collection are of one model, so of one length, and of length 1."""
    size = Counter(len(row.vector) for row in rows).most_common(1)[0][0] if rows else 0
    whole = [row for row in rows if len(row.vector) == size and size % 4 == 0]
    vectors = np.frombuffer(b"".join(row.vector for row in whole), "<f4").astype(np.float32)
    vectors = vectors.reshape(len(whole), size // 4 if whole else 0)
    with np.errstate(all="ignore"):
        fits = np.abs(np.linalg.norm(vectors, axis=1) - 1) < _OFF
    kept = [row for row, fit in zip(whole, fits, strict=True) if fit]
    for gone in {row.id for row in rows} - {row.id for row in kept}:
        _LOG.error("Face %s of %r has a vector that is damaged; it is left out.", gone, collection)
    return kept, vectors[fits]
