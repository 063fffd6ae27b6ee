"""Faces in a process that is killed when a photo takes too long, and replaced.

Decoders are written in C and read what strangers send. One that never ends, takes all memory or
breaks down takes that process along; the other photos that were there are looked at by the next.
"""

from __future__ import annotations

import atexit
import itertools
import logging
import multiprocessing
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from lookalike.config import Settings
from lookalike.errors import PhotoBroke, PhotoError, PhotoTooSlow
from lookalike.faces.apart import child
from lookalike.faces.apart.asked import AskedFaces
from lookalike.faces.apart.messages import Answered, Asked, Begun
from lookalike.faces.models.network import Library
from lookalike.processes import unheard

Serve = Callable[[Settings, Connection], None]

_LOG = logging.getLogger("lookalike")
# How many processes a call may see end: it may be the reason though it was not being worked on.
_TRIES = 2
# Seconds before another is started where one ended before it was ready.
_PAUSE_S = 1.0
# How often it is seen whether it is late.
_LOOK_S = 0.5
_BROKE = "The process that looked at the photo broke down over it."


@dataclass(slots=True, eq=False)
class _Call:
    """
    Attributes:
        tries: how many processes ended before they answered it.
    """

    asked: Asked
    tries: int = 0
    answer: Future[Any] = field(default_factory=Future)


class Confined(AskedFaces):
    """Starts the process at once; see `Faces`."""

    # While some are looked at together, the next ones are on their way.
    at_once = 2 * child.MOST

    def __init__(self, settings: Settings, serve: Serve = child.serve) -> None:
        """
        Args:
            serve: what the process does, a function of some module.

        Raises:
            SetupError: a model that was chosen is not there, or damaged.
        """
        super().__init__(settings)
        self._serve = serve
        self._settings = settings
        self._numbers = itertools.count()
        self._calls: dict[int, _Call] = {}
        self._current: int | None = None
        self._heard = time.monotonic()
        self._turn = threading.Lock()
        self._closed = False
        self._opened: Future[Library] = Future()
        self._process, self._connection = self._started()
        threading.Thread(target=self._listen, daemon=True).start()
        # Else this process would wait for that one, which ends when it is told to by us alone.
        atexit.register(self.close)

    def close(self) -> None:
        atexit.unregister(self.close)
        self._closed = True
        self._process.kill()

    @property
    def library(self) -> Library:
        return self._opened.result()

    @property
    def ready(self) -> bool:
        return self._ready and self._process.is_alive()

    def warm(self) -> None:
        self._opened.result()

    def _ask(self, method: str, *arguments: object) -> object:
        self._opened.result()
        call = _Call(Asked(next(self._numbers), method, arguments))
        with self._turn:
            if not self._calls:
                self._heard = time.monotonic()
            self._calls[call.asked.number] = call
            self._send(call)
        return call.answer.result()

    def _send(self, call: _Call) -> None:
        try:
            self._connection.send(call.asked)
        except OSError:
            # It has just ended: the next one is asked again.
            return

    def _started(self) -> tuple[BaseProcess, Connection]:
        self._ready = False
        # A fork would inherit the locks of libraries that run threads.
        spawning = multiprocessing.get_context("spawn")
        ours, theirs = spawning.Pipe()
        process = spawning.Process(
            target=self._serve, args=(self._settings, theirs), daemon=True, name="faces"
        )
        with unheard():
            process.start()
        theirs.close()
        return process, ours

    def _listen(self) -> None:
        """Until closed: hear what it says, and replace it when it ends or takes too long."""
        while not self._closed:
            try:
                if self._connection.poll(_LOOK_S):
                    self._hear(self._connection.recv())
                elif self._late():
                    self._replace(PhotoTooSlow(self._too_slow))
            except (EOFError, OSError):
                self._replace(PhotoBroke(_BROKE))

    @property
    def _too_slow(self) -> str:
        return (
            f"The photo took longer than {self._settings.deadline} seconds (LOOKALIKE_DEADLINE) "
            "and was given up."
        )

    def _late(self) -> bool:
        """Whether it should have said something since."""
        silent = time.monotonic() - self._heard
        return self._ready and bool(self._calls) and silent > self._settings.deadline

    def _hear(self, said: object) -> None:
        self._heard = time.monotonic()
        if isinstance(said, Begun):
            self._current = said.number
        elif isinstance(said, Answered):
            self._current = None
            _settle(self._calls.pop(said.number).answer, said.answer)
        else:
            self._ready = True
            if not self._opened.done():
                _settle(self._opened, said)
            self._closed = isinstance(said, Exception)

    def _replace(self, reason: PhotoError) -> None:
        """Start another process; what was being looked at is told why, the rest is asked again."""
        if self._closed:
            return
        _LOG.warning("A process that looks at photos is replaced: %s", reason)
        # Whoever waits for it to read on has the turn, and hears that it is gone.
        self._process.kill()
        self._process.join()
        with self._turn:
            self._connection.close()
            for number, call in list(self._calls.items()):
                call.tries += 1
                if number == self._current or call.tries > _TRIES:
                    _settle(self._calls.pop(number).answer, reason)
            self._current = None
            if not self._ready:
                time.sleep(_PAUSE_S)
            self._process, self._connection = self._started()
            for call in self._calls.values():
                self._send(call)


def _settle(future: Future[Any], answer: object) -> None:
    if isinstance(answer, Exception):
        future.set_exception(answer)
    else:
        future.set_result(answer)
