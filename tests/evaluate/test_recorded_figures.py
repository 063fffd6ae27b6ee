"""A change of the pipeline must not lower what it reaches on real photos unnoticed.

Figures that rise are no failure. After a change that is meant, `python -m tests.support.recorded`
records them anew, and the difference of the file shows what was gained and lost.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from lookalike.config import Settings
from lookalike.faces.geometry import overlaps
from tests.support import recorded, shared
from tests.support.recorded import Recorded

# Networks in float32 differ by less on other processors.
_SHARE, _COSINE, _OVERLAP = 0.01, 0.003, 0.95
_ERRORS = ("eer", "fnmr_at_80", "fmr_at_80", "fnir_at_80", "fpir_at_80")


@pytest.fixture(scope="module")
def before() -> Recorded:
    return recorded.read()


@pytest.fixture(scope="module")
def now(settings: Settings, photos: Mapping[str, bytes]) -> Recorded:
    with shared.no_workers():
        return recorded.measured(settings, photos)


def test_every_face_is_where_it_was(before: Recorded, now: Recorded) -> None:
    assert now.boxes.keys() == before.boxes.keys()
    for name, boxes in before.boxes.items():
        assert len(now.boxes[name]) == len(boxes), name
        shared = overlaps(np.array(now.boxes[name]), np.array(boxes)).diagonal()
        assert (shared >= _OVERLAP).all(), (name, shared)


def test_nobody_is_found_later_in_the_starter_gallery(before: Recorded, now: Recorded) -> None:
    assert len(before.ranks) == 5
    for name, rank in before.ranks.items():
        assert now.ranks[name] <= rank, name


def test_no_figure_is_worse(before: Recorded, now: Recorded) -> None:
    assert before.figures.keys() <= now.figures.keys()
    lost = {
        key: (value, now.figures[key])
        for key, value in before.figures.items()
        if (now.figures[key] - value) * (1 if key in _ERRORS else -1) > _SHARE
    }
    assert lost == {}


def test_faces_are_found_in_as_many_spoilt_pictures(before: Recorded, now: Recorded) -> None:
    assert len(now.failed) <= len(before.failed)


def test_people_are_as_far_apart(before: Recorded, now: Recorded) -> None:
    assert now.contract == before.contract
    assert now.genuine >= before.genuine - _COSINE
    assert now.impostor <= before.impostor + _COSINE
