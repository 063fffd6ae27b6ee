"""The shape of a face: its mesh without where it was, how large, and how the head was turned."""

from __future__ import annotations

import numpy as np

from benchmarks.resemblance.components import Numbers
from lookalike.faces.vectors import Floats

# The mean shape hardly moves after the second round.
_ROUNDS = 3


def mean_shape(meshes: Floats) -> Numbers:
    """The (468, 3) mean of (n, 468, 3) meshes that are turned to one another."""
    mean: Numbers = _unit(meshes[:1].astype(np.float64))[0]
    for _ in range(_ROUNDS):
        mean = np.asarray(_unit(_turned(meshes, mean).mean(axis=0)[None])[0])
    return mean


def shapes(meshes: Floats, mean: Numbers) -> Numbers:
    """(n, 1404): meshes turned to the mean shape, of one size."""
    return np.asarray(_turned(meshes, mean).reshape(len(meshes), -1))


def _turned(meshes: Floats, mean: Numbers) -> Numbers:
    """Each by the rotation that brings it nearest to the mean (Kabsch, 1976)."""
    unit = _unit(meshes.astype(np.float64))
    left, _, right = np.linalg.svd(unit.transpose(0, 2, 1) @ mean)
    # A mirror image is no rotation.
    signs = np.sign(np.linalg.det(left @ right))
    left[:, :, -1] *= signs[:, None]
    return np.asarray(unit @ (left @ right))


def _unit(meshes: Numbers) -> Numbers:
    """Centred, and of size 1: the root mean square distance from the centre."""
    centred = meshes - meshes.mean(axis=1, keepdims=True)
    sizes = np.sqrt((centred**2).sum(axis=2).mean(axis=1))
    return np.asarray(centred / sizes[:, None, None])
