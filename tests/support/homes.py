"""A home of its own for `lookalike gallery` as a user runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lookalike.config import Settings
from lookalike.faces.models.manifest import SFACE
from lookalike.gallery.gallery import Gallery
from lookalike.gallery.store import StoredPortrait


@dataclass(frozen=True, slots=True)
class Home:
    """Runs `lookalike gallery` with a home of its own, and looks into it.

    Attributes:
        threads: of a worker process. With 2 there is one process for every two cores, which saves
            more time than it costs where photos are few.
    """

    folder: Path
    settings: Settings
    threads: int = 2

    def start(self, *args: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [str(Path(sys.executable).parent / "lookalike"), "gallery", *args],
            cwd=self.folder,
            env={
                **os.environ,
                "LOOKALIKE_HOME": str(self.settings.home),
                "LOOKALIKE_CACHE": str(self.settings.cache),
                "LOOKALIKE_THREADS": str(self.threads),
                "PYTHONWARNINGS": "error",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def __call__(self, *args: str, fails: int = 0) -> str:
        """What a command prints; with `fails`, its one line of error."""
        process = self.start(*args)
        out, err = process.communicate(timeout=120)
        assert process.returncode == fails, err
        return err if fails else out

    def report(self, *args: str) -> dict[str, Any]:
        report: dict[str, Any] = json.loads(self("import", *args, "--json"))
        return report

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
