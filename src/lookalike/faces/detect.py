"""Pixels -> detections: found with a detector at two scales.

Its landmarks are off by a pixel or two; `mesh.py` finds better ones.
"""

from __future__ import annotations

import numpy as np

from lookalike.faces.image import Pixels, resized
from lookalike.faces.models.decoders import MIN_SCORE, Detections, decoder
from lookalike.faces.models.manifest import Finder
from lookalike.faces.models.network import Network, Runtime

# Heights and widths that networks are opened for, the larger ones of about one area: a picture
# goes where it keeps the most of its pixels. At 896 every face of 18 px in a megapixel is found,
# at 832 some of 20 px are not, and 960 takes a sixth longer.
_CANVASES = (
    (256, 256),
    (512, 512),
    (512, 896),
    (896, 512),
    (672, 896),
    (896, 672),
    (768, 768),
)
# YuNet is trained on faces of about 10 to 300 px. The fine pass, on a canvas above, finds a 20-px
# face in a group; the coarse one, on the smallest, a face that fills the frame, and is not asked
# about smaller ones, which the fine pass sees better. It is needed where the fine one sees a face
# that large, or a hint of one beside those that it sees.
_COARSE = _CANVASES[0]
_COARSE_LEAST = 48
_FINE_MOST = 256

# Upside-down faces score up to 0.88 with eyes and mouth swapped, upright ones mostly above 0.9.
_SURELY_UPRIGHT = 0.9
# How much surer of a face the detector must be in a turned picture. Of 184 upright photos without a
# sure face nine have a surer one turned, most with eyes and mouth swapped, and two by more than
# this; photos that lie on their side have one by more in 99.5 % of all cases, those upside down in
# 97 % (benchmarks/turns.py).
_TURNED = 0.03
# Two boxes show the same face when they overlap this much (of their union), or when the smaller
# lies this much inside the larger: a coarse pass may take an eye region for a face of its own.
_MAX_UNION, _MAX_INSIDE = 0.35, 0.7


class Detector:
    """Finds faces of any size, upright, or lying on their side when none is surely upright."""

    def __init__(self, runtime: Runtime, finder: Finder) -> None:
        self._runtime = runtime
        self._finder = finder
        self._decode = decoder(finder.layout)
        self._networks: dict[tuple[int, int], Network] = {}

    def warm(self) -> None:
        """Open the networks that most photos need, so that the first one does not wait."""
        for canvas in (_COARSE, (672, 896), (896, 672)):
            self._network(canvas)

    def detect(self, pixels: Pixels, *, upright: bool = False) -> Detections:
        """Faces in the coordinates of `pixels`, (height, width, 3) uint8 RGB.

        When no face is surely upright the quarter turns are tried, and the turn with the surest
        face is taken if it is clearly surer: scans often lie on their side without saying so.
        `upright` pictures are not turned.
        """
        best = self.detect_upright(pixels)
        least = _surest(best) + _TURNED
        for turns in () if upright or _surest(best) >= _SURELY_UPRIGHT else (1, 3, 2):
            found = self.detect_upright(np.ascontiguousarray(np.rot90(pixels, turns)))
            if _surest(found) > max(least, _surest(best)):
                best = _turned_back(found, turns, pixels.shape[1], pixels.shape[0])
        return best

    def detect_upright(self, pixels: Pixels) -> Detections:
        """The same in the picture as it lies."""
        fine = max(_CANVASES, key=lambda each: (_fit(pixels, each), -each[0] * each[1]))
        maps = self._maps(pixels, fine)
        found = _faces(maps)
        if fine == _COARSE or not self._may_miss(found, maps[-1], _FINE_MOST / _fit(pixels, fine)):
            return found
        large = self.on_canvas(pixels, _COARSE)
        least = _COARSE_LEAST / _fit(pixels, _COARSE)
        return _merge([found, large.take(np.flatnonzero(large.boxes[:, 2] >= least))])

    def _may_miss(self, found: Detections, hints: Detections, most: float) -> bool:
        """Whether there may be faces wider than `most`, of which the coarsest map has hints."""
        if not self._decode.hints or found.boxes[:, 2].max(initial=0) > most:
            return True
        centres = hints.boxes[:, None, :2] + hints.boxes[:, None, 2:] / 2
        low, high = found.boxes[:, :2], found.boxes[:, :2] + found.boxes[:, 2:]
        explained = np.any(np.all((centres >= low) & (centres <= high), axis=2), axis=1)
        return not np.all(explained)

    def on_canvas(self, pixels: Pixels, canvas: tuple[int, int]) -> Detections:
        """The same in one look at a canvas of (height, width), both multiples of 32."""
        return _faces(self._maps(pixels, canvas))

    def _maps(self, pixels: Pixels, canvas: tuple[int, int]) -> list[Detections]:
        """What each feature map shows of that look."""
        scale = _fit(pixels, canvas)
        if scale < 1:
            height, width = (max(1, int(each * scale)) for each in pixels.shape[:2])
            pixels = resized(pixels, width, height)
        outputs = self._network(canvas)(_padded(pixels, canvas)[np.newaxis])
        return [each.scaled(1 / scale) for each in self._decode(outputs, canvas)]

    def _network(self, canvas: tuple[int, int]) -> Network:
        if canvas not in self._networks:
            self._networks[canvas] = self._runtime.open(self._finder, (1, *canvas, 3))
        return self._networks[canvas]


