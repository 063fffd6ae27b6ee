"""The trial of docs/resemblance.md: what is measured, what raters are shown, what is made of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from benchmarks.resemblance import components, judged, triplets
from benchmarks.resemblance.judged import choices, kappa, rated, wins
from benchmarks.resemblance.orders import Likeness, Weights
from benchmarks.resemblance.triplets import Kind, Side, Triplet, mixed
from lookalike.faces.appearance.shape import shapes


def _triplets(count: int, kind: Kind = Kind.JUDGED) -> list[Triplet]:
    return [Triplet(0, kind, "LFW", f"{kind}{n}", "one", "other", Side.A) for n in range(count)]


@pytest.fixture
def order() -> tuple[Triplet, ...]:
    return mixed([*_triplets(40), *_triplets(10, Kind.CONTROL)], repeated=8, seed=1)


def test_a_shape_is_the_same_however_a_head_is_turned() -> None:
    random = np.random.default_rng(0)
    face = random.normal(size=(468, 3))
    turned = 3 * face @ Rotation.from_euler("xyz", [20, -35, 10], degrees=True).as_matrix() + 7
    other = face + random.normal(size=face.shape) / 3
    meshes = np.array([face, turned, other], np.float32)
    one, same, another = shapes(meshes, components.mean_shape(meshes))
    assert np.abs(one - same).max() < 1e-5
    assert np.abs(one - another).max() > 0.1


def test_components_tell_people_apart_not_photos() -> None:
    random = np.random.default_rng(0)
    people = [f"person {n // 4}" for n in range(200)]
    own = np.repeat(random.normal(size=(50, 1)), 4, axis=0)
    # What lies between people is small beside what changes from photo to photo.
    rows = np.hstack([own, 5 * random.normal(size=(200, 1)), 0.1 * random.normal(size=(200, 3))])
    fitted = components.fit(rows, people, 3).of(rows)
    strongest = fitted[:, np.argmax(fitted.std(axis=0))]
    assert abs(np.corrcoef(strongest, own[:, 0])[0, 1]) > 0.95


def test_a_blend_orders_only_the_nearest() -> None:
    identity = np.array([[0.5, 0.4, 0.1, -np.inf]])
    outline = np.array([[-1.0, 0.0, 9.0, -np.inf]])
    alike = Likeness(identity, np.zeros((1, 4)), outline)
    assert alike.by(Weights(shape=0, outline=9, nearest=2)).argmax() == 1
    assert alike.by(Weights(shape=0, outline=9, nearest=3)).argmax() == 2
    assert alike.by(Weights(shape=0, outline=0, nearest=3)).argmax() == 0


def test_repeats_come_later_with_sides_swapped(order: tuple[Triplet, ...]) -> None:
    assert [each.number for each in order] == list(range(1, 59))
    repeats = [each for each in order if each.kind is Kind.REPEAT]
    assert len(repeats) == 8
    for again in repeats:
        before = order[again.repeats - 1]
        assert again.number > 25 >= before.number
        stranger, a, b = before.shown
        assert again.shown == (stranger, b, a)


def test_the_key_comes_back(order: tuple[Triplet, ...], tmp_path: Path) -> None:
    triplets.written(order, tmp_path / "key.csv")
    assert triplets.read(tmp_path / "key.csv") == order


def test_who_always_prefers_the_blend(order: tuple[Triplet, ...], tmp_path: Path) -> None:
    files = []
    for rater in range(3):
        rows = [
            f"{each.number},{each.side if each.kind is Kind.CONTROL else each.side.other.lower()}"
            for each in order
        ]
        files.append(tmp_path / f"{rater}.csv")
        files[-1].write_text("\n".join(["triplet,choice", *rows]))
    ratings = rated(order, [choices(each, order) for each in files])
    assert [each.value for each in wins(ratings.of(Kind.JUDGED))] == [1, 1]
    assert judged.consistency(ratings).tolist() == [1, 1, 1]
    assert "| 0 | 100.0% | 100.0% | 100.0% |" in judged.reliability(ratings, ["0", "1", "2"])


@pytest.mark.parametrize(
    ("rows", "said"),
    [("1,A\n2,B", "no choice for 3"), ("1,A\n2,B\n3,C", "no triplet with A or B")],
)
def test_a_file_of_choices_that_is_not_whole(rows: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "rater.csv"
    file.write_text(f"triplet,choice\n{rows}")
    with pytest.raises(ValueError, match=said):
        choices(file, mixed(_triplets(3), repeated=0, seed=0))


def test_kappa_of_chance_and_of_agreement() -> None:
    agreed = np.array([[True] * 3, [False] * 3])
    assert kappa(agreed) == 1
    random = np.random.default_rng(0).integers(2, size=(4000, 3)).astype(np.bool_)
    assert kappa(random) == pytest.approx(0, abs=0.03)
    # Fleiss 1971 by hand: of two triplets one 3 to 0, one 2 to 1.
    assert kappa(np.array([[True] * 3, [True, False, False]])) == pytest.approx(0.25)
