"""What every benchmark prints: the machine it ran on, and Markdown tables."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ParamSpec

from lookalike.evaluate.speed import timed

P = ParamSpec("P")

_RUNS = 30


def machine() -> str:
    """Processor, cores and the versions that matter."""
    from importlib.metadata import version

    packages = ("openvino", "onnxruntime", "opencv-python-headless", "numpy")
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    return f"{_processor()}, {os.cpu_count()} cores; Python {platform.python_version()}, {versions}"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if not info.is_file():
        return platform.processor() or platform.machine()
    lines = info.read_text().splitlines()
    facts = {key.strip(): value.strip() for key, _, value in (s.partition(":") for s in lines)}
    known = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16")
    flags = [flag for flag in known if flag in facts.get("flags", "").split()]
    return f"{facts.get('model name', platform.machine())} ({', '.join(flags)})"


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
