"""Metrics and intervals, against scikit-learn, SciPy and slow references."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats
import sklearn.metrics

from lookalike.errors import InvalidParameter
from lookalike.evaluate import metrics
from lookalike.evaluate.figures import LEAST_PEOPLE, measure, rate
from lookalike.evaluate.intervals import estimate, never_seen

Scored = tuple[metrics.Scores, metrics.Flags]


@pytest.fixture(scope="module")
def scored() -> Scored:
    """Scores with ties."""
    random = np.random.default_rng(1)
    same = random.random(400) < 0.5
    return np.round(random.normal(same * 1.5, 1), 1), same


@pytest.fixture(scope="module")
def weights() -> metrics.Weights:
    return np.random.default_rng(2).integers(0, 4, 400).astype(np.float64)


def test_the_roc_is_that_of_scikit_learn(scored: Scored, weights: metrics.Weights) -> None:
    scores, same = scored
    for each in (np.ones(400), weights):
        _, fmr, tar = metrics.roc(scores, same, each)
        theirs = sklearn.metrics.roc_curve(
            same, scores, sample_weight=each, drop_intermediate=False
        )
        assert np.allclose(fmr, theirs[0][1:])
        assert np.allclose(tar, theirs[1][1:])
        area = sklearn.metrics.roc_auc_score(same, scores, sample_weight=each)
        assert metrics.auc(scores, same, each) == pytest.approx(area)


def test_auc_is_the_statistic_of_mann_and_whitney(scored: Scored) -> None:
    scores, same = scored
    found = scipy.stats.mannwhitneyu(scores[same], scores[~same])
    pairs = same.sum() * (~same).sum()
    assert metrics.auc(scores, same) == pytest.approx(found.statistic / pairs)


def test_at_the_equal_error_rate_both_errors_are_near(scored: Scored) -> None:
    scores, same = scored
    fpr, fnr, _ = sklearn.metrics.det_curve(same, scores)
    between = np.abs(fpr - fnr).argmin()
    expected = (fpr[between] + fnr[between]) / 2
    assert metrics.equal_error_rate(scores, same) == pytest.approx(expected)


def test_accuracy_by_folds_is_that_of_an_exhaustive_search(scored: Scored) -> None:
    scores, same = scored
    folds = np.arange(400) % 4
    right, judged_at = metrics.by_folds(scores, same, folds)
    for fold in range(4):
        outside = folds != fold
        accuracies = [
            sklearn.metrics.accuracy_score(same[outside], scores[outside] >= each)
            for each in np.unique(scores[outside])
        ]
        best = np.unique(scores[outside])[int(np.argmax(accuracies))]
        assert set(judged_at[folds == fold].tolist()) == {best}
    assert (right == ((scores >= judged_at) == same)).all()


def test_average_precision_is_scikit_learns_where_precision_only_falls() -> None:
    right = np.array([True, True, False, True, False, False])
    scores = np.linspace(1, 0, 6)
    theirs = sklearn.metrics.average_precision_score(right, scores)
    assert metrics.average_precision(scores, right, right.sum()) == pytest.approx(theirs)
    # A face that nothing found takes its share away.
    assert metrics.average_precision(scores, right, 4) == pytest.approx(theirs * 3 / 4)
    # Precision is what is reached at that recall or a higher one.
    late = np.array([False, True, True])
    assert metrics.average_precision(scores[:3], late, 2) == pytest.approx(2 / 3)


def test_a_share_of_impostors_passes_the_threshold(scored: Scored) -> None:
    scores, same = scored
    for fmr in (0.3, 0.1, 0.01):
        passed = (scores[~same] > metrics.threshold_at(scores[~same], fmr)).mean()
        assert fmr - 0.06 <= passed <= fmr


def test_weights_are_repetitions(scored: Scored, weights: metrics.Weights) -> None:
    scores, same = scored
    times = weights.astype(int)
    again = np.repeat(scores, times), np.repeat(same, times)
    assert metrics.tar_at_fmr(scores, same, 0.1, weights) == metrics.tar_at_fmr(*again, 0.1)
    assert metrics.equal_error_rate(scores, same, weights) == pytest.approx(
        metrics.equal_error_rate(*again)
    )


def test_the_interval_of_independent_rows_is_that_of_scipy() -> None:
    right = np.random.default_rng(3).random(300) < 0.9
    ours = estimate(lambda w: metrics.share(right, w), np.arange(300))
    random = np.random.default_rng(4)
    theirs = scipy.stats.bootstrap(
        (right,), np.mean, n_resamples=2000, method="percentile", rng=random
    ).confidence_interval
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=0.01)


def test_the_interval_is_wider_where_people_repeat() -> None:
    right = np.random.default_rng(3).random(200) < 0.9
    alone = estimate(lambda w: metrics.share(right, w), np.arange(200))
    shared = estimate(lambda w: metrics.share(np.repeat(right, 5), w), np.repeat(np.arange(200), 5))
    assert alone.value == shared.value
    assert shared.high - shared.low == pytest.approx(alone.high - alone.low, rel=0.2)


def test_what_never_happened_has_the_exact_binomial_bound() -> None:
    theirs = scipy.stats.binomtest(0, 50, alternative="less").proportion_ci(0.95, "exact")
    assert never_seen(50) == pytest.approx(theirs.high)
    rows = np.ones(50, np.bool_)
    (found,), _ = measure([rate("errors", "Errors", rows, ~rows, error=True)], np.arange(50))
    assert found.estimate.low == 0
    assert found.estimate.high == pytest.approx(theirs.high)


def test_groups_that_can_tell_are_compared_and_small_ones_are_marked() -> None:
    random = np.random.default_rng(5)
    groups = ["a"] * 400 + ["b"] * 400 + ["c"] * (LEAST_PEOPLE - 1) + [""] * 5
    shares = {"a": 0.1, "b": 0.3, "c": 0.9, "": 0.5}
    wrong = random.random(len(groups)) < [shares[each] for each in groups]
    figure = rate("right", "Right", np.ones(len(groups), np.bool_), ~wrong)
    (every,), (by,) = measure([figure], np.arange(len(groups)), {"kind": groups})
    assert every.rows == len(groups)
    assert [each.name for each in by.groups] == ["a", "b", "c"]
    assert [each.figures[0].too_few for each in by.groups] == [False, False, True]
    assert [each.figures[0].people for each in by.groups] == [400, 400, LEAST_PEOPLE - 1]
    (ratio,) = by.ratios
    assert (ratio.worst, ratio.best) == ("b", "a")
    assert ratio.estimate.value == pytest.approx(wrong[400:800].mean() / wrong[:400].mean())
    assert 1 < ratio.estimate.low < 3 < ratio.estimate.high


def test_a_ratio_to_no_errors_cannot_be_told() -> None:
    groups = ["a"] * 20 + ["b"] * 20
    right = np.array([True] * 20 + [True, False] * 10)
    figure = rate("right", "Right", np.ones(40, np.bool_), right)
    _, (by,) = measure([figure], np.arange(40), {"kind": groups}, rounds=50)
    assert np.isnan(by.ratios[0].estimate.value)


def test_a_column_of_names_is_no_column_of_groups() -> None:
    every = np.ones(60, np.bool_)
    names = [str(each) for each in range(60)]
    with pytest.raises(InvalidParameter, match="60 different texts"):
        measure([rate("a", "A", every, every)], np.arange(60), {"name": names}, rounds=2)
