"""Makes the codes of large indexes, one at a time, behind everything else."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from lookalike.gallery.index.named import NamedIndex

# Of a process whose photos come first.
_NICE = 10


class Sealing:
    """Searches scan while codes are made, so nobody waits for it."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, "sealing", _yield_to_others)
        self._under_way: set[int] = set()

    def see_to(self, index: NamedIndex) -> None:
        """Make the codes of an index if they are due and not under way."""
        if index.stale() and id(index) not in self._under_way:
            self._under_way.add(id(index))
            self._pool.submit(self._seal, index)

    def close(self) -> None:
        """Codes that are being made are finished first: it cannot be stopped half-way."""
        self._pool.shutdown(cancel_futures=True)

    def _seal(self, index: NamedIndex) -> None:
        try:
            index.seal()
        finally:
            self._under_way.discard(id(index))


def _yield_to_others() -> None:
    # Threads have priorities of their own on Linux alone.
    with suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
