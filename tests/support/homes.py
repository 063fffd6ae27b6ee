"""A home of its own for `lookalike gallery` as a user runs it."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lookalike.config import Settings
from lookalike.faces.models.manifest import SFACE
from lookalike.gallery.gallery import Gallery
from lookalike.gallery.portraits import StoredPortrait
from tests.support import PATIENCE_S
from tests.support.commands import Commands
from tests.support.processes import Process


@dataclass(frozen=True, slots=True)
class Home:
    """Runs `lookalike gallery` with a home of its own, and looks into it."""

    folder: Path
    settings: Settings

    @property
    def commands(self) -> Commands:
        return Commands(self.folder, self.settings)

    def __call__(self, *args: str, fails: int = 0) -> str:
        """What a command prints; with `fails`, its one line of error."""
        done = self.commands("gallery", *args)
        assert done.returncode == fails, done.stderr
        return done.stderr if fails else done.stdout

    def report(self, *args: str) -> dict[str, Any]:
        report: dict[str, Any] = json.loads(self("import", *args, "--json"))
        return report

    @contextmanager
    def starting(self, *args: str, threads: int = 2) -> Iterator[Process]:
        """A command in a process of its own.

        Args:
            threads: of a worker process, of which there is one for so many cores.
        """
        commands = Commands(self.folder, self.settings, {"LOOKALIKE_THREADS": str(threads)})
        with commands.start("gallery", *args) as process:
            yield process

    def wait_for_some(self, process: Process) -> None:
        """Until it has added somebody."""
        deadline = time.monotonic() + PATIENCE_S
        while not self._any():
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline, "nobody was added"
            time.sleep(0.02)

    def gallery(self) -> Gallery:
        return Gallery.open(self.settings, SFACE)

    def people(self, collection: str = "mine") -> dict[str, list[StoredPortrait]]:
        gallery = self.gallery()
        try:
            if collection not in {each.id for each in gallery.collections()}:
                return {}
            return {
                person.name.get("ko") or "": list(gallery.portraits(person.id))
                for person in gallery.people(collection)
            }
        finally:
            gallery.close()

    def _any(self) -> bool:
        path = self.settings.home / "lookalike.sqlite3"
        if not path.is_file():
            return False
        with closing(sqlite3.connect(path, timeout=PATIENCE_S)) as database:
            made = "SELECT 1 FROM sqlite_master WHERE name = 'faces'"
            return bool(
                database.execute(made).fetchone()
                and database.execute("SELECT 1 FROM faces").fetchone()
            )


def counts(report: Mapping[str, Any]) -> tuple[int, int, int, int]:
    return (
        report["people_added"],
        report["people_changed"],
        report["portraits_added"],
        report["already"],
    )


def many(folder: Path, data: bytes, people: int) -> None:
    """That many people of two photos each, each a different file with the same face."""
    for number in range(people):
        own = folder / f"Person {chr(65 + number // 26)}{chr(65 + number % 26)}"
        own.mkdir(parents=True)
        for photo in range(2):
            # What follows the end of a JPEG is ignored by every decoder.
            (own / f"{photo}.jpg").write_bytes(data + f"{number}-{photo}".encode())
