"""Measurements of faces as a few components, those first that stay with a person.

Principal components, standardised, each as large as the share of its variance that lies between
people: what changes from photo to photo (expression, light, a turned head) counts little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Components:
    """
    Attributes:
        mean: (m,), of the faces that it was fitted to.
        axes: (m, k), directions times weights.
        shares: (k,) of the variance of each that lies between people.
    """

    mean: Numbers
    axes: Numbers
    shares: Numbers

    def of(self, rows: Numbers) -> Numbers:
        """(n, k) of (n, m)."""
        return np.asarray((rows - self.mean) @ self.axes)


def fit(rows: Numbers, people: Sequence[str], count: int) -> Components:
    """To (n, m) faces, some of which are of the same people."""
    mean = rows.mean(axis=0)
    _, sizes, directions = np.linalg.svd(rows - mean, full_matrices=False)
    axes = directions[:count].T / (sizes[:count] / np.sqrt(len(rows)))
    shares = _between((rows - mean) @ axes, people)
    return Components(mean, axes * shares, shares)


def _between(rows: Numbers, people: Sequence[str]) -> Numbers:
    """The share of the variance of standardised columns that photos of one person do not have."""
    _, numbers, counts = np.unique(np.array(people), return_inverse=True, return_counts=True)
    several = counts[numbers] > 1
    inside = np.zeros((len(counts), rows.shape[1]))
    np.add.at(inside, numbers, rows)
    apart = (rows - (inside / counts[:, None])[numbers])[several]
    within = (apart**2).sum(axis=0) / (several.sum() - (counts > 1).sum())
    return np.asarray(np.clip(1 - within / rows[several].var(axis=0), 0, 1))


def distances(ones: Numbers, others: Numbers) -> Numbers:
    """(n, m) between n and m rows, Euclidean."""
    squares = (ones**2).sum(axis=1)[:, None] + (others**2).sum(axis=1)[None]
    return np.asarray(np.sqrt(np.maximum(squares - 2 * ones @ others.T, 0)))


def cosines(ones: Numbers, others: Numbers) -> Numbers:
    """(n, m) of the angles between n and m rows."""
    lengths = [np.linalg.norm(each, axis=1, keepdims=True) for each in (ones, others)]
    return np.asarray((ones / lengths[0]) @ (others / lengths[1]).T)
