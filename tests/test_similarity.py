"""The two numbers: their fixed points, their order, their words."""

from __future__ import annotations

import numpy as np
import pytest

from lookalike.errors import ContractMismatch
from lookalike.faces.models import SFACE
from lookalike.similarity import Calibration, Verdict, calibration


@pytest.fixture(scope="module")
def shipped() -> Calibration:
    return calibration(SFACE.contract)


def test_the_table_rises(shipped: Calibration) -> None:
    assert shipped.contract == SFACE.contract
    assert (np.diff(shipped.cosines) > 0).all()
    assert (np.diff(shipped.rarity) > 0).all()


def test_both_numbers_never_fall(shipped: Calibration) -> None:
    scores = [shipped.score(float(cosine)) for cosine in np.linspace(-1, 1, 801)]
    for name in ("similarity", "resemblance", "one_in"):
        values = [getattr(score, name) for score in scores]
        assert values == sorted(values)
    assert (scores[0].similarity, scores[0].resemblance) == (0, 0)
    assert (scores[-1].similarity, scores[-1].resemblance) == (100, 100)


@pytest.mark.parametrize(
    ("rarity", "similarity", "resemblance", "one_in"),
    [
        (1, 25, 20, 10),
        (2, 50, 40, 100),
        (3, 65, 60, 1_000),
        (4, 80, 80, 10_000),
        (5, 90, 100, 100_000),
        (6, 99, 100, 100_000),
    ],
)
def test_fixed_points(
    shipped: Calibration, rarity: int, similarity: float, resemblance: float, one_in: int
) -> None:
    cosine = float(np.interp(rarity, shipped.rarity, shipped.cosines))
    score = shipped.score(cosine)
    assert score.similarity == pytest.approx(similarity, abs=0.1)
    assert score.resemblance == pytest.approx(resemblance, abs=0.1)
    assert score.one_in == pytest.approx(one_in, rel=0.01)
    assert shipped.cosine_at(similarity) == pytest.approx(cosine, abs=1e-3)


def test_beyond_the_observed_is_said(shipped: Calibration) -> None:
    assert not shipped.score(shipped.observed_to - 0.01).extrapolated
    assert shipped.score(shipped.observed_to + 0.01).extrapolated


def test_verdicts(shipped: Calibration) -> None:
    def verdict(rarity: float) -> Verdict:
        return shipped.score(float(np.interp(rarity, shipped.rarity, shipped.cosines))).verdict

    assert verdict(4.05) is Verdict.SAME_PERSON
    assert verdict(3.9) is Verdict.STRONG
    assert verdict(3.05) is Verdict.STRONG
    assert verdict(2.9) is Verdict.SOME
    assert verdict(2.05) is Verdict.SOME
    assert verdict(1.9) is Verdict.NONE


def test_a_model_without_a_table_is_refused() -> None:
    with pytest.raises(ContractMismatch, match="No calibration was fitted for other/1"):
        calibration("other/1")
