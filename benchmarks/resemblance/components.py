"""Measurements of faces as a few components, by which photos of one person are near one another.

Principal components, turned and weighed by a linear discriminant analysis of people with several
photos: what changes from photo to photo (expression, light, a turned head) counts little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.faces.appearance.shape import of_one_size, turned
from lookalike.faces.vectors import Floats

Numbers = NDArray[np.float64]

# How much of the mean variance is added to that within people. Of 0.1, 0.3 and 0.6 this told other
# people apart best, or nearly.
_SHRINKAGE = 0.3
# The mean shape hardly moves after the second round.
_ROUNDS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Components:
    """
    Attributes:
        mean: (m,), of the faces that it was fitted to.
        axes: (m, k), directions times weights.
    """

    mean: Numbers
    axes: Numbers

    def of(self, rows: Numbers) -> Numbers:
        """(n, k) of (n, m)."""
        return np.asarray((rows - self.mean) @ self.axes)


def mean_shape(meshes: Floats) -> Floats:
    """The (468, 3) mean of (n, 468, 3) meshes that are turned to one another."""
    mean: Floats = of_one_size(meshes[:1])[0].astype(np.float32)
    for _ in range(_ROUNDS):
        mean = of_one_size(turned(meshes, mean).mean(axis=0)[None])[0].astype(np.float32)
    return mean


def fit(rows: Numbers, people: Sequence[str], count: int) -> Components:
    """To (n, m) faces, some of which are of the same people, by their first principal components.

    A component is as large as the share of its variance that lies between people.
    """
    mean = rows.mean(axis=0)
    apart = (rows - mean).astype(np.float64)
    # There are fewer faces than numbers of each, so this takes a quarter of the time of an SVD.
    variances, faces = (each[..., : -count - 1 : -1] for each in np.linalg.eigh(apart @ apart.T))
    axes = apart.T @ faces / variances * np.sqrt(len(rows))
    between, within = _variances(apart @ axes, people)
    # Where photos of one person differ alike in every direction, what lies between people is along
    # the axes of an ellipsoid.
    round_ = np.linalg.cholesky(np.linalg.inv(within))
    sizes, turned = np.linalg.eigh(round_.T @ between @ round_)
    shares = np.maximum(1 - 1 / np.maximum(sizes, 1e-9), 0)
    return Components(mean, axes @ round_ @ turned * np.sqrt(shares))


def _variances(rows: Numbers, people: Sequence[str]) -> tuple[Numbers, Numbers]:
    """(k, k) of all photos of people with several, and of photos of one of them."""
    _, numbers, counts = np.unique(np.array(people), return_inverse=True, return_counts=True)
    sums = np.zeros((len(counts), rows.shape[1]))
    np.add.at(sums, numbers, rows)
    several = counts[numbers] > 1
    known = rows[several]
    apart = known - (sums / counts[:, None])[numbers[several]]
    within = apart.T @ apart / (len(known) - (counts > 1).sum())
    even = np.trace(within) / len(within) * np.eye(len(within))
    return known.T @ known / len(known), (1 - _SHRINKAGE) * within + _SHRINKAGE * even


def cosines(ones: Numbers, others: Numbers) -> Numbers:
    """(n, m) of the angles between n and m rows."""
    lengths = [np.linalg.norm(each, axis=1, keepdims=True) for each in (ones, others)]
    return np.asarray((ones / lengths[0]) @ (others / lengths[1]).T)