def _fit(pixels: Pixels, canvas: tuple[int, int]) -> float:
    """The scale, at most 1, at which the picture lies within the canvas."""
    height, width = pixels.shape[:2]
    return float(min(1.0, canvas[0] / height, canvas[1] / width))


def _surest(found: Detections) -> float:
    return float(found.scores.max(initial=0.0))


def _padded(pixels: Pixels, canvas: tuple[int, int]) -> Pixels:
    """The picture on a canvas that is black to its right and below."""
    height, width = pixels.shape[:2]
    padded = np.zeros((*canvas, 3), np.uint8)
    padded[:height, :width] = pixels
    return padded


def _faces(maps: list[Detections]) -> Detections:
    return _merge([each.take(np.flatnonzero(each.scores >= MIN_SCORE)) for each in maps])


def _merge(parts: list[Detections]) -> Detections:
    """Join detections and keep the best of those that show the same face."""
    joined = Detections(
        np.concatenate([each.boxes for each in parts]),
        np.concatenate([each.landmarks for each in parts]),
        np.concatenate([each.scores for each in parts]),
    )
    joined = joined.take(np.argsort(-joined.scores, kind="stable"))
    corner = joined.boxes[:, :2]
    opposite = corner + joined.boxes[:, 2:]
    area = joined.boxes[:, 2] * joined.boxes[:, 3]
    left = np.ones(len(joined), dtype=bool)
    kept = []
    for best in range(len(joined)):
        if not left[best]:
            continue
        kept.append(best)
        sides = np.minimum(opposite, opposite[best]) - np.maximum(corner, corner[best])
        shared = np.clip(sides, 0, None).prod(axis=1)
        of_union = shared / (area + area[best] - shared)
        of_smaller = shared / np.minimum(area, area[best])
        left &= (of_union < _MAX_UNION) & (of_smaller < _MAX_INSIDE)
    return joined.take(np.array(kept, dtype=np.intp))


def _turned_back(found: Detections, turns: int, width: int, height: int) -> Detections:
    """Move detections in a picture turned by `turns` counter-clockwise quarters back."""
    points, (left, top, wide, high) = found.landmarks, found.boxes.T
    x, y = points[..., 0], points[..., 1]
    if turns == 1:
        points = np.stack([width - y, x], axis=-1)
        boxes = np.stack([width - top - high, left, high, wide], axis=1)
    elif turns == 2:
        points = np.stack([width - x, height - y], axis=-1)
        boxes = np.stack([width - left - wide, height - top - high, wide, high], axis=1)
    else:
        points = np.stack([y, height - x], axis=-1)
        boxes = np.stack([top, height - left - wide, high, wide], axis=1)
    return Detections(boxes, points, found.scores)
