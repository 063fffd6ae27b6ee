"""The shape of a face: its mesh without where it was, how large, and how the head was turned."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lookalike.faces.vectors import Floats

Numbers = NDArray[np.float64]


def shapes(meshes: Floats, mean: Floats) -> Numbers:
    """(n, 1404): (n, 468, 3) meshes of one size, turned to the (468, 3) mean shape."""
    return turned(meshes, mean).reshape(len(meshes), -1)


def turned(meshes: Floats, mean: Floats) -> Numbers:
    """Each by the rotation that brings it nearest to the mean (Kabsch, 1976)."""
    alike = of_one_size(meshes)
    left, _, right = np.linalg.svd(alike.transpose(0, 2, 1) @ mean.astype(np.float64))
    # A mirror image is no rotation.
    signs = np.sign(np.linalg.det(left @ right))
    left[:, :, -1] *= signs[:, None]
    return np.asarray(alike @ (left @ right))


def of_one_size(meshes: Floats) -> Numbers:
    """Centred, the root mean square distance from the centre 1."""
    centred = meshes.astype(np.float64) - meshes.mean(axis=1, keepdims=True, dtype=np.float64)
    sizes = np.sqrt((centred**2).sum(axis=2).mean(axis=1))
    # A damaged network may have put all points on one another.
    return np.asarray(centred / np.maximum(sizes, 1e-9)[:, None, None])
