"""The outputs of a detector -> detections, for each layout that a network may have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import ModelDamaged
from lookalike.faces.models.manifest import Layout
from lookalike.faces.vectors import Floats

# Pixels a cell of each of the three feature maps, of YuNet as of SCRFD.
STRIDES = (8, 16, 32)
# Hands and lamps score up to 0.65, faces cut by the frame or turned away from 0.74: measured with
# YuNet on the group and no-face photos of benchmarks/robust.py.
MIN_SCORE = 0.7
# Of the coarsest feature map everything from here on is told: what shows of a face that is too
# large for the map. Of 310 such faces in 1,815 photos, enlarged and cut at random, the least is
# 0.188 (benchmarks/large_faces.py).
_HINT = 0.15
_LEAST = (MIN_SCORE, MIN_SCORE, _HINT)
# SCRFD's scores that are taken for YuNet's: InsightFace's threshold for a face (python-package,
# `det_thresh`), and about what upright ones have in its examples. Not measured by us.
_SCRFD_SCORES, _YUNET_SCORES = (0.5, 0.8, 1.0), (MIN_SCORE, 0.9, 1.0)
# SCRFD looks twice from each cell, at a smaller and a larger face (arXiv:2105.04714).
_ANCHORS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """Faces found, best first.

    Attributes:
        boxes: (n, 4) float32 left, top, width, height in pixels; may leave the picture.
        landmarks: (n, 5, 2) float32 x, y in pixels: the eye on the left of the picture, the
            other eye, nose tip, the mouth corner on the left, the other one.
        scores: (n,) float32, 0 to 1.
    """

    boxes: Floats
    landmarks: Floats
    scores: Floats

    def __len__(self) -> int:
        return len(self.scores)

    def take(self, rows: NDArray[np.intp]) -> Detections:
        return Detections(self.boxes[rows], self.landmarks[rows], self.scores[rows])

    def largest(self, most: int) -> Detections:
        """At most so many, the largest first."""
        areas = self.boxes[:, 2] * self.boxes[:, 3]
        return self.take(np.argsort(-areas, kind="stable")[:most])

    def scaled(self, factor: float) -> Detections:
        return Detections(
            self.boxes * np.float32(factor), self.landmarks * np.float32(factor), self.scores
        )


class Decoder(Protocol):
    """Scores are on YuNet's scale, which every bar for a face's quality was measured on.

    Attributes:
        hints: whether the coarsest feature map tells of what scores below `MIN_SCORE`, too.
    """

    hints: bool

    def __call__(self, outputs: tuple[Floats, ...], canvas: tuple[int, int]) -> list[Detections]:
        """What the feature maps of a (height, width) canvas show, the finest first; a face may be
        in several.

        Raises:
            ModelDamaged: the outputs are not of this layout.
        """
        ...


class YuNet:
    """Twelve outputs: class, objectness, box and landmarks, each for all three strides."""

    hints = True

    def __call__(self, outputs: tuple[Floats, ...], canvas: tuple[int, int]) -> list[Detections]:
        if len(outputs) != 4 * len(STRIDES):
            raise ModelDamaged(f"It has {len(outputs)} outputs; a YuNet has {4 * len(STRIDES)}.")
        maps = [outputs[level :: len(STRIDES)] for level in range(len(STRIDES))]
        return [
            self._decode(each, stride, canvas[1] // stride, least)
            for each, stride, least in zip(maps, STRIDES, _LEAST, strict=True)
        ]

    def _decode(
        self, maps: tuple[Floats, ...], stride: int, columns: int, least: float
    ) -> Detections:
        """Boxes and landmarks of one feature map, from a score on.

        Formulas: OpenCV's `FaceDetectorYN` (modules/objdetect/src/face_detect.cpp): the score is
        the geometric mean of class and objectness, centres are offsets and sizes logarithms in
        cells.
        """
        cls, obj, bbox, kps = maps
        score = np.sqrt(np.clip(cls[0, :, 0], 0, 1) * np.clip(obj[0, :, 0], 0, 1))
        cells = np.flatnonzero(score >= least)
        origin = np.stack([cells % columns, cells // columns], axis=1).astype(np.float32)
        box = bbox[0, cells]
        size = np.exp(box[:, 2:])
        corner = origin + box[:, :2] - size / 2
        points = kps[0, cells].reshape(-1, 5, 2) + origin[:, None]
        boxes = np.concatenate([corner, size], axis=1)
        return Detections(boxes * np.float32(stride), points * np.float32(stride), score[cells])


class Scrfd:
    """InsightFace's detectors with landmarks (`det_500m`, `det_10g`, `scrfd_*_bnkps`).

    Nine outputs: a score, four distances and five points for each anchor of each feature map.
    Which is which shows from their shapes, so that the order of the graph does not matter.
    """

    hints = False

    def __call__(self, outputs: tuple[Floats, ...], canvas: tuple[int, int]) -> list[Detections]:
        maps = {each.shape[-2:]: each.reshape(each.shape[-2:]) for each in outputs if each.ndim > 1}
        found = []
        for stride in STRIDES:
            rows, columns = canvas[0] // stride, canvas[1] // stride
            count = _ANCHORS * rows * columns
            try:
                score, box, points = (maps[count, width] for width in (1, 4, 10))
            except KeyError:
                raise ModelDamaged(
                    f"Its outputs have the shapes {[each.shape for each in outputs]}; an SCRFD "
                    f"with landmarks has ({count}, 1), ({count}, 4) and ({count}, 10) at stride "
                    f"{stride} on a canvas of {canvas[1]} x {canvas[0]}."
                ) from None
            found.append(self._decode(score[:, 0], box, points, stride, columns))
        return found

    def _decode(
        self, score: Floats, box: Floats, points: Floats, stride: int, columns: int
    ) -> Detections:
        """Faces of one feature map.

        Everything is measured from the corner of the anchor's cell, in cells: how far the box
        reaches to the left, up, right and down, and where each landmark is (InsightFace,
        detection/scrfd, `distance2bbox` and `distance2kps`).
        """
        anchors = np.flatnonzero(score >= _SCRFD_SCORES[0])
        cells = anchors // _ANCHORS
        origin = np.stack([cells % columns, cells // columns], axis=1).astype(np.float32)
        reach = box[anchors]
        boxes = np.concatenate([origin - reach[:, :2], reach[:, :2] + reach[:, 2:]], axis=1)
        placed = points[anchors].reshape(-1, 5, 2) + origin[:, None]
        like_yunet = np.interp(score[anchors], _SCRFD_SCORES, _YUNET_SCORES).astype(np.float32)
        return Detections(boxes * np.float32(stride), placed * np.float32(stride), like_yunet)


def decoder(layout: Layout) -> Decoder:
    """Reads the outputs of networks of that layout."""
    return YuNet() if layout == "yunet" else Scrfd()
