"""How a face lies among a cohort of strangers: what makes the scores of all kinds of faces fair.

A model that saw few faces of a kind takes two strangers of that kind for more alike than others.
Each of them then is more alike to *everyone* of that kind in a fixed cohort as well, which widens
the spread of their cosines to the cohort. Measured in that spread, strangers of any kind are about
as alike (symmetric normalisation, s-norm; Shum et al., Odyssey 2010, for voices). Nothing is
guessed about anybody: only vectors are looked at.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.faces.vectors import Floats

Numbers = NDArray[np.float64]

# The most alike of the cohort may be the person themself, twice at most: by two sources.
_LEFT_OUT = 2


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """Of the cosines of n faces to a cohort: (n,) means and standard deviations."""

    mean: Numbers
    deviation: Numbers

    def __getitem__(self, rows: slice) -> Spread:
        return Spread(self.mean[rows], self.deviation[rows])


@dataclass(frozen=True, slots=True, eq=False)
class Cohort:
    """A fixed set of strangers.

    Attributes:
        vectors: (m, dimension) float32 of length 1, a person each.
    """

    vectors: Floats

    def spread(self, faces: Floats) -> Spread:
        """Of (n, dimension) faces. The two of the cohort most like a face are left out."""
        cosines = (faces @ self.vectors.T).astype(np.float64)
        cosines = np.partition(cosines, -_LEFT_OUT, axis=1)[:, :-_LEFT_OUT]
        # A face that was not found is a row of zeros.
        return Spread(cosines.mean(axis=1), np.maximum(cosines.std(axis=1), 1e-6))


def normalised(cosines: Numbers, one: Spread, other: Spread) -> Numbers:
    """Cosines of two faces in the mean of how many deviations they lie above each one's mean.

    Symmetric, and rises with the cosine. Everything broadcasts: a matrix of cosines takes the
    spread of its rows as columns.
    """
    from_one = (cosines - one.mean) / one.deviation
    from_other = (cosines - other.mean) / other.deviation
    return np.asarray((from_one + from_other) / 2)
