"""From whom eyes, nose and mouth are, on real faces."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from lookalike.engine.local import LocalEngine
from lookalike.faces.image import Pixels
from lookalike.scores import explain, features


def crop(engine: LocalEngine, photo: bytes) -> Pixels:
    return engine.face(photo, 0).crop


def pasted(face: Pixels, other: Pixels, box: explain.Box) -> Pixels:
    """A face with a part of another, as aligned crops."""
    mask = explain.mask([box], len(face))[..., None]
    return np.rint(face * (1 - mask) + other * mask).astype(np.uint8)


@pytest.mark.parametrize(
    ("feature", "box"),
    [("eyes", (14, 34, 98, 62)), ("nose", (34, 57, 78, 84)), ("mouth", (28, 74, 84, 110))],
)
def test_a_feature_is_of_whom_it_was_taken(
    engine: LocalEngine,
    photos: Mapping[str, bytes],
    feature: features.Feature,
    box: explain.Box,
) -> None:
    one, other = (crop(engine, photos[name]) for name in ("obama.jpg", "single_face.jpg"))
    child = pasted(one, other, box)
    found = features.inherited(child, (one, other), engine.analyzer.embed)
    parents = {each.feature: each.parent for each in found}
    assert parents.pop(feature) == 1
    assert 1 not in parents.values()


def test_of_parents_who_are_the_same_nothing_is_told(
    engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    child, parent = (crop(engine, photos[name]) for name in ("obama.jpg", "biden.jpg"))
    found = features.inherited(child, (parent, parent), engine.analyzer.embed)
    assert [each.parent for each in found] == [None, None, None]


def test_of_a_face_without_features_nothing_is_left(engine: LocalEngine) -> None:
    plain = [np.full((112, 112, 3), level, np.uint8) for level in (60, 200)]
    found = features.inherited(plain[0], (plain[0], plain[1]), engine.analyzer.embed)
    assert len(found) == 3


def test_only_one_feature_is_seen_at_a_time(
    engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    """What lies elsewhere changes nothing."""
    one, other = (crop(engine, photos[name]) for name in ("obama.jpg", "single_face.jpg"))
    changed = pasted(one, other, (0, 0, 112, 30))
    before, after = features.alone([one, changed], engine.analyzer.embed)
    assert before.shape == (3, 128)
    assert np.all((before * after).sum(axis=1) > 0.95)
