"""Strangers: people who are not in the starter gallery, a photo each, and what is seen in it.

People of LFW who are not enrolled, and, for there are few Koreans among them, the Koreans of the
starter itself, each with themselves left out, and those of celebs who are not in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from rich.progress import track

from lookalike import config
from lookalike.errors import PhotoError
from lookalike.evaluate.vectors import Which, look
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.appearance.appearance import OF_OUTLINE, OF_SHAPE
from lookalike.faces.vectors import Floats

_LOOK = OF_SHAPE + OF_OUTLINE


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What was seen of n photos.

    Attributes:
        vectors: (n, dimension); zeros where no face was found or too little of it shows.
        looks: (n, shape and outline); zeros where it cannot be told.
        female: (n,) how likely a network finds that, 0 to 1.
    """

    vectors: Floats
    looks: Floats
    female: Floats


def seen(photos: dict[str, Path], which: Which) -> Seen:
    """Looked at once, and kept beside the models."""
    settings = config.load()
    found = look(
        photos,
        settings,
        partial(_look, which),
        f"{which}-standing",
        settings.cache / "benchmarks",
        lambda data, total: track(data, "Strangers", total),
    )
    rows = found.answers
    return Seen(rows[:, : -_LOOK - 1], rows[:, -_LOOK - 1 : -1], rows[:, -1])


def _look(which: Which, analyzer: Analyzer, data: bytes) -> Floats:
    """Runs in the worker process."""
    nothing = np.zeros(analyzer.embedder.dimension + _LOOK + 1, np.float32)
    try:
        face = which.face_of(analyzer.analyze(data))
    except PhotoError:
        return nothing
    if face is None or not face.enough:
        return nothing
    (appearance,) = analyzer.appearances(data, [face])
    if appearance is not None:
        nothing[analyzer.embedder.dimension : -1] = appearance.numbers
    nothing[: analyzer.embedder.dimension] = face.embedding
    nothing[-1] = analyzer.attributes([face])[0].female
    return nothing
