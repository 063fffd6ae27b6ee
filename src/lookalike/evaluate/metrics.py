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
# A rate of errors can be told where three of them are beyond the threshold.
LEAST_BEYOND = 3


def share(of: Flags, weights: Weights | None = None) -> float:
    """The weighted share that is true, 0 to 1; NaN of nothing."""
    if weights is None:
        return float(of.mean()) if len(of) else float("nan")
    total = weights.sum()
    return float(weights[of].sum() / total) if total else float("nan")


def threshold_at(impostors: Scores, fmr: float, weights: Weights | None = None) -> float:
    """The score that a share `fmr` of the impostors is above; what exceeds it is a match.

    NaN when there are none.
    """
    order = np.argsort(-impostors, kind="stable")
    passed = np.arange(1, len(order) + 1) if weights is None else np.cumsum(weights[order])
    if not len(order) or not passed[-1]:
        return float("nan")
    first = np.searchsorted(passed, fmr * passed[-1], side="right")
    return float(impostors[order[min(first, len(order) - 1)]])


def tar_at_fmr(scores: Scores, same: Flags, fmr: float, weights: Weights | None = None) -> float:
    """True accept rate of the genuine pairs where a share `fmr` of the impostors is accepted."""
    genuine, impostor = (None, None) if weights is None else (weights[same], weights[~same])
    threshold = threshold_at(scores[~same], fmr, impostor)
    return share(scores[same] > threshold, genuine) if threshold == threshold else threshold


def roc(
    scores: Scores, same: Flags, weights: Weights | None = None
) -> tuple[Scores, NDArray[np.float64], NDArray[np.float64]]:
    """Thresholds, falling, with the FMR and TAR of `score >= threshold` at each."""
    order = np.argsort(-scores, kind="stable")
    ordered, genuine = scores[order], same[order]
    each = np.ones(len(order)) if weights is None else weights[order]
    last = np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1)
    hits, false = np.cumsum(each * genuine)[last], np.cumsum(each * ~genuine)[last]
    return ordered[last], _divided(false), _divided(hits)


def auc(scores: Scores, same: Flags, weights: Weights | None = None) -> float:
    """Area under the ROC: how often a genuine pair scores above an impostor one, 0 to 1."""
    _, fmr, tar = roc(scores, same, weights)
    return float(np.trapezoid(np.append(0, tar), np.append(0, fmr)))


def equal_error_rate(scores: Scores, same: Flags, weights: Weights | None = None) -> float:
    """The error rate where FMR and FNMR meet."""
    _, fmr, tar = roc(scores, same, weights)
    apart = np.abs(fmr - (1 - tar))
    if np.isnan(apart).any():
        return float("nan")
    nearest = apart.argmin()
    return float((fmr[nearest] + 1 - tar[nearest]) / 2)


def best_threshold(scores: Scores, same: Flags) -> float:
    """The lowest threshold at which `score >= threshold` is right most often."""
    order = np.argsort(-scores, kind="stable")
    ordered = scores[order]
    last = np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1)
    # What a threshold gains over one that nothing passes.
    gained = np.cumsum(np.where(same[order], 1, -1))[last]
    return float(ordered[last][np.flatnonzero(gained == gained.max())[-1]])


def by_folds(scores: Scores, same: Flags, folds: NDArray[np.integer]) -> tuple[Flags, Scores]:
    """Whether each pair is judged right, and the threshold that it was judged at.

    Each fold is judged at the threshold that is best on the others, as LFW's view 2 has it.
    """
    judged_at = np.empty(len(scores))
    for fold in np.unique(folds):
        inside = folds == fold
        judged_at[inside] = best_threshold(scores[~inside], same[~inside])
    return (scores >= judged_at) == same, judged_at


def average_precision(
    scores: Scores, right: Flags, faces: float, weights: Weights | None = None
) -> float:
    """Area under precision over recall of detections, precision made monotone, 0 to 1.

    As PASCAL VOC has it since 2010 (Everingham et al., IJCV 111, 2015, section 4.2).

    Args:
        scores: (n,) of the detections.
        right: (n,) whether each is of a face that no better one is of.
        faces: how many there are to detect, weighted as the detections are.
    """
    if not faces:
        return float("nan")
    order = np.argsort(-scores, kind="stable")
    each = np.ones(len(order)) if weights is None else weights[order]
    hits, all_of = np.cumsum(each * right[order]), np.cumsum(each)
    precision = hits / np.maximum(all_of, 1e-12)
    best = np.maximum.accumulate(precision[::-1])[::-1]
    return float((np.diff(hits, prepend=0) * best).sum() / faces)


def _divided(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shares of the last count; NaN of nothing."""
    total = counts[-1] if len(counts) else 0.0
    return counts / total if total else np.full(len(counts), np.nan)
