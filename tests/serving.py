"""`lookalike serve` in processes of its own, as a user starts it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from lookalike.config import Settings

LOOKALIKE = str(Path(sys.executable).parent / "lookalike")


@dataclass(frozen=True, slots=True)
class Serving:
    """A server that was started by the command."""

    url: str
    process: subprocess.Popen[bytes]

    def workers(self) -> list[psutil.Process]:
        """The processes that answer, where there are several."""
        children = psutil.Process(self.process.pid).children()
        return [each for each in children if "spawn_main" in " ".join(each.cmdline())]

    @contextmanager
    def alone(self, worker: psutil.Process) -> Iterator[None]:
        """Only this worker answers: the others are stopped, and the parent, who would replace
        them."""
        stopped = [psutil.Process(self.process.pid), *self.workers()]
        stopped.remove(worker)
        for each in stopped:
            each.suspend()
        yield
        for each in reversed(stopped):
            each.resume()


def environment(settings: Settings, home: Path) -> dict[str, str]:
    """That of a user with a home of their own."""
    return {
        **os.environ,
        "LOOKALIKE_HOME": str(home),
        "LOOKALIKE_CACHE": str(settings.cache),
        "LOOKALIKE_PORTRAITS": "off",
    }


@contextmanager
def serving(
    environ: dict[str, str], *options: str, log: Path = Path(os.devnull)
) -> Iterator[Serving]:
    """A server that is ready, and writes to `log`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [LOOKALIKE, "serve", "--port", str(port), *options]
    with (
        log.open("wb") as output,
        subprocess.Popen(command, env=environ, stdout=output, stderr=output) as process,
    ):
        server = Serving(f"http://127.0.0.1:{port}", process)
        deadline = time.monotonic() + 60
        while not _ready(server.url):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        try:
            yield server
        finally:
            process.terminate()


def _ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz").status_code == 200
    except httpx.HTTPError:
        return False
