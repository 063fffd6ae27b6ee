"""Fitting the scores: tails that are known, people left out, crowds of made faces."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from lookalike.cli import main
from lookalike.errors import InvalidParameter
from lookalike.evaluate.calibration.crowds import Crowd, crowd_photos, one_each, without
from lookalike.evaluate.calibration.fit import fit, level_counts, pareto, survival
from lookalike.evaluate.calibration.reliability import check
from lookalike.faces.models.manifest import SFACE
from lookalike.faces.vectors import Floats
from lookalike.gallery import starter
from lookalike.scores.calibrations import calibration
from lookalike.scores.similarity import Cohort

CONTRACT = SFACE.contract


def unit(rows: Floats) -> Floats:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def made(name: str, people: int, common: float, seed: int) -> Crowd:
    """Strangers with two photos each; the more they have in common, the more alike all are."""
    random = np.random.default_rng(seed)
    own = random.normal(size=(people, 128)) / np.sqrt(128)
    shared = np.random.default_rng(99).normal(size=128) / np.sqrt(128)
    vectors = unit((own + common * shared).astype(np.float32))
    noise = random.normal(size=(2 * people, 128)) / np.sqrt(128)
    photos = unit(np.repeat(vectors, 2, axis=0) + 0.3 * noise.astype(np.float32))
    return Crowd(name, photos, np.repeat(np.arange(people), 2))


@pytest.fixture(scope="module")
def plain() -> Crowd:
    return made("plain", 500, 0.0, 1)


@pytest.mark.parametrize(("shape", "scale"), [(0.0, 0.5), (-0.2, 1.0), (0.1, 2.0)])
def test_a_known_tail_is_found(shape: float, scale: float) -> None:
    uniform = np.random.default_rng(0).random(200_000)
    drawn = -np.log(uniform) if shape == 0 else (uniform**-shape - 1) / shape
    found = pareto(np.sort(scale * drawn))
    assert found == pytest.approx((shape, scale), abs=0.03)
    assert survival(np.array([0.0, 1e9]), *found) == pytest.approx([1, 0], abs=1e-3)


def test_the_table_is_what_was_observed(plain: Crowd) -> None:
    fitted = fit((plain,), CONTRACT, None)
    counted = level_counts(fitted, plain)
    assert counted.pairs == 500 * 499 // 2 * 4
    cosines = plain.vectors @ plain.vectors.T
    strangers = cosines[plain.people[:, None] < plain.people[None]]
    for similarity, fmr in ((50, 1e-2), (80, 1e-4)):
        passed = (strangers >= fitted.cosine_at(similarity)).mean()
        assert passed == pytest.approx(fmr, rel=0.25)
    assert np.all(np.diff(fitted.levels) > 0)


def test_the_promise_is_kept_to_people_left_out(plain: Crowd) -> None:
    found = check((plain,), (), CONTRACT, None)
    for similarity in (50, 80):
        assert 0.5 < found.figure(f"fmr_at_{similarity}/plain").estimate.value < 2
    assert np.isnan(found.figure("fmr_at_99/plain").estimate.value)
    assert found.counts["pairs_of_plain"] == 2 * (250 * 249 // 2) * 4
    (curve,) = found.curves
    assert curve.x[0] == 2
    assert curve.y[0] == pytest.approx(2, abs=0.1)


def test_a_cohort_makes_it_fair_to_those_who_are_alike(plain: Crowd) -> None:
    alike = made("alike", 300, 0.5, 2)
    others = made("others", 200, 0.5, 2)
    cohort = Cohort(np.concatenate([one_each(made("more", 200, 0.0, 3)), one_each(others)]))
    unfair, fair = (
        check((plain,), (alike,), CONTRACT, each).figure("fmr_at_50/alike").estimate.value
        for each in (None, cohort)
    )
    assert unfair > 5
    assert fair < unfair / 3


def test_who_is_judged_is_no_member_of_the_cohort(plain: Crowd) -> None:
    cohort = Cohort(np.concatenate([plain.vectors[:3], one_each(made("more", 50, 0.0, 3))]))
    assert len(without(cohort, (plain,)).vectors) == 50


def test_what_ships_is_written_by_the_command() -> None:
    shipped = calibration(CONTRACT)
    assert shipped.cohort is not None
    assert np.array_equal(shipped.cohort.vectors, starter.vectors(CONTRACT))
    assert shipped.rarity[-1] == 6


def test_a_crowd_is_a_folder_or_a_table(tmp_path: Path) -> None:
    for number in range(22):
        (tmp_path / f"P{number}").mkdir()
        (tmp_path / f"P{number}" / "a.jpg").touch()
    (tmp_path / "Q.png").touch()
    shown = crowd_photos(tmp_path, {"P1": "P0", "P2": ""})
    assert len(shown.photos) == len(shown.people) == 22
    assert set(shown.people) == {"P0", "Q", *(f"P{number}" for number in range(3, 22))}
    rows = [f"P{number}/a.jpg,Person {number}" for number in range(20)]
    (tmp_path / "crowd.csv").write_text("\n".join(["file,person", *rows]))
    assert crowd_photos(tmp_path / "crowd.csv", {}).people[3] == "Person 3"
    with pytest.raises(InvalidParameter, match="shows 19 people; at least 20"):
        crowd_photos(tmp_path / "crowd.csv", {"Person 3": ""})


def test_the_command_says_what_is_missing(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["evaluate", "calibrate", str(tmp_path)])
    assert (done.exit_code, "shows 0 people" in done.output) == (1, True)
    (tmp_path / "same.csv").write_text("name\nx\n")
    asked = ["evaluate", "calibrate", str(tmp_path), "--same", str(tmp_path / "same.csv")]
    done = CliRunner().invoke(main, asked)
    assert (done.exit_code, "'person' is missing" in done.output) == (1, True)
