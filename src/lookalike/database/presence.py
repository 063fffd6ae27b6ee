"""Whether the file of a database is still the one that was opened.

It may be deleted, replaced by a backup or written over while a server runs, and SQLite itself would
make an empty one in its place.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lookalike.errors import StoreUnavailable

# What every file of SQLite begins with (sqlite.org/fileformat.html).
_MAGIC = b"SQLite format 3\0"

State = Literal["same", "another"]


@dataclass(frozen=True, slots=True)
class _Seen:
    """A file as it was: which one, and when it was last written."""

    which: tuple[int, int]
    written: tuple[int, int]

    @classmethod
    def of(cls, found: os.stat_result) -> _Seen:
        return cls((found.st_dev, found.st_ino), (found.st_mtime_ns, found.st_size))


class Presence:
    """A file that was opened just now."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = _Seen.of(path.stat())

    def state(self) -> State:
        """Whether it is the same file, or another in its place.

        Raises:
            StoreUnavailable: it is gone, or no database any more.
        """
        try:
            seen = _Seen.of(self._path.stat())
        except FileNotFoundError:
            raise StoreUnavailable(
                f"{self._path} was there and is gone; nothing was changed. Put it back, and all "
                "goes on; to begin afresh, start the server again."
            ) from None
        if seen != self._seen:
            self._check_begin()
        state: State = "same" if seen.which == self._seen.which else "another"
        if state == "same":
            self._seen = seen
        return state

    def _check_begin(self) -> None:
        with self._path.open("rb") as file:
            if file.read(len(_MAGIC)) != _MAGIC:
                raise StoreUnavailable(
                    f"{self._path} is no database any more; nothing was changed. Put a copy from a "
                    "backup in its place, and all goes on."
                )
