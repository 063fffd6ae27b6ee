"""Detection: which of the faces that people marked in photos are found, and what else is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lookalike.config import Settings
from lookalike.errors import InvalidParameter, PhotoError
from lookalike.evaluate import metrics
from lookalike.evaluate.figures import Curve, Figure, Result, measure, rate, thinned
from lookalike.evaluate.metrics import Flags, Weights
from lookalike.evaluate.vectors import Progress, answered, reading, silent
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.apart.seen import Opener
from lookalike.faces.apart.workers import Workers
from lookalike.faces.geometry import Boxes, overlaps
from lookalike.faces.models import installed

# The overlap, of the union, from which a box is of a face (WIDER FACE, after PASCAL VOC).
_OVERLAP = 0.5
# WIDER FACE's columns: left, top, width, height, blur, expression, illumination, invalid, ...
_INVALID = 7
# Heights of faces in pixels that begin a size; each is twice the one before.
_SIZES = (0, 16, 32, 64, 128, 256)


@dataclass(frozen=True, slots=True, eq=False)
class Marked:
    """A photo with the boxes that people drew.

    Attributes:
        boxes: of the faces, in pixels.
        ignored: of faces that are neither to be found nor wrong to find.
    """

    path: Path
    boxes: Boxes
    ignored: Boxes


@dataclass(frozen=True, slots=True, eq=False)
class _Matched:
    """What the detector did in one photo.

    Attributes:
        found: (faces,) whether each was found.
        heights: (faces,) in pixels.
        scores: of the detections that count.
        right: whether each is of a face that no better one is of.
        seen: the height of the face that it is of, or its own.
        ignored: how many detections do not count.
    """

    found: Flags
    heights: NDArray[np.float64]
    scores: NDArray[np.float64]
    right: Flags
    seen: NDArray[np.float64]
    ignored: int


def wider(annotations: Path, root: Path) -> tuple[Marked, ...]:
    """Annotations as WIDER FACE has them: the path of a photo, how many faces, a line for each.

    A line is left, top, width, height in pixels, perhaps with WIDER's six attributes, of which
    `invalid` says that a face does not count; nor does one without an area.

    Raises:
        InvalidParameter: it is no such file, marks no face, or a photo is missing.
    """
    lines = annotations.read_text("utf-8", "replace").splitlines()
    photos, place = [], 0
    while place < len(lines):
        if lines[place].strip():
            marked, place = _marked(lines, place, annotations.name, root)
            photos.append(marked)
        else:
            place += 1
    missing = [each.path for each in photos if not each.path.is_file()]
    if missing:
        raise InvalidParameter(
            f"{len(missing)} of the {len(photos)} photos of {annotations.name} are not below "
            f"{root}; the first is {missing[0].name!r}."
        )
    if not any(len(each.boxes) for each in photos):
        raise InvalidParameter(f"No face is marked in {annotations.name}.")
    return tuple(photos)


def _marked(lines: list[str], place: int, name: str, root: Path) -> tuple[Marked, int]:
    """One photo, and the line after it."""
    try:
        count = int(lines[place + 1])
        # Where there is no face, WIDER has a line of zeros.
        rows = [[float(cell) for cell in line.split()] for line in lines[place + 2 :][:count]]
        after = place + 2 + max(count, _is_zeros(lines[place + 2 : place + 3]))
        if len(rows) < count or any(len(row) < 4 for row in rows):
            raise ValueError
    except (ValueError, IndexError):
        raise InvalidParameter(
            f"{name}, line {place + 1}: after the name of a photo come the number of its faces "
            "and a line `left top width height` for each."
        ) from None
    valid = [row[2] > 0 and row[3] > 0 and not any(row[_INVALID : _INVALID + 1]) for row in rows]
    boxes = np.array([row[:4] for row in rows], np.float64).reshape(-1, 4)
    kept = np.array(valid, np.bool_)
    return Marked(root / lines[place].strip(), boxes[kept], boxes[~kept]), after


def _is_zeros(line: list[str]) -> bool:
    return bool(line) and len(line[0].split()) >= 4 and set(line[0].split()) == {"0"}


def detect(
    name: str,
    photos: tuple[Marked, ...],
    settings: Settings,
    progress: Progress = silent,
    opener: Opener = Workers,
) -> Result:
    """Recall, precision and average precision at an overlap of 0.5, by the size of faces too.

    A photo that cannot be used has all its faces missed. Average precision is over what the
    detector gives out, which is what it is surest of. Intervals are by photo.

    Raises:
        SetupError: a worker process was stopped.
    """
    digest, matched = hashlib.sha256(), []
    with opener(settings) as lookers:
        seen = lookers.through((reading(each.path) for each in photos), _boxes)
        both = zip(photos, answered(progress(seen, len(photos)), {}), strict=True)
        for marked, (known_by, boxes) in both:
            digest.update(bytes.fromhex(known_by))
            matched.append(_matched(marked, boxes))
    rows = _Rows(matched)
    measured, groups = measure(list(rows.figures()), rows.photos, {"height": rows.sizes()})
    return Result(
        kind="detection",
        drawn="photos",
        protocol=name,
        contract=installed.finder(settings).model.name,
        data_sha256=digest.hexdigest(),
        counts={
            "photos": len(photos),
            "faces": len(rows.found),
            "faces_ignored": sum(len(each.ignored) for each in photos),
            "detections": len(rows.right),
            "detections_ignored": sum(each.ignored for each in matched),
        },
        figures=measured,
        groups=groups,
        curves=(thinned(rows.curve()),),
        failed=tuple(
            marked.path.name
            for marked, each in zip(photos, matched, strict=True)
            if len(each.found) and not len(each.scores)
        ),
    )


def _boxes(analyzer: Analyzer, data: bytes) -> NDArray[np.float64]:
    """(n, 5) boxes and scores. Runs in a worker process."""
    try:
        faces = analyzer.analyze(data).faces
    except PhotoError:
        faces = ()
    found = [(f.box.left, f.box.top, f.box.width, f.box.height, f.quality.score) for f in faces]
    return np.array(found, np.float64).reshape(-1, 5)


def _matched(marked: Marked, detected: NDArray[np.float64]) -> _Matched:
    """Each detection, the surest first, takes the face that it overlaps most of those left."""
    ordered = detected[np.argsort(-detected[:, 4], kind="stable")]
    shared = overlaps(ordered[:, :4], marked.boxes)
    beside = overlaps(ordered[:, :4], marked.ignored).max(axis=1, initial=0)
    taken = np.full(len(marked.boxes), False)
    of = np.full(len(ordered), -1)
    for row, own in enumerate(shared):
        left = np.where(taken, 0, own)
        if left.max(initial=0) >= _OVERLAP:
            of[row] = left.argmax()
            taken[of[row]] = True
    counts = (of >= 0) | (beside < _OVERLAP)
    heights = marked.boxes[:, 3]
    own_heights = ordered[:, 3].copy()
    own_heights[of >= 0] = heights[of[of >= 0]]
    return _Matched(
        found=taken,
        heights=heights,
        scores=ordered[counts, 4],
        right=(of >= 0)[counts],
        seen=own_heights[counts],
        ignored=int((~counts).sum()),
    )


class _Rows:
    """The faces of all photos, and after them the detections."""

    def __init__(self, matched: list[_Matched]) -> None:
        self.found = np.concatenate([each.found for each in matched])
        self.right = np.concatenate([each.right for each in matched])
        self._scores = np.concatenate([each.scores for each in matched])
        self._heights = np.concatenate(
            [each.heights for each in matched] + [each.seen for each in matched]
        )
        numbers = np.arange(len(matched))
        self.photos = np.concatenate(
            [
                np.repeat(numbers, [len(each.found) for each in matched]),
                np.repeat(numbers, [len(each.scores) for each in matched]),
            ]
        )

    def sizes(self) -> tuple[str, ...]:
        """The size of each row's face."""
        texts = [f"{low} to {high - 1} px" for low, high in pairwise(_SIZES)]
        texts.append(f"{_SIZES[-1]} px and more")
        places = np.searchsorted(_SIZES, self._heights, side="right") - 1
        return tuple(texts[place] for place in places)

    def figures(self) -> Iterator[Figure]:
        faces = np.arange(len(self.photos)) < len(self.found)
        yield Figure("average_precision", "Average precision", faces, self._average_precision)
        hit = np.concatenate([self.found, self.right])
        yield rate("recall", "Recall", faces, hit)
        yield rate("precision", "Precision", ~faces, hit)

    def curve(self) -> Curve:
        order = np.argsort(-self._scores, kind="stable")
        hits = np.cumsum(self.right[order])
        recall = hits / max(len(self.found), 1)
        precision = hits / np.arange(1, len(hits) + 1)
        points = tuple(recall.tolist()), tuple(precision.tolist())
        return Curve("pr", "Precision over recall", "recall", "precision", *points)

    def _average_precision(self, weights: Weights) -> float:
        faces, detections = np.split(weights, [len(self.found)])
        return metrics.average_precision(self._scores, self.right, float(faces.sum()), detections)
