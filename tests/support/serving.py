"""Servers: in a thread of this process, and in processes of their own, as a user starts them."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import psutil
import uvicorn

from lookalike.config import Settings
from lookalike.launch import uvicorn_options
from lookalike.server import create_app
from tests.support import PATIENCE_S, patient, processes
from tests.support.processes import LOOKALIKE, Process


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    url: str
    settings: Settings


class _Uvicorn(uvicorn.Server):
    """Says when it is ready, and when it is over without."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            super().run(sockets)
        finally:
            self.ready.set()


@contextmanager
def running(settings: Settings) -> Iterator[Server]:
    """A server on a free port, in a thread of this process."""
    options = uvicorn_options(settings)
    config = uvicorn.Config(create_app(settings), port=0, log_level="warning", **options)
    server = _Uvicorn(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        assert server.ready.wait(PATIENCE_S), "the server did not start"
        assert server.started, "the server stopped while it started"
        port = server.servers[0].sockets[0].getsockname()[1]
        yield Server(f"http://127.0.0.1:{port}", settings)
    finally:
        server.should_exit = True
        thread.join(PATIENCE_S)


@contextmanager
def listening(handler: Callable[..., BaseHTTPRequestHandler]) -> Iterator[int]:
    """The port of a server that answers with a handler, each request in a thread of its own."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    # It looks that often whether it is to end.
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass(frozen=True, slots=True)
class Serving:
    """A server that was started by the command."""

    url: str
    process: Process

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
        try:
            yield
        finally:
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
    environ: Mapping[str, str], *options: str, log: Path = Path(os.devnull)
) -> Iterator[Serving]:
    """A server that is ready, and writes to `log`. It is told to end, and does."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [LOOKALIKE, "serve", "--port", str(port), *options]
    with processes.started(command, env=environ, log=log) as process:
        server = Serving(f"http://127.0.0.1:{port}", process)
        deadline = time.monotonic() + PATIENCE_S
        while not _ready(server.url):
            assert process.poll() is None, "the server stopped while it started"
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.05)
        yield server
        process.terminate()
        process.wait(PATIENCE_S)


def _ready(url: str) -> bool:
    try:
        return patient.get(f"{url}/readyz").status_code == 200
    except httpx.HTTPError:
        return False
