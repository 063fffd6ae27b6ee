"""Writers of one process, who take turns: few may wait, and none of them in the way of others."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from lookalike.errors import StoreBusy

# How many threads may wait to write. A change takes a few milliseconds, unless another process, or
# the disk, is slow: then more would only pile up.
_MOST = 8

# What whoever changes something is in meanwhile: it gives its place to those who compute.
Rest = Callable[[], AbstractContextManager[None]]


class Turns:
    def __init__(self) -> None:
        self._places = threading.BoundedSemaphore(_MOST)

    @contextmanager
    def taken(self) -> Iterator[None]:
        """
        Raises:
            StoreBusy: as many wait as may.
        """
        if not self._places.acquire(blocking=False):
            raise StoreBusy(
                f"{_MOST} changes are waiting for the store already; nothing was changed. Try "
                "again in a few seconds."
            )
        try:
            yield
        finally:
            self._places.release()
