"""When a photo is taken to lie on its side."""

from __future__ import annotations

import numpy as np
import pytest

from lookalike.faces.align import template
from lookalike.faces.detect import Detector
from lookalike.faces.image import Pixels
from lookalike.faces.models.decoders import Detections


class Told(Detector):
    """Finds one face, in the picture as it lies, and after one, three and two quarter turns, with
    scores that it is told."""

    def __init__(self, *scores: float) -> None:
        self._scores = list(scores)

    def detect_upright(self, pixels: Pixels) -> Detections:
        score = np.array([self._scores.pop(0)], np.float32)
        box = np.array([[10, 20, 80, 100]], np.float32)
        return Detections(box, template(112)[None], score)


@pytest.mark.parametrize(
    ("scores", "taken"),
    [
        # As it lies, the detector is sure: nothing else is tried.
        ((0.91,), 0.91),
        # Hats and stage light make upright faces doubtful; a hair turns none of them.
        ((0.89, 0.901, 0.5, 0.915), 0.89),
        ((0.89, 0.5, 0.921, 0.5), 0.921),
        # Each turn is held against the picture as it lies, the best of them is taken.
        ((0.80, 0.84, 0.85, 0.83), 0.85),
        ((0.0, 0.0, 0.0, 0.75), 0.75),
    ],
)
def test_the_surer_turn_is_taken_where_it_is_clearly_surer(
    scores: tuple[float, ...], taken: float
) -> None:
    found = Told(*scores).detect(np.zeros((200, 120, 3), np.uint8))
    assert found.scores.tolist() == pytest.approx([taken])


def test_a_picture_that_is_surely_upright_is_not_turned() -> None:
    found = Told(0.7).detect(np.zeros((200, 120, 3), np.uint8), upright=True)
    assert found.scores.tolist() == pytest.approx([0.7])
