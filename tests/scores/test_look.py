"""The blend of identity, shape and outline."""

from __future__ import annotations

import numpy as np
import pytest

from lookalike.faces.appearance.appearance import OF_OUTLINE, OF_SHAPE, Appearance
from lookalike.scores.look import IDENTITY, OUTLINE, SHAPE, blended


def _look(towards: int) -> Appearance:
    return Appearance(
        np.eye(OF_SHAPE, dtype=np.float32)[towards], np.eye(OF_OUTLINE, dtype=np.float32)[towards]
    )


def test_each_part_counts_in_its_deviations() -> None:
    one, other = _look(0), _look(1)
    mixed = Appearance(one.shape, other.outline)
    found = blended(np.zeros(4), one, [one, other, mixed, None])
    alike, apart = ((each - SHAPE.mean) / SHAPE.deviation for each in (1, 0))
    outline = [(each - OUTLINE.mean) / OUTLINE.deviation for each in (1, 0)]
    assert found[:3] == pytest.approx(
        [0.5 * alike + outline[0], 0.5 * apart + outline[1], 0.5 * alike + outline[1]]
    )
    # An ordinary look: neither for nor against.
    assert found[3] == 0


def test_identity_counts_where_looks_are_the_same() -> None:
    levels = np.array([1.0, 3.0, 2.0])
    for people in ([None] * 3, [_look(0)] * 3):
        found = blended(levels, _look(0), people)
        assert np.argsort(found).tolist() == [0, 2, 1]
        assert found[1] - found[0] == pytest.approx(2 / IDENTITY.deviation)
