"""The two numbers: their fixed points, their order, their words."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lookalike.engine.local import LocalEngine
from lookalike.errors import ContractMismatch
from lookalike.faces.models.manifest import SFACE
from lookalike.faces.vectors import Floats
from lookalike.gallery import starter
from lookalike.scores.calibrations import calibration, calibration_of, write
from lookalike.scores.similarity import Calibration, Cohort, Verdict


@pytest.fixture(scope="module")
def shipped() -> Calibration:
    return calibration(SFACE.contract)


def test_the_table_rises(shipped: Calibration) -> None:
    assert shipped.contract == SFACE.contract
    assert (np.diff(shipped.levels) > 0).all()
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
    level = float(np.interp(rarity, shipped.rarity, shipped.levels))
    assert shipped.level_at(similarity) == pytest.approx(level, abs=1e-3)
    score = shipped.score(shipped.cosine_at(similarity))
    assert score.similarity == pytest.approx(similarity, abs=0.1)
    assert score.resemblance == pytest.approx(resemblance, abs=0.1)
    assert score.one_in == pytest.approx(one_in, rel=0.01)


def test_beyond_the_observed_is_said(shipped: Calibration) -> None:
    assert not shipped.score(shipped.cosine_at(90)).extrapolated
    assert shipped.score(0.9).extrapolated


def test_verdicts(shipped: Calibration) -> None:
    def verdict(rarity: float) -> Verdict:
        mean, deviation = shipped.ordinary
        level = float(np.interp(rarity, shipped.rarity, shipped.levels))
        return shipped.score(mean + level * deviation).verdict

    assert verdict(4.05) is Verdict.SAME_PERSON
    assert verdict(3.9) is Verdict.STRONG
    assert verdict(3.05) is Verdict.STRONG
    assert verdict(2.9) is Verdict.SOME
    assert verdict(2.05) is Verdict.SOME
    assert verdict(1.9) is Verdict.NONE


def test_a_face_is_seen_among_its_like(shipped: Calibration, engine: LocalEngine) -> None:
    """Who is alike to everyone in the cohort needs a higher cosine."""
    vectors = starter.vectors(SFACE.contract)
    assert shipped.cohort is not None
    spread = shipped.cohort.spread(vectors)
    wide, narrow = np.argmax(spread.deviation), np.argmin(spread.deviation)
    probe = vectors[0]

    def at(cosine: float, to: Floats) -> Floats:
        """A face at that cosine to another, in the direction of the probe."""
        aside = probe - (probe @ to) * to
        aside /= np.linalg.norm(aside)
        return np.asarray(cosine * to + float(np.sqrt(1 - cosine**2)) * aside)

    scores = [
        shipped.compare(at(0.45, vectors[who]), vectors[who][None])[0].similarity
        for who in (wide, narrow)
    ]
    assert scores[0] < scores[1] - 3
    assert engine.matcher.compare(vectors[1], vectors[2]) == engine.matcher.compare(
        vectors[2], vectors[1]
    )
    assert shipped.compare(probe, probe[None])[0].similarity == pytest.approx(100)


def test_a_cohort_is_written_with_the_table(shipped: Calibration, tmp_path: Path) -> None:
    file = tmp_path / "calibration.json"
    write(shipped, "LFW", file)
    assert json.loads(file.read_text())["cohort"] == "starter"
    cohort = Cohort(starter.vectors(SFACE.contract)[:300])
    write(replace(shipped, cohort=cohort), "LFW", file)
    made = calibration_of(replace(SFACE, calibration=str(file)))
    assert made.cohort is not None
    assert made.cohort.vectors == pytest.approx(cohort.vectors, abs=1e-3)
    assert made.levels == pytest.approx(shipped.levels, abs=1e-3)


def test_a_model_without_a_table_is_refused() -> None:
    with pytest.raises(ContractMismatch, match="No calibration was fitted for other/1"):
        calibration("other/1")
