"""Servers: in a thread of this process, and in processes of their own, as a user starts them."""

from __future__ import annotations

import gc
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import uvicorn

from lookalike.config import Settings
from lookalike.server import create_app

LOOKALIKE = str(Path(sys.executable).parent / "lookalike")


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    url: str
    settings: Settings


@contextmanager
def running(settings: Settings) -> Iterator[Server]:
    """A server on a free port, in a thread of this process."""
    options = uvicorn.Config(create_app(settings), port=0, log_level="warning", ws="none")
    server = uvicorn.Server(options)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 60
    while not server.started:
        assert thread.is_alive(), "the server stopped while it started"
        assert time.monotonic() < deadline, "the server did not start"
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Server(f"http://127.0.0.1:{port}", settings)
    server.should_exit = True
    thread.join(timeout=30)
    # An app and its networks, some 150 MB, refer to each other.
    del server, options
    gc.collect()


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
