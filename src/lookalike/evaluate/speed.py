"""How long every step of an answer takes, and how surely that is known."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import fields

import numpy as np

from lookalike.engine.local import LocalEngine
from lookalike.evaluate.figures import Measured, Result
from lookalike.evaluate.intervals import Estimate, draws, percentiles
from lookalike.faces.photo import Timings

RUNS = 25
_WARM = 3
_LIMIT = 10
# Steps of what is only looked at where it is asked for.
_ASKED_FOR = ("appearance", "traits")


def timed(call: Callable[[], object]) -> float:
    """Milliseconds of one call."""
    started = time.perf_counter()
    call()
    return (time.perf_counter() - started) * 1000


def quantile(times: Sequence[float], share: float = 0.5) -> Estimate:
    """A quantile of times, and its interval from drawing them anew."""
    every = np.asarray(times, np.float64)
    found = [float(np.quantile(np.repeat(every, drawn), share)) for drawn in draws(len(every))]
    return Estimate(float(np.quantile(every, share)), *percentiles(found))


def milliseconds(key: str, name: str, times: Sequence[float], share: float = 0.5) -> Measured:
    """A quantile of times as a figure."""
    count = len(times)
    return Measured(key, name, quantile(times, share), count, count, error=True, unit="ms")


def time_steps(engine: LocalEngine, name: str, data: bytes, runs: int = RUNS) -> Result:
    """The median of every step of finding whom the faces of a photo look like, one call at a time.

    Raises:
        PhotoError: the photo cannot be used, or holds no face.
    """

    for _ in range(_WARM):
        engine.find(data, limit=_LIMIT)
    wholes, matches, steps = [], [], []
    for _ in range(runs):
        started = time.perf_counter()
        found = engine.find(data, limit=_LIMIT)
        wholes.append((time.perf_counter() - started) * 1000)
        matches.append(found.match_ms)
        steps.append(found.photo.timings)
    photo = found.photo
    return Result(
        kind="speed",
        drawn="runs",
        protocol=name,
        contract=engine.contract,
        data_sha256=hashlib.sha256(data).hexdigest(),
        counts={
            "runs": runs,
            "bytes": len(data),
            "width": photo.width,
            "height": photo.height,
            "faces": len(photo.faces),
        },
        figures=(
            milliseconds("all", "All", wholes),
            *(
                milliseconds(
                    step.name, step.name.capitalize(), [getattr(each, step.name) for each in steps]
                )
                for step in fields(Timings)
                if step.name not in _ASKED_FOR
            ),
            milliseconds("match", "Match", matches),
        ),
    )
