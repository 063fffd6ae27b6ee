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
from importlib.resources.abc import Traversable
from pathlib import Path

import numpy as np

from lookalike.errors import ContractMismatch
from lookalike.faces.models import Embedder

# -log10(FMR) -> similarity. 50 where 1 stranger pair in 100 passes, 80 (Rekognition's default
# threshold) at 1 in 10,000, 90 at 1 in 100,000, 99 at 1 in 1,000,000; 100 is out of reach but for
# a photo of itself.
_RARITIES = (0.0, 2.0, 4.0, 5.0, 6.0, 9.0)
_SIMILARITIES = (0.0, 50.0, 80.0, 90.0, 99.0, 100.0)

# Cosines and -log10(FMR) for a model that nobody fitted. Meant to be strict: of the models whose
# strangers are known to us, those of SFace on Korean faces are the most alike, with 1 pair in
# 10,000 at 0.49; here it takes 0.55.
_PROVISIONAL = (
    (-1.0, 0.0, 0.1, 0.25, 0.4, 0.5, 0.55, 0.61, 0.66, 0.8),
    (0.0, 0.0, 0.3, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 9.0),
)

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
    """

    cosine: float
    similarity: float
    resemblance: float
    one_in: int
    extrapolated: bool

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
        fitted: False for the provisional table of a model that has none.
    """

    contract: str
    cosines: tuple[float, ...]
    rarity: tuple[float, ...]
    observed_to: float
    fitted: bool = True

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
    file = _shipped(contract)
    if not file.is_file():
        raise ContractMismatch(f"No calibration was fitted for {contract}: {file.name} is missing.")
    return _read(file)


def calibration_of(embedder: Embedder) -> Calibration:
    """The table of a model: its owner's, else the one shipped, else a provisional one.

    Raises:
        ContractMismatch: its owner's was fitted for another contract, or cannot be read.
    """
    if not embedder.calibration:
        shipped = _shipped(embedder.contract).is_file()
        return calibration(embedder.contract) if shipped else _provisional(embedder.contract)
    try:
        found = _read(Path(embedder.calibration))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ContractMismatch(
            f"The calibration {embedder.calibration} cannot be read ({error}); delete it or fit it "
            "again."
        ) from error
    if found.contract != embedder.contract:
        raise ContractMismatch(
            f"The calibration {embedder.calibration} was fitted for {found.contract}, but "
            f"{embedder.contract} is in use; delete it or fit it again."
        )
    return found


def _provisional(contract: str) -> Calibration:
    return Calibration(contract, *_PROVISIONAL, observed_to=-1.0, fitted=False)


def _shipped(contract: str) -> Traversable:
    name = contract.replace("/", "-v") + ".json"
    return resources.files("lookalike") / "calibrations" / name


def _read(file: Traversable) -> Calibration:
    table = json.loads(file.read_text("utf-8"))
    return Calibration(
        contract=table["contract"],
        cosines=tuple(table["cosines"]),
        rarity=tuple(table["rarity"]),
        observed_to=table["observed_to"],
    )
