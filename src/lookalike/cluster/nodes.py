"""This machine as a part of a cluster: Ray's processes here, started and ended as one.

Ray's ports listen on every address of a machine, whatever address it is given, and whoever reaches
them could run code: its token is always asked for, unless somebody turned that off.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess  # nosec B404 # Ray's own command alone
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from ipaddress import ip_address
from pathlib import Path

from filelock import FileLock, Timeout

from lookalike import files
from lookalike.errors import InvalidParameter, SetupError

# Of Ray's: https://docs.ray.io/en/latest/ray-security/token-auth.html
_MODE, _TOKEN = "RAY_AUTH_MODE", "RAY_AUTH_TOKEN"
_PRIVATE = 0o600
# Seconds for a look at whether a node is there to be over: that holds its lock for a moment.
_MOMENT_S = 1.0
# Seconds that a node has to end, and between two looks whether it has.
_ENDING_S, _LOOK_S = 30.0, 0.2
# Bytes of photos on their way between processes of a machine.
_OBJECTS = 256 * 1024**2
# A machine that is cut off is known to be in some seconds: it is looked at so often, and gone after
# so many looks in vain. And one that is busy has more time to start than the 15 s that Ray has. One
# that is to end waits as long as its replicas have for what is under way, and is not killed.
_PATIENCE = {
    "RAY_raylet_start_wait_time_s": "120",
    "RAY_agent_register_timeout_ms": "120000",
    "RAY_health_check_period_ms": "1000",
    "RAY_health_check_timeout_ms": "3000",
    "RAY_health_check_failure_threshold": "4",
    "RAY_GRACEFUL_SHUTDOWN_DRAIN_TIMEOUT_S": "12",
}
# What Ray's command says last.
_THERE = b"--block"
_TRIES = 3
_RAY = (sys.executable, "-m", "ray.scripts.scripts")


@dataclass(frozen=True, slots=True)
class Node:
    """This machine's part, as it is kept in its home while it runs.

    Attributes:
        process: the id of that which started Ray, and ends it.
        address: of the cluster: where its first machine listens, with the port.
        head: whether that is this one.
    """

    process: int
    address: str
    head: bool


@dataclass(frozen=True, slots=True)
class Machine:
    """How a machine takes part.

    Attributes:
        host: its own address, by which the others reach it.
        port: of the cluster, on its first machine.
        join: the address of a cluster that is there, with its port; empty: this is the first.
        cores: that Ray gives places on.
    """

    host: str
    port: int
    join: str
    cores: int

    @property
    def address(self) -> str:
        return self.join or f"{self.host}:{self.port}"

    @property
    def command(self) -> Sequence[str]:
        """That which starts Ray, and stays until it is ended."""
        where = (
            ("--address", self.join)
            if self.join
            else ("--head", "--port", str(self.port), "--include-dashboard", "false")
        )
        own = ("--node-ip-address", self.host, "--num-cpus", str(self.cores))
        rest = ("--object-store-memory", str(_OBJECTS), "--disable-usage-stats", "--block")
        return (*_RAY, "start", *where, *own, *rest)

    def warnings(self, environ: Mapping[str, str]) -> Iterator[str]:
        """What whoever starts it should know."""
        if environ[_MODE] != "token":
            yield (
                f"RAY_AUTH_MODE is {environ[_MODE]!r}: whoever reaches a port of Ray on any "
                "machine of the cluster can run programs there. Leave it unset, or set it to token."
            )
        if not _is_private(self.host):
            yield (
                f"{self.host} is not an address of a private network: the machines of a cluster "
                "talk to each other unencrypted. Give --host one that only they can reach."
            )
        yield (
            "Ray listens on every address of this machine, on ports of its own choice: let a "
            "firewall pass none of them but to the machines of the cluster."
        )


def environment(home: Path, environ: Mapping[str, str], *, make: bool) -> dict[str, str]:
    """That which Ray is started in: with its token, which the first machine makes.

    Raises:
        SetupError: there is no token, and it is not to be made.
    """
    found = {**environ, **{name: environ.get(name, value) for name, value in _PATIENCE.items()}}
    found.setdefault(_MODE, "token")
    if found[_MODE] == "token" and not found.get(_TOKEN):
        found[_TOKEN] = _token(home, make)
    return found


@contextmanager
def running(
    home: Path, machine: Machine, environ: Mapping[str, str]
) -> Iterator[Callable[[], object]]:
    """This machine takes part, until the end of the context; given is what waits until Ray ends by
    itself.

    Raises:
        SetupError: it does already, or Ray cannot be started.
    """
    home.mkdir(parents=True, exist_ok=True)
    lock = _lock(home)
    try:
        lock.acquire(timeout=_MOMENT_S)
    except Timeout:
        raise SetupError(
            f"This machine runs a part of a cluster already ({_place(home)}): end that first, with "
            "lookalike cluster down."
        ) from None
    _keep(home, Node(os.getpid(), machine.address, not machine.join))
    try:
        with _started(home / "cluster.log", machine, environ) as process:
            yield process.wait
    finally:
        _place(home).unlink(missing_ok=True)
        lock.release()


def there(home: Path) -> Node | None:
    """This machine's part, if it takes part now."""
    try:
        node = Node(**json.loads(_place(home).read_text("utf-8")))
        with _lock(home).acquire(blocking=False):
            # What was killed, with its machine or alone, has left its file; its lock is free. Its
            # id may be that of another process by now, and in a container is.
            return None
    except Timeout:
        return node
    except (OSError, ValueError, TypeError):
        return None


