"""Processes that end with the block that they are started for, whatever happens in it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.support import PATIENCE_S

Process = subprocess.Popen[str]
LOOKALIKE = str(Path(sys.executable).parent / "lookalike")


@contextmanager
def started(
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    log: Path | None = None,
) -> Iterator[Process]:
    """A process of a group of its own, as a terminal starts it.

    What it prints goes to `log`, else through pipes to `communicate`.
    """
    out = subprocess.PIPE if log is None else log.open("wb")
    try:
        process = subprocess.Popen(
            command, env=env, cwd=cwd, stdout=out, stderr=out, text=True, start_new_session=True
        )
    finally:
        if not isinstance(out, int):
            out.close()
    try:
        yield process
    finally:
        _end(process)


def finished(process: Process, code: int = 0) -> tuple[str, str]:
    """What it printed on stdout and stderr, once it has ended with that code."""
    out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == code, err
    return out, err


def _end(process: Process) -> None:
    """Its group with it: processes that it started do not always hear of its end."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()
    process.wait()
