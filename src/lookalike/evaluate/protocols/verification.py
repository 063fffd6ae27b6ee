"""Verification: how well a cosine tells pairs of one person from pairs of two."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from lookalike.evaluate import metrics
from lookalike.evaluate.figures import (
    Curve,
    Example,
    Figure,
    Result,
    histogram,
    measure,
    rate,
    thinned,
)
from lookalike.evaluate.metrics import FAILED, Scores
from lookalike.evaluate.protocols.pairs import Pairs
from lookalike.evaluate.protocols.strangers import tar_at_fmrs
from lookalike.evaluate.vectors import Vectors
from lookalike.scores.similarity import SAME_PERSON

# The false match rates that a TAR is given for, so far as the impostor pairs can tell.
_FMRS = (1e-1, 1e-2, 1e-3, 1e-4, 1e-5)
_HARDEST = 10


def verify(
    pairs: Pairs, vectors: Vectors, by: Iterable[str] = (), *, all_strangers: bool = False
) -> Result:
    """Every figure of a protocol, by columns of its table too.

    Accuracy is judged at the folds' thresholds, which are held while rows are drawn; TAR at an FMR
    finds its threshold anew in each round and each group; FMR and FNMR are at similarity 80, as
    the product has it, for everyone.

    Args:
        all_strangers: give TAR at an FMR of every pair of two people among the photos too.

    Raises:
        InvalidParameter: there is no such column.
    """
    scores = vectors.cosines(pairs.rows)
    # What is in order already is sorted quickly, in each round anew.
    order = np.argsort(-scores, kind="stable")
    pairs, scores = pairs.take(order), scores[order]
    figures = [*_figures(pairs, scores), *_at_80(pairs, vectors)]
    measured, groups = measure(figures, pairs.people, pairs.by(by))
    further = tar_at_fmrs(pairs, vectors, scores) if all_strangers else ()
    _, fmr, tar = metrics.roc(scores, pairs.same)
    return Result(
        kind="verification",
        protocol=pairs.name,
        contract=vectors.contract,
        data_sha256=vectors.sha256,
        counts={
            "genuine": int(pairs.same.sum()),
            "impostor": int((~pairs.same).sum()),
            "pairs_without_face": int((scores <= FAILED).sum()),
            "photos": len(vectors.names),
            "photos_without_face": len(vectors.failed),
        },
        figures=(*measured, *further),
        groups=groups,
        curves=(
            thinned(Curve("roc", "ROC", "FMR", "TAR", tuple(fmr.tolist()), tuple(tar.tolist()))),
            thinned(
                Curve("det", "DET", "FMR", "FNMR", tuple(fmr.tolist()), tuple((1 - tar).tolist()))
            ),
        ),
        histograms=(
            histogram("genuine", scores[pairs.same]),
            histogram("impostor", scores[~pairs.same]),
        ),
        hardest=(*_hardest(pairs, scores, same=True), *_hardest(pairs, scores, same=False)),
        failed=vectors.failed,
    )


def _at_80(pairs: Pairs, vectors: Vectors) -> Iterator[Figure]:
    """How often the product is wrong where it says that two photos show one person."""
    calibrated = vectors.calibration
    if calibrated is None:
        return
    one, other = (vectors.vectors[rows] for rows in pairs.rows.T)
    found = vectors.found[pairs.rows].all(axis=1)
    threshold = calibrated.cosine_at(SAME_PERSON)
    passed = found & (calibrated.seen_pairs(one, other) >= threshold)
    same = pairs.same
    yield rate("fnmr_at_80", "FNMR at similarity 80", same, ~passed, error=True, at=threshold)
    yield rate("fmr_at_80", "FMR at similarity 80", ~same, passed, error=True, at=threshold)


def _figures(pairs: Pairs, scores: Scores) -> Iterator[Figure]:
    same, every = pairs.same, np.ones(len(scores), np.bool_)
    right, thresholds = metrics.by_folds(scores, same, pairs.folds)
    yield rate("accuracy", "Accuracy", every, right, at=float(thresholds.mean()))
    for fmr in _FMRS:
        if fmr * (~same).sum() >= metrics.LEAST_BEYOND:
            yield Figure(
                key=f"tar_at_fmr/{fmr:g}",
                name=f"TAR at FMR {fmr:g}",
                rows=same,
                value=lambda w, fmr=fmr: metrics.tar_at_fmr(scores, same, fmr, w),  # type: ignore[misc]
                at=metrics.threshold_at(scores[~same], fmr),
            )
    yield Figure(
        "eer",
        "Equal error rate",
        every,
        lambda w: metrics.equal_error_rate(scores, same, w),
        error=True,
    )
    yield Figure("auc", "Area under the ROC", every, lambda w: metrics.auc(scores, same, w))


def _hardest(pairs: Pairs, scores: Scores, *, same: bool) -> Iterator[Example]:
    """The pairs of one person that are least alike, or those of two that are most."""
    names = tuple(pairs.photos)
    places = np.flatnonzero((pairs.same == same) & (scores > FAILED))
    order = np.argsort(scores[places] if same else -scores[places], kind="stable")
    for place in places[order[:_HARDEST]]:
        shown = tuple(names[each] for each in pairs.rows[place])
        yield Example("genuine" if same else "impostor", shown, float(scores[place]))
