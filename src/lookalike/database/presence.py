"""Whether the file of a database is still the one that was opened.

It may be deleted, replaced by a backup or written over while a server runs, and SQLite itself would
make an empty one in its place.
"""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from lookalike.errors import StoreUnavailable

State = Literal["same", "another"]
# Seconds before each look at how a file begins: while another process brings its log into it, the
# first page may say that there are more than there are yet.
_PAUSES_S = (0.0, 0.01, 0.03, 0.1, 0.3)


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
            self._check_begin(seen.written[1])
        state: State = "same" if seen.which == self._seen.which else "another"
        if state == "same":
            self._seen = seen
        return state

    def _check_begin(self, size: int) -> None:
        """See that the file begins as a database does, whatever the log beside it has of that."""
        for pause_s in _PAUSES_S if size > 0 else ():
            time.sleep(pause_s)
            if _begins(self._path):
                return
        raise StoreUnavailable(
            f"{self._path} is no database any more; nothing was changed. Put a copy from a "
            "backup in its place, and all goes on."
        )


def _begins(path: Path) -> bool:
    """Whether SQLite takes the first page of a file for one of its own.

    Only SQLite may open it: whoever closes a file takes all locks of the process from it, and then
    others would throw away the log that our connections read (sqlite.org/howtocorrupt.html, 2.2).
    """
    address = f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as connection:
            connection.execute("PRAGMA user_version").fetchone()
    except sqlite3.DatabaseError:
        return False
    return True
