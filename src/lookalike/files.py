"""Files and folders that are there whole or not at all: made beside their place, then moved."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

# Of a name, so that what is made beside it is not longer than a file system takes.
_SHOWN = 40
# Bytes that find out whether a disk is full: an empty file is made on one.
_TRIED = 64 * 1024


def write(path: Path, data: bytes) -> None:
    """Make a file, or replace it.

    Raises:
        OSError: it cannot be written; what was there still is.
    """
    with replacing(path) as file:
        file.write(data)


@contextmanager
def replacing(path: Path, mode: int = 0o666, *, synced: bool = False) -> Iterator[IO[bytes]]:
    """A file to write, which takes its place at the end; if the block fails, nothing has changed.

    Args:
        mode: its permissions, less those that the umask takes away.
        synced: wait until the disk has it, so that a power cut cannot take it back.

    Raises:
        OSError: it cannot be written.
    """
    partial = _beside(path)
    try:
        with open(partial, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
            yield file
            if synced:
                file.flush()
                os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def staging(path: Path, mode: int = 0o777) -> Iterator[Path]:
    """A new folder beside a place, where `move` puts it; else it is deleted at the end.

    Args:
        mode: see `replacing`.

    Raises:
        OSError: it cannot be made.
    """
    partial = _beside(path)
    partial.mkdir(parents=True, mode=mode)
    try:
        yield partial
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def move(folder: Path, path: Path) -> None:
    """Put a folder that is done in its place.

    Raises:
        OSError: something is there.
    """
    folder.rename(path)


def private_folder(folder: Path) -> None:
    """Make a folder, and those that it is in, for their owner alone, where they are not there.

    Raises:
        OSError: it cannot be made.
    """
    for each in (*reversed(folder.absolute().parents), folder):
        if not each.exists():
            each.mkdir(0o700, exist_ok=True)


def settle(folder: Path) -> None:
    """Wait until the disk has which files are in a folder, so that a power cut takes none back.

    Raises:
        OSError: it cannot be read.
    """
    if not hasattr(os, "O_DIRECTORY"):
        return
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def obstacle(folder: Path) -> OSError | None:
    """What keeps us from keeping files in a folder, which is made if it is not there; None:
    nothing. It is tried in what is there of it, and nothing is left behind."""
    try:
        there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
        with tempfile.TemporaryFile(dir=there) as file:
            file.write(bytes(_TRIED))
            file.flush()
    except OSError as error:
        return error
    return None


def _beside(path: Path) -> Path:
    """A hidden path that nobody else uses, on the same file system."""
    return path.with_name(f".{path.name[:_SHOWN]}.{secrets.token_hex(4)}.part")
