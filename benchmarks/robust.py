"""Odd and hostile files: each gets an answer or a clear error, in time and in memory.

python -m benchmarks.robust ../shared/data/robust
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import psutil

from benchmarks.report import machine, table
from lookalike import config
from lookalike.engine.local import LocalEngine
from lookalike.errors import LookalikeError


def section(folder: Path) -> str:
    engine = LocalEngine(config.load())
    engine.analyzer.warm()
    process = psutil.Process()
    before = process.memory_info().rss
    rows = []
    for path in sorted(folder.iterdir()):
        if path.suffix == ".csv":
            continue
        began = time.perf_counter()
        try:
            photo = engine.analyzer.analyze(path.read_bytes())
            said = f"{len(photo.faces)} faces in {photo.width} x {photo.height}"
        except LookalikeError as error:
            said = f"{error.code}: {error}"
        took = (time.perf_counter() - began) * 1000
        grown = (process.memory_info().rss - before) / 2**20
        rows.append((path.name, said, f"{took:.0f}", f"{grown:+.0f}"))
    engine.close()
    return table(("file", "answer", "ms", "memory since the start, MiB"), rows)


def main() -> None:
    print(machine(), section(Path(sys.argv[1])), sep="\n\n")


if __name__ == "__main__":
    main()
