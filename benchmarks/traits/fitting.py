"""Fits the classifiers of traits to the labelled faces of half the people.

    python -m benchmarks.traits.fitting ../shared/data

Each is a logistic regression with a ridge on faces and their mirror images, solved among them, for
there are fewer of them than of features. How sure it is is calibrated on people who were left out
(Platt, 1999); the faces that have a trait and those that have not count the same.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import machine
from lookalike import config
from lookalike.evaluate.protocols.attributes import Labels, read
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.image import FINE, decode
from lookalike.faces.models.manifest import LITE0
from lookalike.faces.traits import classifiers
from lookalike.faces.traits.classifiers import Classifiers, features
from lookalike.faces.traits.eyes import EyeReader
from lookalike.faces.traits.traits import Trait
from lookalike.faces.traits.views import SIDE, views
from lookalike.faces.vectors import Floats

LABELS = Path(__file__).with_name("labels.csv")
Numbers = NDArray[np.float64]

# Features of a view, and where each block of them begins.
_OF_VIEW = 112 * 7 * 7
_EYES, _MOUTH, _LIDS = slice(0, _OF_VIEW), slice(_OF_VIEW, 2 * _OF_VIEW), slice(-1, None)
# What each trait is told by. More of it does not help: tried on the people it is fitted to.
_BLOCKS: Mapping[Trait, tuple[slice, ...]] = {
    Trait.EYES_OPEN: (_LIDS, _EYES),
    Trait.MOUTH_OPEN: (_MOUTH,),
    Trait.SMILE: (_MOUTH,),
    Trait.EYEGLASSES: (_EYES,),
    Trait.SUNGLASSES: (_EYES,),
    Trait.BEARD: (_MOUTH,),
    Trait.MUSTACHE: (_MOUTH,),
    Trait.OCCLUDED: (_EYES, _MOUTH),
    Trait.HAPPY: (_EYES, _MOUTH),
}
# Of the squares of the weights. A tenth and ten times of it are worse or the same.
_RIDGE = 0.01
# Steps of Newton's method, more than are needed.
_STEPS = 8
_FOLDS = 4
# Features that hardly vary are not blown up: a tenth of the mean deviation is added to each. The
# lids are one feature, which would be lost beside thousands.
_LEAST_SPREAD, _LIDS_COUNT = 0.1, 9.0


@dataclass(frozen=True, slots=True, eq=False)
class Scaled:
    """Features as they are fitted: scale and shift undo it."""

    rows: Floats
    shift: Floats
    scale: Floats


def fit(
    seen: Floats, known: Mapping[Trait, NDArray[np.int8]], people: Sequence[str]
) -> Classifiers:
    """
    Args:
        seen: (n, 2, features) of the faces of people who are learnt from, and of their mirror
            images.
        known: of each trait (n,) 1, 0, or -1 where it counts for nothing.
        people: (n,) names.
    """
    weights, constants = [], []
    folds = np.array([_digest(each) % _FOLDS for each in people])
    for trait, blocks in _BLOCKS.items():
        counted = np.flatnonzero(known[trait] >= 0)
        scaled = _scaled(seen[counted].reshape(-1, seen.shape[2]), blocks)
        own = (np.repeat(each[counted], 2) for each in (known[trait], folds))
        weight, constant = _calibrated(scaled, *own)
        weights.append(weight)
        constants.append(constant)
    return Classifiers(np.array(weights, np.float32), np.array(constants, np.float32))


def _digest(person: str) -> int:
    return hashlib.sha256(f"{person}x".encode()).digest()[0]


def _scaled(seen: Floats, blocks: Sequence[slice]) -> Scaled:
    shift, spread = seen.mean(axis=0), seen.std(axis=0)
    scale = np.zeros_like(spread)
    for each in blocks:
        own = spread[each] + _LEAST_SPREAD * spread[each].mean()
        share = _LIDS_COUNT / len(own) if each == _LIDS else 1 / len(own)
        scale[each] = np.sqrt(share) / own
    return Scaled((seen - shift) * scale, shift, scale)


def _calibrated(
    scaled: Scaled, known: NDArray[np.int8], folds: NDArray[np.intp]
) -> tuple[Floats, float]:
    """(features,) weights and the constant, by which what is said is calibrated."""
    kernel = scaled.rows.astype(np.float64) @ scaled.rows.T
    left_out = np.zeros(len(known))
    for fold in range(_FOLDS):
        own = folds == fold
        shares, constant = _solved(kernel[np.ix_(~own, ~own)], known[~own])
        left_out[own] = kernel[np.ix_(own, ~own)] @ shares + constant
    slope, level = _platt(left_out, known)
    shares, constant = _solved(kernel, known)
    weights = slope * (shares @ scaled.rows) * scaled.scale
    return weights.astype(np.float32), slope * constant + level - float(weights @ scaled.shift)


def _solved(kernel: Numbers, known: NDArray[np.int8]) -> tuple[Numbers, float]:
    """The (n,) share that each face has in the weights, and the constant."""
    counts = np.sqrt(_evened(known))
    shares, constant = np.zeros(len(known)), 0.0
    for _ in range(_STEPS):
        logits = kernel @ shares + constant
        likely = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
        curved = np.maximum(likely * (1 - likely), 1e-4) * counts
        wanted = logits + (known - likely) * counts / curved
        both = np.column_stack([wanted, np.ones(len(known))])
        ahead, ones = np.linalg.solve(kernel + np.diag(_RIDGE / curved), both).T
        constant = float(ahead.sum() / ones.sum())
        shares = ahead - constant * ones
    return shares, constant


def _evened(known: NDArray[np.int8]) -> Numbers:
    """How much each face counts so that those with a trait and those without count the same."""
    share = float(np.mean(known == 1))
    return np.where(known == 1, 0.5 / share, 0.5 / (1 - share))


def _platt(logits: Numbers, known: NDArray[np.int8]) -> tuple[float, float]:
    """The slope and level that make logits right."""
    counts, line = _evened(known), np.array([1.0, 0.0])
    has, lacks = int((known == 1).sum()), int((known == 0).sum())
    # Never quite sure: Platt's targets.
    wanted = np.where(known == 1, (has + 1) / (has + 2), 1 / (lacks + 2))
    design = np.column_stack([logits, np.ones(len(logits))])
    for _ in range(30):
        likely = 1 / (1 + np.exp(-np.clip(design @ line, -30, 30)))
        slope = design.T @ (counts * (likely - wanted))
        curve = (design.T * (counts * likely * (1 - likely))) @ design + 1e-6 * np.eye(2)
        step = np.linalg.solve(curve, slope)
        # From afar the first steps lead far away.
        line -= step / max(1.0, float(np.linalg.norm(step)))
    return float(line[0]), float(line[1])


def seen_of(labels: Labels, data: Path, analyzer: Analyzer) -> Floats:
    """(n, 2, features) of the labelled faces, and of their mirror images."""
    eyes = EyeReader(analyzer.runtime)
    network = analyzer.runtime.open(LITE0, (2, SIDE, SIDE, 3))
    rows = []
    for file in labels.files:
        image = decode((data / file).read_bytes(), analyzer.limits, FINE)
        face = labels.face_of(analyzer.analyze((data / file).read_bytes()))
        mesh = face.mesh if face else None
        if mesh is None:
            raise SystemExit(f"{file} shows no face.")
        mesh = mesh.scaled(image.scale)
        openness = eyes.read(image.pixels, mesh).openness
        plain = views(image.pixels, mesh.landmarks)
        both = plain, plain[:, :, ::-1]
        rows.append([features(network(np.ascontiguousarray(each))[0], openness) for each in both])
    return np.array(rows, np.float32)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    data = parser.parse_args().data
    labels = read(LABELS).half("learn")
    made = fit(seen_of(labels, data, Analyzer(config.load())), labels.known, labels.people)
    target = Path(classifiers.__file__).with_name(classifiers.FILE)
    made.save(target)
    print(machine(), f"{target} has {target.stat().st_size:,} bytes.", sep="\n\n")


if __name__ == "__main__":
    main()
