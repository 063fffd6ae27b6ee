"""`lookalike` as a user runs it, in a process of its own or, sooner, in this one."""

from __future__ import annotations

import os
import subprocess
from contextlib import AbstractContextManager, chdir
from dataclasses import dataclass, field
from pathlib import Path

from click.testing import CliRunner

from lookalike.cli import main
from lookalike.config import Settings
from tests.support import PATIENCE_S, shared
from tests.support.processes import LOOKALIKE, Process, started

Done = subprocess.CompletedProcess[str]


@dataclass(frozen=True, slots=True)
class Commands:
    """Runs `lookalike` in a folder, by default with a home in it.

    Attributes:
        environment: beside that of this process.
    """

    folder: Path
    settings: Settings
    environment: dict[str, str] = field(default_factory=dict)

    def __call__(self, *args: str, typed: bytes = b"") -> Done:
        """Run it in this process, with what all tests share.

        Args:
            typed: what comes in on standard input.
        """
        runner = CliRunner(env=self._environment())
        with chdir(self.folder), shared.no_workers():
            done = runner.invoke(main, args, input=typed, prog_name="lookalike")
        if not isinstance(done.exception, SystemExit | None):
            raise done.exception
        return Done(args, done.exit_code, done.stdout, done.stderr)

    def start(self, *args: str) -> AbstractContextManager[Process]:
        """Start it in a process of its own, which ends with the block at the latest."""
        # A process for every two cores saves more time than it costs where photos are few.
        own = {"LOOKALIKE_THREADS": "2", "PYTHONWARNINGS": "error"}
        env = os.environ | own | self._environment()
        return started([LOOKALIKE, *args], env=env, cwd=self.folder)

    def alone(self, *args: str) -> Done:
        """Run it in a process of its own."""
        with self.start(*args) as process:
            out, err = process.communicate(timeout=PATIENCE_S)
        return Done(args, process.returncode, out, err)

    def _environment(self) -> dict[str, str]:
        own = {
            "LOOKALIKE_HOME": str(self.settings.home),
            "LOOKALIKE_CACHE": str(self.settings.cache),
        }
        return own | self.environment
