"""Processes that we start: Ctrl-C is not for them, and they end when their parent does."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import connection


@contextmanager
def unheard() -> Iterator[None]:
    """Ctrl-C is for the parent alone: a process started in here does not get it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def end_with_parent(stop: Callable[[], None] | None = None, grace_s: float = 0) -> None:
    """End this process when its parent does: one that was killed cannot tell it to.

    `stop` is called first, and the process has `grace_s` seconds to end by itself.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def wait() -> None:
        connection.wait([parent.sentinel])
        if stop is not None:
            stop()
        time.sleep(grace_s)
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
