"""What every benchmark prints: the machine it ran on, and Markdown tables."""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable, Sequence
from typing import ParamSpec

from lookalike.evaluate.reports.machine import machine
from lookalike.evaluate.speed import timed

__all__ = ["machine", "median_ms", "on_one_core", "table", "timed"]

P = ParamSpec("P")

_RUNS = 30


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def median_ms(call: Callable[P, object], *args: P.args, **options: P.kwargs) -> float:
    """Median milliseconds of 30 such calls, after three that are not counted."""
    for _ in range(3):
        call(*args, **options)
    return statistics.median(timed(lambda: call(*args, **options)) for _ in range(_RUNS))


def on_one_core() -> None:
    """Keep this process on one core where the system lets it."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
