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


def pasted(face: Pixels, other: Pixels, regions: tuple[explain.Region, ...]) -> Pixels:
    """A face with some regions of another, as aligned crops."""
    mask = explain.mask(regions, len(face))[..., None]
    return np.rint(face * (1 - mask) + other * mask).astype(np.uint8)


@pytest.mark.parametrize(
    ("feature", "regions"),
    [("eyes", ("eyes", "brows")), ("nose", ("nose",)), ("mouth", ("mouth",))],
)
def test_a_feature_is_of_whom_it_was_taken(
    engine: LocalEngine,
    photos: Mapping[str, bytes],
    feature: features.Feature,
    regions: tuple[explain.Region, ...],
) -> None:
    one, other = (crop(engine, photos[name]) for name in ("obama.jpg", "single_face.jpg"))
    child = pasted(one, other, regions)
    found = features.inherited(child, (one, other), engine.analyzer.embed)
    assert {each.feature: each.parent for each in found} == {
        "eyes": 0,
        "nose": 0,
        "mouth": 0,
        feature: 1,
    }


def test_of_parents_who_are_the_same_nothing_is_told(
    engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    child, parent = (crop(engine, photos[name]) for name in ("obama.jpg", "biden.jpg"))
    found = features.inherited(child, (parent, parent), engine.analyzer.embed)
    assert [each.parent for each in found] == [None, None, None]


def test_only_one_feature_is_seen_at_a_time(
    engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    """What lies elsewhere changes nothing."""
    one, other = (crop(engine, photos[name]) for name in ("obama.jpg", "single_face.jpg"))
    changed = pasted(one, other, ("forehead", "jaw"))
    before, after = features.alone([one, changed], engine.analyzer.embed)
    assert before.shape == (3, 128)
    assert np.all((before * after).sum(axis=1) > 0.95)
