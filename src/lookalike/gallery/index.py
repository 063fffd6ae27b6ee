"""Nearest people to a probe, over vectors of one contract."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.faces.runtime import Floats

Keys = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Neighbour:
    key: int
    cosine: float


class VectorIndex:
    def __init__(self, dimension: int) -> None:
        self._keys: Keys = np.empty(0, np.int64)
        self._vectors: Floats = np.empty((0, dimension), np.float32)

    @classmethod
    def of(cls, keys: Keys, vectors: Floats) -> VectorIndex:
        made = cls(vectors.shape[1] if vectors.ndim == 2 else 1)
        made._keys, made._vectors = keys, vectors
        return made

    def __len__(self) -> int:
        return len(self._keys)

    def put(self, keys: Keys, vectors: Floats) -> None:
        self.remove(keys)
        kept = self._vectors if len(self._vectors) else np.empty((0, vectors.shape[1]), np.float32)
        self._keys = np.concatenate([self._keys, keys])
        self._vectors = np.concatenate([kept, vectors])

    def remove(self, keys: Keys) -> None:
        stay = ~np.isin(self._keys, keys)
        self._keys, self._vectors = self._keys[stay], self._vectors[stay]

    def vector(self, key: int) -> Floats:
        found: Floats = self._vectors[self._keys == key][0]
        return found

    def nearest(self, probe: Floats, limit: int, among: Keys | None = None) -> list[Neighbour]:
        keys, vectors = self._keys, self._vectors
        if among is not None:
            mask = np.isin(keys, among)
            keys, vectors = keys[mask], vectors[mask]
        if not len(keys):
            return []
        cosines = vectors @ probe
        top = np.argsort(-cosines, kind="stable")[:limit]
        return [Neighbour(int(keys[row]), float(cosines[row])) for row in top]
