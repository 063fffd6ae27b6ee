"""One shard of a cluster: memory, time and recall of codes in lists, among many millions of faces.

    python -m benchmarks.shards 10000000

Faces are drawn around real ones (`lookalike evaluate search`), and put into the file that a copy of
a shard maps. A process of its own opens it and searches for other photos of the same people, on one
thread. Its memory is what it holds itself and all of the file, as if every page of that were read.
Recall is against an exact search of the float16 vectors. Times are medians on the clock, and of the
processor: where others use the machine too, only those tell.

Ten million take some 7 GB of memory while the file is made, a quarter of an hour, and 3.5 GB on the
disk. More are shards beside each other: --shards measures so many, one after the other, each of
other faces.
"""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
from threadpoolctl import threadpool_limits

from benchmarks.large import columns_of, exactly
from benchmarks.report import machine, table
from lookalike.database.changes import Mark
from lookalike.evaluate.protocols.search import NEAREST, Drawing
from lookalike.faces.models.manifest import SFACE
from lookalike.faces.vectors import Floats
from lookalike.gallery.index import kept
from lookalike.gallery.index.keeper import coding_of
from lookalike.gallery.index.lists import LISTED_FROM, LOOKED_AT, Lists
from lookalike.gallery.index.vectors import VectorIndex

_INDEX = "shard/faces"
_PROBES = 50


@dataclass(frozen=True, slots=True)
class Found:
    """What one process measured.

    Attributes:
        lists: that a search looks at; None: it looks at all codes.
        opened_s: what opening took.
        memory: bytes, the file included.
        clock_ms, processor_ms: medians of a search.
        slow_ms: of the processor, which 99 of 100 searches stay below.
        rows: what was found for each probe.
    """

    lists: int | None
    opened_s: float
    memory: int
    clock_ms: float
    processor_ms: float
    slow_ms: float
    rows: list[set[int]]


def search(
    path: Path, probes: Floats, looked_at: Sequence[int], told: Callable[[Found], None]
) -> None:
    """What the process does."""
    threadpool_limits(1)
    before = _own()
    began = time.perf_counter()
    there = kept.read(path, _INDEX, SFACE.contract)
    assert there is not None
    opened_s = time.perf_counter() - began
    index = VectorIndex(there.columns, there.codes)
    index.nearest(probes[0], NEAREST)
    memory = _own() - before + path.stat().st_size
    for lists in looked_at if isinstance(there.codes, Lists) else (None,):
        if isinstance(there.codes, Lists):
            there.codes.look_at(lists or LOOKED_AT)
        rows = [{int(each.name) for each in index.nearest(p, NEAREST)} for p in probes]
        clock, processor = zip(*(_timed(index, probe) for probe in probes), strict=True)
        slow = float(np.quantile(processor, 0.99))
        medians = float(np.median(clock)), float(np.median(processor))
        told(Found(lists, opened_s, memory, *medians, slow, rows))


def _own() -> int:
    """Bytes that this process holds itself: none of files that it maps."""
    told = psutil.Process().memory_info()
    return int(told.rss - told.shared)


def _timed(index: VectorIndex, probe: Floats) -> tuple[float, float]:
    """Milliseconds of a search: on the clock, and of the processor."""
    clock, processor = time.perf_counter(), time.process_time()
    index.nearest(probe, NEAREST)
    return 1000 * (time.perf_counter() - clock), 1000 * (time.process_time() - processor)


def rows(count: int, number: int, folder: Path, looked_at: Sequence[int]) -> list[list[str]]:
    """The lines of one shard."""
    drawing = Drawing("around")
    drawing.random = np.random.default_rng(number)
    columns = columns_of(drawing, count)
    chosen = np.sort(drawing.random.integers(0, count, _PROBES))
    probes = drawing.photos(columns.vectors[chosen].astype(np.float32))
    right = exactly(columns, probes)
    began, path = time.process_time(), folder / "shard"
    kept.write(path, columns, coding_of(columns), _INDEX, SFACE.contract, Mark())
    made_s = time.process_time() - began
    del columns
    context = multiprocessing.get_context("spawn")
    answers = context.SimpleQueue()
    process = context.Process(target=search, args=(path, probes, looked_at, answers.put))
    process.start()
    codes = range(len(looked_at) if count >= LISTED_FROM else 1)
    found: list[Found] = [answers.get() for _ in codes]
    process.join()
    path.unlink()
    return [_line(count, number, made_s, each, right) for each in found]


def _line(count: int, number: int, made_s: float, found: Found, right: list[set[int]]) -> list[str]:
    recall = np.mean([len(f & r) / NEAREST for f, r in zip(found.rows, right, strict=True)])
    return [
        f"{number}",
        f"{count:,}",
        "all" if found.lists is None else str(found.lists),
        f"{made_s:,.0f}",
        f"{found.opened_s:.1f}",
        f"{found.memory / 10**9:.2f} ({found.memory / count:.0f})",
        f"{found.clock_ms:.1f}",
        f"{found.processor_ms:.1f}",
        f"{found.slow_ms:.1f}",
        f"{recall:.3f}",
    ]


def main() -> None:
    threadpool_limits(1)
    parser = argparse.ArgumentParser()
    parser.add_argument("count", type=int, nargs="?", default=10_000_000)
    parser.add_argument("--shards", type=int, default=1)
    parser.add_argument("--lists", type=int, action="append", help="that a search looks at")
    given = parser.parse_args()
    looked_at = given.lists or [LOOKED_AT]
    with tempfile.TemporaryDirectory() as folder:
        made = [
            line
            for number in range(given.shards)
            for line in rows(given.count, number, Path(folder), looked_at)
        ]
    header = (
        *("shard", "faces", "lists looked at", "made in s of the processor", "opened in s"),
        *("GB (bytes a face)", "p50 ms", "p50 ms of the processor", "p99 of the processor"),
        "recall@10",
    )
    print(machine(), table(header, made), sep="\n\n")


if __name__ == "__main__":
    main()
