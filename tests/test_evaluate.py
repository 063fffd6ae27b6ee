"""Measuring the model: metrics against slow references, LFW's protocol on a few real photos."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from lookalike.config import Settings
from lookalike.errors import InvalidParameter
from lookalike.evaluate import metrics
from lookalike.evaluate.intervals import estimate
from lookalike.evaluate.pairs import lfw
from lookalike.evaluate.vectors import embed
from lookalike.evaluate.verification import verify


@pytest.fixture(scope="module")
def scored() -> tuple[metrics.Scores, metrics.Flags]:
    random = np.random.default_rng(1)
    same = random.random(400) < 0.5
    return np.round(random.normal(same * 1.5, 1), 2), same


def test_auc_is_how_often_a_genuine_pair_scores_above(
    scored: tuple[metrics.Scores, metrics.Flags],
) -> None:
    scores, same = scored
    above = scores[same][:, None] - scores[~same]
    assert metrics.auc(scores, same) == pytest.approx(((above > 0) + (above == 0) / 2).mean())


def test_a_share_of_impostors_passes_the_threshold(
    scored: tuple[metrics.Scores, metrics.Flags],
) -> None:
    scores, same = scored
    for fmr in (0.3, 0.1, 0.01):
        passed = (scores[~same] > metrics.threshold_at(scores[~same], fmr)).mean()
        assert fmr - 0.02 <= passed <= fmr


def test_weights_are_repetitions(scored: tuple[metrics.Scores, metrics.Flags]) -> None:
    scores, same = scored
    times = np.random.default_rng(2).integers(0, 4, len(scores))
    weighted = metrics.tar_at_fmr(scores, same, 0.1, times.astype(float))
    assert weighted == metrics.tar_at_fmr(np.repeat(scores, times), np.repeat(same, times), 0.1)


def test_the_interval_is_wider_where_people_repeat() -> None:
    right = np.random.default_rng(3).random(200) < 0.9
    alone = estimate(lambda w: metrics.share(right, w), np.arange(200))
    shared = estimate(lambda w: metrics.share(np.repeat(right, 5), w), np.repeat(np.arange(200), 5))
    assert alone.value == shared.value
    assert shared.high - shared.low == pytest.approx(alone.high - alone.low, rel=0.2)


def test_lfw_counts_a_photo_without_a_face(
    tmp_path: Path, settings: Settings, photos: Mapping[str, bytes]
) -> None:
    names = {
        "A_0001": "obama.jpg",
        "A_0002": "obama2.jpg",
        "B_0001": "biden.jpg",
        "C_0001": "astronaut.png",
        "C_0002": "free-mountain-vector-01.jpg",
    }
    for name, photo in names.items():
        (tmp_path / f"{name}.jpg").write_bytes(photos[photo])
    lines = ("2\t1", "A\t1\t2", "A\t1\tB\t1", "C\t1\t2", "B\t1\tC\t1")
    (tmp_path / "pairs.txt").write_text("\n".join(lines))
    pairs = lfw(tmp_path)
    vectors = embed(pairs.photos, settings, pairs.which, tmp_path / "cache")
    assert vectors.failed == ("C_0002",)
    assert embed(pairs.photos, settings, pairs.which, tmp_path / "cache").sha256 == vectors.sha256
    scores = vectors.cosines(pairs.rows)
    assert scores[0] > 0.5 > 0.3 > scores[1]
    assert scores[2] == metrics.FAILED
    found = verify(pairs, vectors)
    counts = ("genuine", "impostor", "pairs_without_face", "photos_without_face")
    assert [found.counts[each] for each in counts] == [2, 2, 1, 1]
    assert found.figure("fnmr_at_80").estimate.value == 0.5


def test_a_line_that_is_no_pair_is_named(tmp_path: Path) -> None:
    (tmp_path / "pairs.txt").write_text("1 1\nA 1 2 3 4\n")
    with pytest.raises(InvalidParameter, match="Line 2"):
        lfw(tmp_path)
