"""Ctrl-C while people are added: heard between two writes, never inside one."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Interrupt:
    """For one run, and for everything in it that keeps it waiting."""

    def __init__(self) -> None:
        self._pressed = threading.Event()

    def check(self) -> None:
        """
        Raises:
            KeyboardInterrupt: Ctrl-C was pressed while it was `deferred`.
        """
        if self._pressed.is_set():
            raise KeyboardInterrupt

    @contextmanager
    def deferred(self) -> Iterator[None]:
        """In here the first Ctrl-C is only noted: raised inside a write, it would leave the report
        wrong. The second one is raised at once."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.signal(signal.SIGINT, self._press)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def _press(self, *_: object) -> None:
        self.check()
        self._pressed.set()