def end(home: Path) -> Node:
    """End this machine's part; what is under way is answered first.

    Raises:
        SetupError: there is none, or it does not end.
    """
    node = there(home)
    if node is None:
        raise SetupError(f"No part of a cluster runs on this machine ({_place(home)}).")
    os.kill(node.process, signal.SIGTERM)
    deadline = time.monotonic() + 2 * _ENDING_S
    while there(home) is not None:
        if time.monotonic() > deadline:
            raise SetupError(f"The process {node.process} does not end.")
        time.sleep(_LOOK_S)
    return node


def _token(home: Path, make: bool) -> str:
    place = home / "cluster.token"
    with suppress(FileNotFoundError):
        return place.read_text("ascii").strip()
    if not make:
        raise SetupError(
            f"The machines of a cluster know each other by a token: copy {place.name} from "
            f"LOOKALIKE_HOME of the first machine to {place}, or set {_TOKEN}."
        )
    made = secrets.token_hex(32)
    place.parent.mkdir(parents=True, exist_ok=True)
    with files.replacing(place, _PRIVATE) as file:
        file.write(made.encode())
    return made


def _place(home: Path) -> Path:
    return home / "cluster.json"


def _lock(home: Path) -> FileLock:
    """Held by the process that takes part, for as long as it lives."""
    return FileLock(home / "cluster.lock")


def _keep(home: Path, node: Node) -> None:
    with files.replacing(_place(home), _PRIVATE) as file:
        file.write(json.dumps(asdict(node)).encode())


@contextmanager
def _started(
    log: Path, machine: Machine, environ: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """Ray, once it is there; where it did not start in the time that it gives itself, as on a busy
    machine, it is started again.

    Raises:
        SetupError: it cannot be started.
    """
    for left in reversed(range(_TRIES)):
        with open(log, "wb") as told:
            process = subprocess.Popen(  # nosec B603 # no shell, and nothing of a stranger's
                machine.command, env=environ, stdout=told, stderr=told, start_new_session=True
            )
        try:
            if _is_there(process, log):
                yield process
                return
        finally:
            _end(process)
        if not left:
            lines = log.read_text("utf-8", "replace").strip().splitlines()
            raise SetupError(f"Ray cannot be started; {log} says why: {lines[-1] if lines else ''}")


def _is_there(process: subprocess.Popen[bytes], log: Path) -> bool:
    """Whether it has started; it has ended otherwise."""
    while _THERE not in log.read_bytes():
        if process.poll() is not None:
            return False
        time.sleep(_LOOK_S)
    return True


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ray's command ends all that it started; what is left after that is ended here."""
    family = _session(process.pid)
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(_ENDING_S)
    for each in {process.pid, *family}:
        with suppress(ProcessLookupError):
            os.kill(each, signal.SIGKILL)
    process.wait()


def _session(leader: int) -> set[int]:
    """All processes of the session that one leads: Ray's have groups of their own."""
    with suppress(OSError):
        found = (int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit())
        return {each for each in found if _leader(each) == leader}
    return set()


def _leader(process: int) -> int:
    try:
        return os.getsid(process)
    except ProcessLookupError:
        return 0


def _is_private(host: str) -> bool:
    try:
        return not ip_address(host).is_global
    except ValueError:
        raise InvalidParameter(f"{host!r} is not an address; a name will not do.") from None
