"""Photos a second over HTTP, start-up time, and memory of a worker.

    python -m benchmarks.serving

Starts `lookalike serve` as a user would, with one and with two workers, and sends the 1-megapixel
photo of benchmarks/speed.py from eight clients at once. Start-up is the median of several, each
from the command to the first answer of /readyz, with the processor time that all processes took
until then: on a machine that is busy with other things it tells more. Memory is what the server's
processes have after those photos, each page divided by how many processes map it (PSS), divided by
the workers. Beside it stands what `import lookalike` takes.
"""

from __future__ import annotations

import os
import resource
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import httpx
import psutil

from benchmarks.report import machine, table
from benchmarks.speed import SIZES, photo

_CLIENTS = 8
_PHOTOS = 300
_STARTS = 7


@dataclass(frozen=True, slots=True)
class Served:
    """A server that is ready.

    Attributes:
        started_s: what that took, on the clock.
        started_cpu_s: the same of all its processes on the processor.
    """

    url: str
    process: psutil.Process
    started_s: float
    started_cpu_s: float


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
        env={**_environment(), "LOOKALIKE_PORTRAITS": "off", "LOOKALIKE_QUEUE": "64", **environ},
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    ) as process:
        url = f"http://127.0.0.1:{port}"
        try:
            while not _ready(port):
                time.sleep(0.01)
            took = time.perf_counter() - began
            root = psutil.Process(process.pid)
            used = sum(sum(each.cpu_times()[:2]) for each in _processes(root))
            yield Served(url, root, took, used)
        finally:
            process.terminate()


def _environment() -> dict[str, str]:
    """As a user has it: Python may keep what it compiled, as pip does for an installed package."""
    return {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


def _ready(port: int) -> bool:
    """Asked so that it takes next to nothing: the server starts on the same cores."""
    asked = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        asked.request("GET", "/readyz")
        return asked.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        asked.close()


def starts(workers: int) -> tuple[float, float]:
    """Median seconds of several starts, and of their processor time, after one not counted."""
    found = []
    for _ in range(1 + _STARTS):
        with serving(workers) as served:
            found.append((served.started_s, served.started_cpu_s))
    clock, processor = zip(*found[1:], strict=True)
    return statistics.median(clock), statistics.median(processor)


def measure(workers: int) -> tuple[str, ...]:
    clock, processor = starts(workers)
    with serving(workers) as served:
        rate = photos_a_second(served.url)
        memory = sum(map(_proportional, _processes(served.process))) / workers
    return (
        str(workers),
        f"{clock:.2f} s",
        f"{processor:.2f} s",
        f"{rate:.1f}",
        f"{memory / 2**20:.0f} MiB",
    )


def photos_a_second(url: str) -> float:
    data = photo(SIZES["1 megapixel"])

    def ask(client: httpx.Client) -> None:
        answer = client.post("/api/v1/lookalikes", files={"photo": data})
        assert answer.status_code == 200, answer.text

    # A connection for each photo, as visitors make: kept ones may stay with one worker.
    options: dict[str, Any] = {"base_url": url, "timeout": 60}
    options["headers"] = {"Connection": "close"}
    clients = [httpx.Client(**options) for _ in range(_CLIENTS)]
    with ThreadPoolExecutor(_CLIENTS) as pool:
        list(pool.map(ask, clients * 2))
        began = time.perf_counter()
        list(pool.map(ask, (clients * (_PHOTOS // _CLIENTS + 1))[:_PHOTOS]))
        rate = _PHOTOS / (time.perf_counter() - began)
    for client in clients:
        client.close()
    return rate


def _processes(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


def _proportional(process: psutil.Process) -> int:
    """Bytes of a process, each page divided by how many processes map it; where the system does
    not tell, undivided."""
    memory = process.memory_full_info()
    return int(getattr(memory, "pss", memory.rss))


def importing() -> tuple[float, float]:
    """Median seconds of `import lookalike`, with Python's own start taken off: on the clock, and on
    the processor."""
    (clock, processor), (bare, bare_processor) = map(_ran, ("import lookalike", "pass"))
    return clock - bare, processor - bare_processor


def _ran(code: str) -> tuple[float, float]:
    """Median seconds of a Python of its own, on the clock and on the processor."""
    found = []
    for _ in range(1 + _STARTS):
        before, began = _processor_of_children(), time.perf_counter()
        subprocess.run([sys.executable, "-c", code], env=_environment(), check=True)
        found.append((time.perf_counter() - began, _processor_of_children() - before))
    clock, processor = zip(*found[1:], strict=True)
    return statistics.median(clock), statistics.median(processor)


def _processor_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def section() -> str:
    header = (
        "workers",
        "start-up",
        "of the processor",
        "photos a second",
        "memory, by workers",
    )
    made = table(header, [measure(workers) for workers in (1, 2)])
    clock, processor = importing()
    return f"{made}\n\n`import lookalike`: {clock:.3f} s, {processor:.3f} of the processor."


def main() -> None:
    print(machine(), section(), sep="\n\n")


if __name__ == "__main__":
    main()
