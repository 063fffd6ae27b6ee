"""Processes that we start: Ctrl-C is not for them, they end when their parent does, and they keep
their memory together."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import connection

# Of <malloc.h>, and how many heaps are enough for the few threads that are at work.
_M_ARENA_MAX, _HEAPS = -8, 2


class Interrupt:
    """Ctrl-C while something goes on that it may not break off: noted, and raised where it may.

    Raised at just any moment it would leave a report wrong, or come up in what Python calls by
    itself (a finalizer, an import), which prints it as ignored and goes on.
    """

    def __init__(self) -> None:
        self.pressed = False

    def check(self) -> None:
        """
        Raises:
            KeyboardInterrupt: Ctrl-C was pressed while it was `deferred`.
        """
        if self.pressed:
            raise KeyboardInterrupt

    @contextmanager
    def deferred(self) -> Iterator[None]:
        """In here the first Ctrl-C is only noted; the second is raised at once.

        Where this is not the main thread, none is heard.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.signal(signal.SIGINT, self._press)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    @contextmanager
    def heard(self) -> Iterator[None]:
        """In here, where it is `deferred` around, it is raised at once: while somebody is asked."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def _press(self, *_: object) -> None:
        self.check()
        self.pressed = True


@contextmanager
def unheard() -> Iterator[None]:
    """Ctrl-C is for the parent alone: a process started in here does not get it.

    The parent hears it afterwards: raised while a process starts, it would leave that one waiting
    for the rest of what it starts with.
    """
    interrupt = Interrupt()
    with interrupt.deferred(), _blocked():
        yield
    if interrupt.pressed:
        signal.raise_signal(signal.SIGINT)


@contextmanager
def _blocked() -> Iterator[None]:
    """What is started in here inherits that this thread gets no Ctrl-C."""
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


def end_within(seconds: float) -> None:
    """End this process after so many seconds, whatever its threads are at, or it ends before."""

    def wait() -> None:
        time.sleep(seconds)
        os._exit(128 + signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()


def share_heaps() -> None:
    """Let the threads of this process take memory from few heaps, before it starts any.

    glibc gives each thread a heap of its own, up to eight a core, and photos are looked at in
    whichever thread is free: each heap comes to hold what the largest photo took. Two save some 30
    MB of a worker and cost no time (benchmarks/serving.py). Other systems have no such heaps.
    """
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(_M_ARENA_MAX, _HEAPS)


def give_back_heaps() -> None:
    """Let the system have what this process holds and does not use any more, where it can."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
