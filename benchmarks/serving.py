"""Photos a second over HTTP, start-up time, and memory of a worker.

    python -m benchmarks.serving

Starts `lookalike serve` as a user would, with one and with two workers, and sends the 1-megapixel
photo of benchmarks/speed.py from eight clients at once.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from benchmarks.report import machine, table
from benchmarks.speed import SIZES, photo

_CLIENTS = 8
_PHOTOS = 300


@dataclass(frozen=True, slots=True)
class Served:
    url: str
    process: psutil.Process
    started_s: float


@contextmanager
def serving(workers: int, **environ: str) -> Iterator[Served]:
    """A server, and how long it took until it answered that it is ready.

    Args:
        environ: settings beside those of this process.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(Path(sys.executable).parent / "lookalike"), "serve"]
    options = ["--port", str(port), "--workers", str(workers)]
    began = time.perf_counter()
    with subprocess.Popen(
        [*command, *options],
        env={**os.environ, "LOOKALIKE_PORTRAITS": "off", "LOOKALIKE_QUEUE": "64", **environ},
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    ) as process:
        url = f"http://127.0.0.1:{port}"
        try:
            while not _ready(url):
                time.sleep(0.01)
            yield Served(url, psutil.Process(process.pid), time.perf_counter() - began)
        finally:
            process.terminate()


def _ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def measure(workers: int) -> tuple[str, ...]:
    data = photo(SIZES["1 megapixel"])

    def ask(client: httpx.Client) -> None:
        answer = client.post("/api/v1/lookalikes", files={"photo": data})
        assert answer.status_code == 200, answer.text

    with serving(workers) as served:
        # A connection for each photo, as visitors make: kept ones may stay with one worker.
        options: dict[str, Any] = {"base_url": served.url, "timeout": 60}
        options["headers"] = {"Connection": "close"}
        clients = [httpx.Client(**options) for _ in range(_CLIENTS)]
        with ThreadPoolExecutor(_CLIENTS) as pool:
            list(pool.map(ask, clients * 2))
            began = time.perf_counter()
            list(pool.map(ask, (clients * (_PHOTOS // _CLIENTS + 1))[:_PHOTOS]))
            rate = _PHOTOS / (time.perf_counter() - began)
        for client in clients:
            client.close()
        largest = max(each.memory_info().rss for each in _workers(served.process))
        return (
            str(workers),
            f"{served.started_s:.2f} s",
            f"{rate:.1f}",
            f"{largest / 2**20:.0f} MiB",
        )


def _workers(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


def section() -> str:
    header = ("workers", "start-up", "photos a second", "memory of the largest worker")
    return table(header, [measure(workers) for workers in (1, 2)])


def main() -> None:
    print(machine(), section(), sep="\n\n")


if __name__ == "__main__":
    main()
