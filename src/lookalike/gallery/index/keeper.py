"""Has files of large indexes made, one at a time behind all else, and opens those that are there.

Of several processes that need the same one makes it; the others wait, and open it too.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from lookalike.cache import say_unusable
from lookalike.database.changes import Mark
from lookalike.gallery.index import kept
from lookalike.gallery.index.codes import Codes, Coding
from lookalike.gallery.index.columns import Columns
from lookalike.gallery.index.kept import Kept
from lookalike.gallery.index.lists import LISTED_FROM, Lists
from lookalike.gallery.index.vectors import VectorIndex

# Of a process whose photos come first.
_NICE = 10
# Seconds between two looks whether it is one's turn.
_PAUSE = 0.2
_LOCK = "making.lock"


class Keeper:
    """The files of every index of a gallery. Searches scan while one is made: nobody waits."""

    def __init__(self, folder: Path, contract: str) -> None:
        self._folder = folder
        self._contract = contract
        self._pool = ThreadPoolExecutor(1, "columns", _yield_to_others)
        self._under_way: set[str] = set()
        self._closing = threading.Event()

    def read(self, index: str) -> Kept | None:
        """What is kept of an index so called; what is there and cannot be used is removed."""
        found = kept.read(self._place(index), index, self._contract)
        if found is None:
            self.forget(index)
        return found

    def see_to(
        self,
        index: str,
        vectors: VectorIndex,
        mark: Mark,
        known: Kept | None,
        made: Callable[[Kept], None],
    ) -> None:
        """Have the file of an index made, if that is not under way.

        Args:
            mark: a change after which the vectors were read.
            known: the file that is open.
            made: called in another thread when there is another one.
        """
        if index not in self._under_way:
            self._under_way.add(index)
            self._pool.submit(self._make, index, vectors.snapshot(), mark, known, made)

    def forget(self, index: str) -> None:
        """Remove the file of an index, if there is one."""
        with suppress(OSError):
            self._place(index).unlink(missing_ok=True)

    def keep_only(self, indexes: Collection[str]) -> None:
        """Remove all but the files of those indexes: of others there are no people."""
        stay = {self._place(each).name for each in indexes} | {_LOCK}
        with suppress(OSError):
            for each in self._folder.iterdir():
                if each.is_dir():
                    shutil.rmtree(each, ignore_errors=True)
                elif each.name not in stay and not each.name.startswith("."):
                    each.unlink(missing_ok=True)

    def close(self) -> None:
        """What is being made is finished first: it cannot be stopped half-way."""
        self._closing.set()
        self._pool.shutdown(cancel_futures=True)

    def _place(self, index: str) -> Path:
        """Names of indexes hold ids of collections, which are no names of files."""
        return self._folder / hashlib.sha256(index.encode()).hexdigest()[:24]

    def _make(
        self,
        index: str,
        now: Callable[[], Columns],
        mark: Mark,
        known: Kept | None,
        made: Callable[[Kept], None],
    ) -> None:
        place = self._place(index)
        try:
            with self._turn():
                there = kept.which(place)
                if there is None or (known is not None and there == known.file):
                    columns = now()
                    codes = coding_of(columns)
                    kept.write(place, columns, codes, index, self._contract, mark)
            found = self.read(index)
        except Timeout:
            return
        except OSError as error:
            # It stays under way: this process tries no more, and scans.
            say_unusable(self._folder, error)
            return
        self._under_way.discard(index)
        if found is not None:
            made(found)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """No process makes a file beside another.

        Raises:
            Timeout: this one is closed before its turn has come.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._folder / _LOCK)
        while True:
            try:
                lock.acquire(blocking=False)
                break
            except Timeout:
                if self._closing.wait(_PAUSE):
                    raise
        try:
            # What a process left that was killed while its turn was.
            for each in self._folder.glob(".*.part"):
                each.unlink(missing_ok=True)
            yield
        finally:
            lock.release()


def coding_of(columns: Columns) -> Coding:
    """Codes, in lists where there are very many. It takes minutes for ten million vectors."""
    kind = Lists if len(columns) >= LISTED_FROM else Codes
    return kind.build(columns.vectors, threads=1)


def _yield_to_others() -> None:
    # Threads have priorities of their own on Linux alone.
    with suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
