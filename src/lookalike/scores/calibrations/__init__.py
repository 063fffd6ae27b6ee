"""The fitted scores, a file a model: those that ship, and those of the models of the user's own."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np

from lookalike.errors import ContractMismatch
from lookalike.faces.models.manifest import Embedder
from lookalike.faces.vectors import Floats, unit
from lookalike.gallery import starter
from lookalike.scores.similarity import Calibration, Cohort

# Cosines and -log10(FMR) for a model that nobody fitted. Meant to be strict: of the models whose
# strangers are known to us, those of SFace on Korean faces are the most alike, with 1 pair in
# 10,000 at 0.49; here it takes 0.55.
_PROVISIONAL = (
    (-1.0, 0.0, 0.1, 0.25, 0.4, 0.5, 0.55, 0.61, 0.66),
    (0.0, 0.0, 0.24, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0),
)


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
    return resources.files(__package__) / name


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
