"""Cosine -> similarity and resemblance: two honest numbers, fitted per model.

*resemblance* says how rare it is among strangers to look this much alike,
`20 * log10(1 / FMR(cosine))`: 20 is one stranger in 10, 60 one in 1,000, 100 one in 100,000 or
rarer. *similarity* says whether this is the same person, on Amazon Rekognition's scale: its fixed
points are in `_SIMILARITIES`. FMR (false match rate) is the share of pairs of strangers that are at
least this much alike; `benchmarks/calibrate.py` fits it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from typing import Literal

import numpy as np

from lookalike.errors import ContractMismatch

# -log10(FMR) -> similarity. 50 where 1 stranger pair in 100 passes, 80 (Rekognition's default
# threshold) at 1 in 10,000, 90 at 1 in 100,000, 99 at 1 in 1,000,000; 100 is out of reach but for
# a photo of itself.
_RARITIES = (0.0, 2.0, 4.0, 5.0, 6.0, 9.0)
_SIMILARITIES = (0.0, 50.0, 80.0, 90.0, 99.0, 100.0)

SAME_PERSON = 80.0
_STRONG, _SOME = 60.0, 40.0


class Verdict(StrEnum):
    SAME_PERSON = "same-person"
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
        source: whose score this is; AWS's are no such scores (aws/answers.py).
    """

    cosine: float
    similarity: float
    resemblance: float
    one_in: int
    extrapolated: bool
    source: Literal["lookalike"] = "lookalike"

    @property
    def verdict(self) -> Verdict:
        if self.similarity >= SAME_PERSON:
            return Verdict.SAME_PERSON
        if self.resemblance >= _STRONG:
            return Verdict.STRONG
        return Verdict.SOME if self.resemblance >= _SOME else Verdict.NONE


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """The stranger distribution of one contract, as a table.

    Attributes:
        contract: model and preprocessing that it was fitted for.
        cosines: rising.
        rarity: -log10(FMR) at each of `cosines`, rising from 0.
        observed_to: the cosine above which the rarity is extrapolated.
    """

    contract: str
    cosines: tuple[float, ...]
    rarity: tuple[float, ...]
    observed_to: float

    def score(self, cosine: float) -> Score:
        """Both numbers for one cosine; each rises with it."""
        rarity = float(np.interp(cosine, self.cosines, self.rarity))
        similarity = float(np.interp(rarity, _RARITIES, _SIMILARITIES))
        resemblance = min(100.0, 20 * rarity)
        one_in = round(10 ** (resemblance / 20))
        return Score(cosine, similarity, resemblance, one_in, cosine > self.observed_to)

    def cosine_at(self, similarity: float) -> float:
        """The cosine at which `similarity` is reached."""
        rarity = float(np.interp(similarity, _SIMILARITIES, _RARITIES))
        return float(np.interp(rarity, self.rarity, self.cosines))


def calibration(contract: str) -> Calibration:
    """The table shipped for a contract.

    Raises:
        ContractMismatch: none was fitted for it.
    """
    name = contract.replace("/", "-v") + ".json"
    file = resources.files("lookalike") / "calibrations" / name
    if not file.is_file():
        raise ContractMismatch(f"No calibration was fitted for {contract}: {name} is missing.")
    table = json.loads(file.read_text("utf-8"))
    return Calibration(
        contract=table["contract"],
        cosines=tuple(table["cosines"]),
        rarity=tuple(table["rarity"]),
        observed_to=table["observed_to"],
    )
