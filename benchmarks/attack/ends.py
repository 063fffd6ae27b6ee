"""What keeps a server from ending, or lets a part of it live on (point 9)."""

from __future__ import annotations

import subprocess
import time
from contextlib import ExitStack

import psutil

from benchmarks.attack.hole import Hole, Target, check
from tests.support import PATIENCE_S, wire

# Seconds that requests have, those that the process has afterwards, and some for a busy machine.
DRAIN_S = 2
_ENDS_S = DRAIN_S + 3 + 15


def holes() -> tuple[Hole, ...]:
    """Each on a server of its own with two workers, which it ends."""
    return (
        Hole(9, "clients that hold connections outlast SIGTERM", _term),
        Hole(9, "workers outlive a supervisor that is killed", _kill),
    )


def _term(target: Target) -> str:
    form = {"content-type": "multipart/form-data; boundary=x", "content-length": "1000000"}
    begun = (b"", b"GET /", wire.head("/api/v1/detect", form), wire.head("/", {}, "GET"))
    with ExitStack() as stack:
        for each in begun * 8:
            stack.enter_context(wire.connected(target.url)).sendall(each)
        began = time.monotonic()
        target.serving.process.terminate()
        try:
            target.serving.process.wait(_ENDS_S)
        except subprocess.TimeoutExpired:
            return check(False, f"it runs after {_ENDS_S} s")
    return f"ended after {time.monotonic() - began:.1f} s"


def _kill(target: Target) -> str:
    workers = target.serving.workers()
    target.serving.process.kill()
    target.serving.process.wait(PATIENCE_S)
    _, alive = psutil.wait_procs(workers, 10)
    return check(len(workers) == 2 and not alive, f"{len(workers) - len(alive)} ended with it")
