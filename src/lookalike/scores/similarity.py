"""Two vectors -> similarity, resemblance and a verdict: two honest numbers, fitted per model.

*resemblance* says how rare it is among strangers to look this much alike, `20 * log10(1 / FMR)`: 20
is one stranger in 10, 60 one in 1,000, 100 one in 100,000 or rarer. *similarity* says whether this
is the same person, on Amazon Rekognition's scale: its fixed points are in `_SIMILARITIES`. FMR
(false match rate) is the share of pairs of strangers that are at least this much alike;
`lookalike evaluate calibrate` fits it, and `calibrations` keeps what it fitted.

How alike two faces are is their cosine, seen among a cohort of strangers, which makes the scores of
all kinds of faces fair. A model that saw few faces of a kind takes two strangers of that kind for
more alike than others. Each of them then is more alike to *everyone* of that kind in a fixed cohort
as well, which widens the spread of their cosines to the cohort. Measured in that spread, strangers
of any kind are about as alike (symmetric normalisation, s-norm; Shum et al., Odyssey 2010, for
voices). Nothing is guessed about anybody: only vectors are looked at.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from lookalike.faces.vectors import Floats

Numbers = NDArray[np.float64]

# -log10(FMR) -> similarity. 50 where 1 stranger pair in 100 passes, 80 (Rekognition's default
# threshold) at 1 in 10,000, 90 at 1 in 100,000, 99 at 1 in 1,000,000; 100 is out of reach but for
# a photo of itself.
_RARITIES = (0.0, 2.0, 4.0, 5.0, 6.0)
_SIMILARITIES = (0.0, 50.0, 80.0, 90.0, 99.0)

SAME_PERSON = 80.0
# In a search of N people that many strangers may be expected to be as alike as somebody who is said
# to be the same person: at similarity 80, one stranger in nine meets one of 1,157 people.
_MOST_EXPECTED = 0.01
_STRONG, _SOME = 60.0, 40.0
_ROUNDING = 1e-6
# The most alike of the cohort may be the person themself, twice at most: by two sources.
_LEFT_OUT = 2


class Verdict(StrEnum):
    SAME_PERSON = "same-person"
    POSSIBLY_SAME = "possibly-same-person"
    TOO_LITTLE = "too-little-to-tell"
    STRONG = "strong-look-alike"
    SOME = "some-resemblance"
    NONE = "no-strong-resemblance"


@dataclass(frozen=True, slots=True)
class Score:
    """How alike two faces are.

    Attributes:
        cosine: of the two embeddings, -1 to 1.
        similarity: 0 to 100, the identity score.
        resemblance: 0 to 100, the rarity among strangers.
        one_in: one stranger in this many is at least as alike (at most 100,000).
        extrapolated: whether the FMR lies beyond what was observed.
        fmr: the share of strangers who are at least as alike, 1 in 1,000,000 where it is less.
        among: how many people the other one was the most alike of.
        enough: whether faces show enough to tell who it is: at least one of two that are compared,
            the one that people are searched for.
        level: what both numbers were read at; see `Calibration`.
    """

    cosine: float
    similarity: float
    resemblance: float
    one_in: int
    extrapolated: bool
    fmr: float
    among: int = 1
    enough: bool = True
    level: float = 0.0

    @property
    def verdict(self) -> Verdict:
        if self.similarity >= SAME_PERSON:
            return self._identity
        if self.resemblance >= _STRONG:
            return Verdict.STRONG
        return Verdict.SOME if self.resemblance >= _SOME else Verdict.NONE

    @property
    def _identity(self) -> Verdict:
        if self.among == 1:
            return Verdict.SAME_PERSON if self.enough else Verdict.TOO_LITTLE
        certain = self.enough and self.among * self.fmr <= _MOST_EXPECTED
        return Verdict.SAME_PERSON if certain else Verdict.POSSIBLY_SAME

    @property
    def certainty(self) -> float:
        """How many of 100 strangers meet nobody as alike among so many people (Poisson)."""
        return 100 * math.exp(-self.among * self.fmr)

    @property
    def texts(self) -> tuple[str, str]:
        """Similarity and resemblance, as a terminal shows them."""
        similarity = f"{self.similarity:5.1f}  {self.verdict.replace('-', ' ')}"
        return similarity, f"{self.resemblance:5.1f}  1 stranger in {self.one_in:,}"


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


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """The stranger distribution of one contract, as a table.

    Attributes:
        contract: model and preprocessing that it was fitted for.
        levels: rising; cosines, or with a cohort what `normalised` makes of them.
        rarity: -log10(FMR) at each of `levels`, rising from 0 to 6 or more.
        observed_to: the level above which the rarity is extrapolated.
        cohort: strangers among whom faces are seen; None: levels are cosines.
        ordinary: mean and deviation of an ordinary face's cosines to the cohort.
        fitted: False for the provisional table of a model that has none.
    """

    contract: str
    levels: tuple[float, ...]
    rarity: tuple[float, ...]
    observed_to: float
    cohort: Cohort | None = None
    ordinary: tuple[float, float] = (0.0, 1.0)
    fitted: bool = True

    def compare(self, one: Floats, others: Floats) -> tuple[Score, ...]:
        """Both numbers for a (dimension,) face against each of (n, dimension) others."""
        spreads = self.spread(one[None]), self.spread(others)
        return self._scores((others @ one).astype(np.float64), *spreads)

    def similarity(self, one: Floats, other: Floats) -> float:
        """Whether two (dimension,) faces are one person's, 0 to 100."""
        return self.compare(one, other[None])[0].similarity

    def score(self, cosine: float) -> Score:
        """Both numbers for a cosine of two ordinary faces; each rises with it."""
        return self._scores(np.array([cosine]), self._ordinary(), self._ordinary())[0]

    def levels_of(self, cosines: Numbers, one: Spread, other: Spread) -> Numbers:
        """The levels of cosines of faces with such spreads; see `normalised`."""
        return cosines if self.cohort is None else normalised(cosines, one, other)

    def seen(self, probes: Floats, faces: Floats) -> Numbers:
        """The (n, m) cosines of n probes and m faces as two ordinary faces would have them."""
        one, other = self.spread(probes), self.spread(faces)
        columns = Spread(one.mean[:, None], one.deviation[:, None])
        return self._cosine(self.levels_of((probes @ faces.T).astype(np.float64), columns, other))

    def seen_pairs(self, ones: Floats, others: Floats) -> Numbers:
        """The same of (n, dimension) pairs, row by row."""
        cosines = np.einsum("ij,ij->i", ones, others).astype(np.float64)
        return self._cosine(self.levels_of(cosines, self.spread(ones), self.spread(others)))

    def level_at(self, similarity: float) -> float:
        """The level at which `similarity` is reached, up to 99."""
        rarity = np.interp(similarity, _SIMILARITIES, _RARITIES)
        return float(np.interp(rarity, self.rarity, self.levels))

    def cosine_at(self, similarity: float) -> float:
        """The cosine at which two ordinary faces reach `similarity`, up to 99."""
        return float(self._cosine(np.array(self.level_at(similarity))))

    def _cosine(self, levels: Numbers) -> Numbers:
        mean, deviation = self.ordinary
        return mean + levels * deviation

    def _ordinary(self) -> Spread:
        mean, deviation = self.ordinary
        return Spread(np.array([mean]), np.array([deviation]))

    def spread(self, faces: Floats) -> Spread:
        """Of (n, dimension) faces; an ordinary one's where there is no cohort."""
        if self.cohort is not None:
            return self.cohort.spread(faces)
        mean, deviation = (np.full(len(faces), each) for each in self.ordinary)
        return Spread(mean, deviation)

    def _scores(self, cosines: Numbers, one: Spread, other: Spread) -> tuple[Score, ...]:
        # Of a vector and itself, float32 falls short of 1.
        cosines = np.where(cosines > 1 - _ROUNDING, 1.0, cosines)
        levels = self.levels_of(cosines, one, other)
        rarities = np.interp(levels, self.levels, self.rarity)
        # 1 pair of strangers in 1,000,000 is as far as a tail can be trusted. Beyond, only the
        # way to the same photo is left.
        last = self.level_at(_SIMILARITIES[-1])
        same = self.levels_of(np.ones_like(cosines), one, other)
        rest = np.clip((levels - last) / np.maximum(same - last, 1e-6), 0, 1)
        similarities = np.interp(rarities, _RARITIES, _SIMILARITIES) + rest
        return tuple(
            _score(cosine, similarity, rarity, level, level > self.observed_to)
            for cosine, similarity, rarity, level in zip(
                *(each.tolist() for each in (cosines, similarities, rarities, levels)), strict=True
            )
        )


def _score(
    cosine: float, similarity: float, rarity: float, level: float, extrapolated: bool
) -> Score:
    resemblance = min(100.0, 20 * rarity)
    one_in = round(10 ** (resemblance / 20))
    # No stranger is in the same photo.
    fmr = 0.0 if cosine == 1 else float(10 ** -min(rarity, _RARITIES[-1]))
    return Score(cosine, similarity, resemblance, one_in, extrapolated, fmr, level=level)
