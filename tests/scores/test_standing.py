"""How a best match compares with those of strangers."""

from __future__ import annotations

import numpy as np
import pytest

from lookalike.gallery import starter
from lookalike.gallery.people import EVERYONE, Who
from lookalike.scores.calibrations import best_matches, calibration
from lookalike.scores.similarity import Numbers
from lookalike.scores.standing import SHARES, BestMatches, Faces, fitted, shown_first, strengths

_CONTRACT = "sface-2021dec/1"


def _strengths(n: int, *, shift: float = 0.0, seed: int = 0) -> Numbers:
    """Of n strangers in a crowd of 100, all of it `shift` nearer to them."""
    drawn = np.random.default_rng(seed).normal(shift, 1, (n, 100))
    return -np.sort(-drawn)


def test_each_tenth_gets_a_tenth_of_strangers() -> None:
    made = fitted(_strengths(4000))
    counts = np.histogram(made.shares(_strengths(4000, seed=1)), bins=10, range=(0, 1))[0]
    assert counts.min() > 320
    assert counts.max() < 480


def test_to_be_like_everybody_is_no_standing() -> None:
    """Where those behind the best one are stronger as well, it says the same."""
    both = np.concatenate([_strengths(2000), _strengths(2000, shift=3, seed=1)])
    made = fitted(both)
    near, far = (
        made.shares(_strengths(2000, seed=2)),
        made.shares(_strengths(2000, shift=3, seed=3)),
    )
    assert near.mean() == pytest.approx(0.5, abs=0.04)
    assert far.mean() == pytest.approx(0.5, abs=0.04)


def test_it_rises_with_the_best_match_alone() -> None:
    made = fitted(_strengths(500))
    row = _strengths(1, seed=5)[0]
    found = []
    for best in np.linspace(row[1], row[1] + 4, 9):
        found.append(made.standing(np.array([best, *row[1:]])).share)
    assert found == sorted(found)
    assert found[-1] == 1


def test_of_a_crowd_of_few_the_best_alone_counts() -> None:
    made = fitted(_strengths(500)[:, :19])
    assert made.slopes == (0, 0, 0)
    assert made.foretold == (0,)
    assert made.standing(np.array([made.excesses[0][SHARES.index(0.5)], -3.0])).share == 0.5


def test_strangers_of_whom_as_much_is_foretold_are_compared() -> None:
    """Where the best matches of those to whom many are alike lie further apart."""
    few, many = _strengths(2000), _strengths(2000, shift=4, seed=1)
    spread = np.random.default_rng(2).exponential(1, (2, 2000)) * np.array([[0.2], [3.0]])
    for rows, each in zip((few, many), spread, strict=True):
        rows[:, 0] = rows[:, 1] + each
    made = fitted(np.concatenate([few, many]))
    for rows in (few, many):
        counts = np.histogram(made.shares(rows), bins=10, range=(0, 1))[0]
        assert counts.min() > 130
        assert counts.max() < 270


def test_some_strangers_may_count_more() -> None:
    both = np.concatenate([_strengths(300)[:, :5], 10 + _strengths(300, seed=1)[:, :5]])
    weights = np.repeat([3.0, 1.0], 300)
    made = fitted(both, weights)
    assert made.standing(np.array([9.0])).share == pytest.approx(0.75, abs=0.01)


def test_more_people_than_were_held_against_make_it_rarer() -> None:
    made = BestMatches((0.0, 0.0, 0.0), (0.0,), (tuple(float(each) for each in SHARES),))
    assert made.standing(np.array([0.9])).share == pytest.approx(0.9)
    assert made.standing(np.array([0.9]), times=2).share == pytest.approx(0.81)


def test_whoever_may_be_the_same_person_is_shown_first() -> None:
    blend = np.array([1.0, 3.0, 2.0])
    assert shown_first(blend, None).tolist() == [3, 2, 1]
    first, *others = shown_first(blend, 4.2).tolist()
    assert others == [2, 1]
    # Stronger than all who only look alike, the surer the stronger.
    assert 3 < first < shown_first(blend, 5.0)[0]
    # It foretells nothing of them.
    rows = _strengths(400)
    made = fitted(rows)
    rows[::10, 0] = 104
    again = fitted(rows)
    assert again.slopes == pytest.approx(made.slopes, abs=0.1)
    assert made.standing(np.array([104.0, *rows[0, 1:]])).share == 1
    assert again.shares(rows)[1::10].max() < 0.91


def test_a_stranger_in_the_crowd_is_not_compared_with_themself() -> None:
    vectors = starter.vectors(_CONTRACT)[:150]
    scores = calibration(_CONTRACT)
    found = strengths(scores, Faces(vectors[:20]), Faces(vectors))
    assert found.shape == (20, 100)
    assert found[:, 0].max() < scores.level_at(90)
    assert (np.diff(found, axis=1) <= 0).all()
    # The same as one by one.
    others = np.delete(vectors, 7, axis=0)
    levels = [each.level for each in scores.compare(vectors[7], others)]
    assert found[7, 0] == pytest.approx(max(levels))


@pytest.mark.parametrize("order", ["identity", "look"])
@pytest.mark.parametrize(
    "who", [EVERYONE, Who(gender="female"), Who(origin="korean"), Who(field="acting")]
)
def test_what_ships_is_fitted_to_crowds_that_are_offered(order: str, who: Who) -> None:
    found = best_matches.shipped(_CONTRACT)[best_matches.key(who, order)]
    assert np.shape(found.excesses) == (len(found.foretold), len(SHARES))
    assert np.all(np.diff(found.excesses, axis=1) >= 0)
    assert np.all(np.diff(found.foretold) > 0)
    # Those right behind the best one foretell it.
    assert found.slopes[0] > 0.8


def test_crowds_have_names() -> None:
    assert best_matches.key(EVERYONE, "look") == "look"
    everything = Who(group="BTS", gender="male", field="music", origin="korean", living=True)
    assert best_matches.key(everything, "identity") == "identity male korean living music BTS"
    assert best_matches.shipped("nothing/1") == {}
