"""The file of a backup: a tar that says first what it is, and then the sha256 of all of it.

`tar tf` lists it, and takes no notice of what follows the end of a tar.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from lookalike import files
from lookalike.errors import BackupUnusable

# Another number where an older Lookalike would take it wrongly. How it begins and ends stays.
FORMAT = 1
_ABOUT = "lookalike-backup.json"
_DIGEST = hashlib.sha256().digest_size
_BLOCK = 1024 * 1024
# What says of itself what it is is not read beyond this.
_LONGEST_ABOUT = 64 * 1024


@dataclass(frozen=True, slots=True)
class About:
    """What a backup says of itself.

    Attributes:
        made: when, in UTC.
        version: of the Lookalike that made it.
        tables: revision of the database; None: it has none, or is from before there were any.
    """

    made: str
    version: str
    tables: str | None


class _Summed:
    """A file that is written, and the digest of all that was."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        return self._file.write(data)


class Writer:
    """Puts one member after the other into a tar."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar

    def add(self, name: str, data: bytes) -> None:
        self._add(name, io.BytesIO(data), len(data))

    def add_file(self, name: str, file: IO[bytes]) -> None:
        """All that is in an open file, which may have no name any more."""
        self._add(name, file, os.fstat(file.fileno()).st_size)

    def _add(self, name: str, file: IO[bytes], size: int) -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = size, 0o600
        self._tar.addfile(entry, file)


@contextmanager
def writing(path: Path, about: About) -> Iterator[Writer]:
    """A backup, which is there when the block has ended well, and on the disk.

    Raises:
        OSError: it cannot be written.
    """
    with files.replacing(path, 0o600, synced=True) as file:
        summed: Any = _Summed(file)
        with tarfile.open(fileobj=summed, mode="w|", format=tarfile.PAX_FORMAT) as tar:
            writer = Writer(tar)
            writer.add(_ABOUT, json.dumps({"format": FORMAT} | asdict(about)).encode())
            yield writer
        file.write(summed.digest.digest())
    files.settle(path.parent)


class Reader:
    """A backup that is whole, and of a format that we know."""

    def __init__(self, tar: tarfile.TarFile, path: Path) -> None:
        """
        Raises:
            BackupUnusable: it is not.
        """
        self._tar, self._path = tar, path
        self.about = self._said()

    def members(self) -> Iterator[tuple[PurePosixPath, IO[bytes]]]:
        """The path of each within the home, and what is in it, to be read before the next.

        Raises:
            BackupUnusable: one is no file, or would lie elsewhere.
        """
        for entry in self._tar:
            path = PurePosixPath(entry.name)
            data = self._tar.extractfile(entry) if entry.isreg() else None
            if data is None or path.is_absolute() or ".." in path.parts or not path.name:
                raise _unusable(self._path, f"has {entry.name!r}, which nothing of ours is called")
            if entry.name != _ABOUT:
                yield path, data

    def _said(self) -> About:
        entry = self._tar.next()
        data = self._tar.extractfile(entry) if entry is not None else None
        stated = dict(json.loads(data.read(_LONGEST_ABOUT))) if data is not None else {}
        found = stated.pop("format", None)
        if found != FORMAT:
            raise _unusable(
                self._path,
                f"is of format {found}, and this Lookalike knows {FORMAT}: update it with pip "
                "install --upgrade lookalike",
            )
        return About(**stated)


@contextmanager
def reading(path: Path) -> Iterator[Reader]:
    """
    Raises:
        BackupUnusable: it is no backup, damaged, cut off or of a format that we do not know.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        _check_whole(file, path)
        file.seek(0)
        try:
            with tarfile.open(fileobj=file, mode="r:") as tar:
                yield Reader(tar, path)
        except (tarfile.TarError, ValueError, TypeError) as error:
            raise _unusable(path, f"is not as Lookalike makes them ({error})") from error


def _check_whole(file: IO[bytes], path: Path) -> None:
    """See that it ends with the digest of all before, as every format does."""
    if file.read(len(_ABOUT)) != _ABOUT.encode():
        raise _unusable(path, "is no backup of Lookalike")
    left = file.seek(0, os.SEEK_END) - _DIGEST
    file.seek(0)
    digest = hashlib.sha256()
    while left > 0 and (data := file.read(min(left, _BLOCK))):
        digest.update(data)
        left -= len(data)
    if file.read() != digest.digest():
        raise _unusable(path, "is damaged or cut off: its sha256 is another than it ends with")


def _unusable(path: Path, why: str) -> BackupUnusable:
    return BackupUnusable(f"{path} {why}; nothing was changed.")
