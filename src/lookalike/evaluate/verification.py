"""Verification: how well a cosine tells pairs of one person from pairs of two."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lookalike.evaluate import metrics
from lookalike.evaluate.intervals import Estimate, estimate
from lookalike.evaluate.metrics import Scores
from lookalike.evaluate.pairs import Pairs
from lookalike.evaluate.vectors import Vectors

# The false match rates that a TAR is given for, so far as the impostor pairs can tell: three of
# them must be beyond the threshold.
_FMRS = (1e-1, 1e-2, 1e-3, 1e-4, 1e-5)
_LEAST_BEYOND = 3


@dataclass(frozen=True, slots=True)
class TarAtFmr:
    """True accept rate at a false match rate, and the cosine at which it is reached."""

    fmr: float
    tar: Estimate
    threshold: float


@dataclass(frozen=True, slots=True)
class Verification:
    """The figures of a protocol of pairs.

    Attributes:
        accuracy: the share judged right, each fold at the threshold of the others.
        standard_error: of the accuracy over the folds, as LFW's own results give it.
        threshold: the mean of the folds' thresholds.
        auc: area under the ROC.
        eer: equal error rate.
        failed: pairs that count as no match because a photo has no face.
    """

    protocol: str
    genuine: int
    impostor: int
    accuracy: Estimate
    standard_error: float
    threshold: float
    auc: float
    eer: float
    tar_at_fmr: tuple[TarAtFmr, ...]
    failed: int


def verify(pairs: Pairs, vectors: Vectors) -> Verification:
    """Every figure of a protocol."""
    return judged(pairs, vectors.cosines(pairs.rows))


def judged(pairs: Pairs, scores: Scores) -> Verification:
    """Every figure of (n,) scores; intervals are by person, with the folds' thresholds held."""
    same = pairs.same
    right, thresholds = metrics.by_folds(scores, same, pairs.folds)
    folds = [right[pairs.folds == fold].mean() for fold in np.unique(pairs.folds)]
    impostors = int((~same).sum())
    return Verification(
        protocol=pairs.name,
        genuine=int(same.sum()),
        impostor=impostors,
        accuracy=estimate(lambda weights: metrics.share(right, weights), pairs.people),
        standard_error=float(np.std(folds) / np.sqrt(len(folds))),
        threshold=float(thresholds.mean()),
        auc=metrics.auc(scores, same),
        eer=metrics.equal_error_rate(scores, same),
        tar_at_fmr=tuple(
            _tar(pairs, scores, fmr) for fmr in _FMRS if fmr * impostors >= _LEAST_BEYOND
        ),
        failed=int((scores <= metrics.FAILED).sum()),
    )


def _tar(pairs: Pairs, scores: Scores, fmr: float) -> TarAtFmr:
    same = pairs.same
    return TarAtFmr(
        fmr=fmr,
        tar=estimate(lambda w: metrics.tar_at_fmr(scores, same, fmr, w), pairs.people),
        threshold=metrics.threshold_at(scores[~same], fmr),
    )
