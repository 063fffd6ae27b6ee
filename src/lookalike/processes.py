"""What every process that we start beside a command or a server has in common."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import connection
from typing import Any


class CtrlC:
    """A context in which the first Ctrl-C is only noted; `check` raises it where work may end.

    Raised at just any moment it would leave a write half done, or come up in what Python calls by
    itself (a finalizer, an import), which prints it as ignored and goes on. The second is raised
    at once. Where this is not the main thread, none is heard.
    """

    def __init__(self) -> None:
        self.pressed = False
        self._before: Any = None

    def __enter__(self) -> CtrlC:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def check(self) -> None:
        """
        Raises:
            KeyboardInterrupt: Ctrl-C was pressed.
        """
        if self.pressed:
            raise KeyboardInterrupt

    def _note(self, *_: object) -> None:
        self.check()
        self.pressed = True


@contextmanager
def unheard() -> Iterator[None]:
    """Ctrl-C is for the parent alone: a process started in here does not get it.

    The parent hears it afterwards: raised while a process starts, it would leave that one waiting
    for the rest of what it starts with.
    """
    with CtrlC() as ctrl_c, _blocked():
        yield
    if ctrl_c.pressed:
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
