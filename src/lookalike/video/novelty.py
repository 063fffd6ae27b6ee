"""Whether a frame may show somebody new, as far as that is seen without looking for faces.

Frames are held small against the last one that was looked at as a whole, once it is moved as the
camera did. What differs beside the faces that are followed may be somebody.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from lookalike.faces.image import Pixels
from lookalike.faces.photo import Face
from lookalike.faces.vectors import Floats
from lookalike.video.frames import Frame

# A frame is looked at as a whole at least so often, whatever it seems to show.
_LOOK_MS = 1000
# Width and height of the small frames. A face of 40 px in 1920, the smallest that is told of, has
# two cells across.
_WIDTH, _HEIGHT = 96, 54
# Mean difference in lightness, of 255, of 3 x 3 cells. A camera's noise stays below 2, as do frames
# of the tests' videos in which nobody moves; a face that comes up differs by 20 and more.
_DIFFERS = 8.0
_BESIDE = np.ones((3, 3), np.uint8)
# How many times its box a face is followed in, with hair and shoulders.
_AROUND = 2.0


class Novelty:
    """Takes the frames of a video in their order."""

    def __init__(self) -> None:
        self._looked: Floats | None = None
        self._looked_ms = -_LOOK_MS
        self._window = cv2.createHanningWindow((_WIDTH, _HEIGHT), cv2.CV_32F)

    def may_be_new(self, frame: Frame, faces: Sequence[Face]) -> bool:
        """Whether a frame is to be looked at as a whole; the next are held against one that is.

        Args:
            faces: that were seen in the frame before.
        """
        small = _small(frame.image.pixels)
        if not self._is_due(frame.timestamp_ms) and not self._differs(small, frame, faces):
            return False
        self._looked, self._looked_ms = small, frame.timestamp_ms
        return True

    def _is_due(self, now_ms: int) -> bool:
        return now_ms - self._looked_ms >= _LOOK_MS

    def _differs(self, small: Floats, frame: Frame, faces: Sequence[Face]) -> bool:
        if self._looked is None:
            return True
        # Given the window, OpenCV would change both.
        windowed = (each * self._window for each in (self._looked, small))
        (right, down), _ = cv2.phaseCorrelate(*windowed)
        matrix = np.array([[1, 0, right], [0, 1, down]], np.float32)
        # What the camera turned to is taken to go on as the border does.
        moved = cv2.warpAffine(
            self._looked, matrix, (_WIDTH, _HEIGHT), borderMode=cv2.BORDER_REPLICATE
        )
        # Light that changes everywhere is nobody.
        lit = small - np.median(small - moved)
        # Nor is what was a cell beside: edges, where the camera's turn was taken a little wrong.
        above, below = lit - cv2.dilate(moved, _BESIDE), cv2.erode(moved, _BESIDE) - lit
        difference = np.maximum(np.maximum(above, below), 0)
        for face in faces:
            difference[_cells(face, frame)] = 0
        return bool(cv2.blur(difference, (3, 3)).max() > _DIFFERS)


def _small(pixels: Pixels) -> Floats:
    """(_HEIGHT, _WIDTH) float32: how light a frame is, by every other pixel of its green."""
    green = np.ascontiguousarray(pixels[::2, ::2, 1])
    small = cv2.resize(green, (_WIDTH, _HEIGHT), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32)


def _cells(face: Face, frame: Frame) -> tuple[slice, slice]:
    """The rows and columns of a small frame in which a face is followed."""
    box = face.box.in_shares(frame.image.width, frame.image.height)
    return (
        _span(box.top, box.height, _HEIGHT),
        _span(box.left, box.width, _WIDTH),
    )


def _span(start: float, length: float, cells: int) -> slice:
    middle, reach = start + length / 2, length * _AROUND / 2
    first, last = (middle - reach) * cells, (middle + reach) * cells
    return slice(max(0, int(first)), max(0, int(np.ceil(last))))
