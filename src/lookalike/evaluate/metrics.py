"""The figures of biometric testing, as pure functions over numpy arrays.

Names follow ISO/IEC 19795-1: FMR and FNMR for comparisons of two, FPIR and FNIR for searches of a
gallery. Scores rise with likeness. A comparison that could not be made, because no face was
detected, has the score `FAILED`: it passes no threshold, and is counted.

Weights are how often each row is counted; `intervals.py` resamples with them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.floating]
Flags = NDArray[np.bool_]
Weights = NDArray[np.floating]

# Below every cosine.
FAILED = -2.0


def share(of: Flags, weights: Weights | None = None) -> float:
    """The weighted share that is true, 0 to 1; NaN of nothing."""
    if weights is None:
        return float(of.mean()) if len(of) else float("nan")
    total = weights.sum()
    return float(weights[of].sum() / total) if total else float("nan")


def threshold_at(impostors: Scores, fmr: float, weights: Weights | None = None) -> float:
    """The score that a share `fmr` of the impostors is above; what exceeds it is a match."""
    order = np.argsort(-impostors, kind="stable")
    passed = np.arange(1, len(order) + 1) if weights is None else np.cumsum(weights[order])
    first = np.searchsorted(passed, fmr * passed[-1], side="right")
    return float(impostors[order[min(first, len(order) - 1)]])


def tar_at_fmr(scores: Scores, same: Flags, fmr: float, weights: Weights | None = None) -> float:
    """True accept rate of the genuine pairs where a share `fmr` of the impostors is accepted."""
    of = (None, None) if weights is None else (weights[same], weights[~same])
    return share(scores[same] > threshold_at(scores[~same], fmr, of[1]), of[0])


def roc(scores: Scores, same: Flags) -> tuple[Scores, NDArray[np.float64], NDArray[np.float64]]:
    """Thresholds, falling, with the FMR and TAR of `score >= threshold` at each."""
    order = np.argsort(-scores, kind="stable")
    ordered, genuine = scores[order], same[order]
    last = np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1)
    hits, false = np.cumsum(genuine)[last], np.cumsum(~genuine)[last]
    return ordered[last], false / max(false[-1], 1), hits / max(hits[-1], 1)


def auc(scores: Scores, same: Flags) -> float:
    """Area under the ROC: how often a genuine pair scores above an impostor one, 0 to 1."""
    _, fmr, tar = roc(scores, same)
    return float(np.trapezoid(np.append(0, tar), np.append(0, fmr)))


def equal_error_rate(scores: Scores, same: Flags) -> float:
    """The error rate where FMR and FNMR meet."""
    _, fmr, tar = roc(scores, same)
    fnmr = 1 - tar
    nearest = np.abs(fmr - fnmr).argmin()
    return float((fmr[nearest] + fnmr[nearest]) / 2)


def best_threshold(scores: Scores, same: Flags) -> float:
    """The lowest threshold at which `score >= threshold` is right most often."""
    thresholds, fmr, tar = roc(scores, same)
    right = tar * same.sum() + (1 - fmr) * (~same).sum()
    return float(thresholds[np.flatnonzero(right >= right.max() - 1e-9)[-1]])


def by_folds(scores: Scores, same: Flags, folds: NDArray[np.integer]) -> tuple[Flags, Scores]:
    """Whether each pair is judged right, and the threshold that it was judged at.

    Each fold is judged at the threshold that is best on the others, as LFW's view 2 has it.
    """
    judged_at = np.empty(len(scores))
    for fold in np.unique(folds):
        inside = folds == fold
        judged_at[inside] = best_threshold(scores[~inside], same[~inside])
    return (scores >= judged_at) == same, judged_at
