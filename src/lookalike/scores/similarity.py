"""Two vectors -> similarity, resemblance and a verdict: two honest numbers, fitted per model.

*resemblance* says how rare it is among strangers to look this much alike, `20 * log10(1 / FMR)`: 20
is one stranger in 10, 60 one in 1,000, 100 one in 100,000 or rarer. *similarity* says whether this
is the same person, on Amazon Rekognition's scale: its fixed points are in `_SIMILARITIES`. FMR
(false match rate) is the share of pairs of strangers that are at least this much alike;
`lookalike evaluate calibrate` fits it. How alike they are is their cosine, seen among a cohort of
strangers (`cohort.py`), for models take strangers of some kinds for more alike than others.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np

from lookalike.errors import ContractMismatch
from lookalike.faces.models.manifest import Embedder
from lookalike.faces.vectors import Floats, unit
from lookalike.gallery import starter
from lookalike.scores.cohort import Cohort, Numbers, Spread, normalised

# -log10(FMR) -> similarity. 50 where 1 stranger pair in 100 passes, 80 (Rekognition's default
# threshold) at 1 in 10,000, 90 at 1 in 100,000, 99 at 1 in 1,000,000; 100 is out of reach but for
# a photo of itself.
_RARITIES = (0.0, 2.0, 4.0, 5.0, 6.0)
_SIMILARITIES = (0.0, 50.0, 80.0, 90.0, 99.0)

# Cosines and -log10(FMR) for a model that nobody fitted. Meant to be strict: of the models whose
# strangers are known to us, those of SFace on Korean faces are the most alike, with 1 pair in
# 10,000 at 0.49; here it takes 0.55.
_PROVISIONAL = (
    (-1.0, 0.0, 0.1, 0.25, 0.4, 0.5, 0.55, 0.61, 0.66),
    (0.0, 0.0, 0.25, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0),
)

SAME_PERSON = 80.0
_STRONG, _SOME = 60.0, 40.0
_ROUNDING = 1e-6


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
        levels: rising; cosines, or with a cohort what `cohort.normalised` makes of them.
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

    def score(self, cosine: float) -> Score:
        """Both numbers for a cosine of two ordinary faces; each rises with it."""
        return self._scores(np.array([cosine]), self._ordinary(), self._ordinary())[0]

    def levels_of(self, cosines: Numbers, one: Spread, other: Spread) -> Numbers:
        """The levels of cosines of faces with such spreads; see `cohort.normalised`."""
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
            _score(cosine, similarity, rarity, level > self.observed_to)
            for cosine, similarity, rarity, level in zip(
                cosines.tolist(), similarities.tolist(), rarities.tolist(), levels, strict=True
            )
        )


def _score(cosine: float, similarity: float, rarity: float, extrapolated: bool) -> Score:
    resemblance = min(100.0, 20 * rarity)
    one_in = round(10 ** (resemblance / 20))
    return Score(cosine, similarity, resemblance, one_in, bool(extrapolated))


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
    return resources.files("lookalike.scores.calibrations") / name


def _read(file: Traversable) -> Calibration:
    table = json.loads(file.read_text("utf-8"))
    contract, cohort = table["contract"], table["cohort"]
    mean, deviation = table["ordinary"]
    return Calibration(
        contract=contract,
        levels=tuple(table["levels"]),
        rarity=tuple(table["rarity"]),
        observed_to=table["observed_to"],
        cohort=None if cohort is None else Cohort(_vectors(cohort, contract)),
        ordinary=(mean, deviation),
    )


def _vectors(cohort: str | dict[str, Any], contract: str) -> Floats:
    """Those of the starter gallery, or float16 in base64."""
    if not isinstance(cohort, dict):
        return starter.vectors(contract)
    flat = np.frombuffer(b64decode(cohort["float16"]), np.float16).astype(np.float32)
    rows = flat.reshape(-1, cohort["dimension"])
    return unit(rows)


def write(made: Calibration, fitted_on: str, file: Path) -> None:
    """Write a calibration so that it can be read; the starter's vectors are not repeated."""
    table = {
        "contract": made.contract,
        "fitted_on": fitted_on,
        "cohort": None if made.cohort is None else _cohort(made.cohort, made.contract),
        "ordinary": [round(each, 5) for each in made.ordinary],
        "observed_to": round(made.observed_to, 4),
        "levels": [round(each, 4) for each in made.levels],
        "rarity": [round(each, 3) for each in made.rarity],
    }
    file.write_text(json.dumps(table) + "\n", "utf-8")


def _cohort(cohort: Cohort, contract: str) -> str | dict[str, Any]:
    if starter.fits(contract) and np.array_equal(cohort.vectors, starter.vectors(contract)):
        return starter.COLLECTION
    packed = b64encode(cohort.vectors.astype(np.float16).tobytes()).decode()
    return {"dimension": cohort.vectors.shape[1], "float16": packed}
