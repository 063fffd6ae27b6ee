"""What of `LOOKALIKE_HOME` is kept in a backup, and under which names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from lookalike.config import Settings

DATABASE = "lookalike.sqlite3"
# Copied while others write to them. The second counts how often a site was used.
DATABASES = (DATABASE, "counts.sqlite3")
KEY = "secret.key"
SEALED = f"{KEY}.sealed"
# Models that were added and which is chosen, networks that were fetched, shared results.
_FOLDERS = ("models", "networks", "results")


def others(settings: Settings) -> Iterator[tuple[str, IO[bytes]]]:
    """Every other file that is kept, open until the next, with its path within the home."""
    home, site = settings.home.resolve(), Path(settings.site).resolve()
    if settings.site and site.is_relative_to(home):
        with site.open("rb") as file:
            yield site.relative_to(home).as_posix(), file
    for name in _FOLDERS:
        yield from _below(home, home / name)


def _below(home: Path, folder: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """The files of a folder, all or none of them if somebody removes it meanwhile, as results
    are; then those of the folders in it."""
    within = _shown(folder)
    with ExitStack() as stack:
        try:
            # One that is gone by now is no folder, and cannot be opened.
            files = [
                (each, stack.enter_context(each.open("rb"))) for each in within if not each.is_dir()
            ]
        except FileNotFoundError:
            return
        for path, file in files:
            yield path.relative_to(home).as_posix(), file
    for each in within:
        yield from _below(home, each)


def _shown(folder: Path) -> list[Path]:
    """What is in a folder; what begins with a dot is only being made, or removed."""
    try:
        return sorted(each for each in folder.iterdir() if not each.name.startswith("."))
    except (FileNotFoundError, NotADirectoryError):
        return []
