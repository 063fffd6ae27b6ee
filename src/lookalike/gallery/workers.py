"""Worker processes that look at portraits, one a core.

Decoding takes 4 % of a portrait's time and the two networks 95 %, so a thread that decodes ahead
gains nothing, and two analyzers in threads of one process were slower than one. Two processes look
at 80 portraits of 160 px a second on two cores. None is started before it is needed.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import connection
from typing import TypeVar

from lookalike.config import Settings
from lookalike.errors import PhotoError, SetupError
from lookalike.faces.analyzer import Analyzer, Face
from lookalike.gallery.portrait import subject

# The face that a portrait is of, or why there is none.
Look = Face | str
Answer = TypeVar("Answer")


class Workers:
    """A context: `with Workers(settings) as workers`."""

    def __init__(self, settings: Settings, processes: int | None = None) -> None:
        self.processes = processes or max(1, _cores() // settings.threads)
        # A fork would inherit the locks of libraries that run threads.
        self._pool = ProcessPoolExecutor(
            self.processes, multiprocessing.get_context("spawn"), _start, (settings,)
        )

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def look(self, data: bytes) -> Future[Look]:
        """Look at a portrait when a worker is free."""
        return self.ask(_look, data)

    def ask(self, question: Callable[[Analyzer, bytes], Answer], data: bytes) -> Future[Answer]:
        """Put a question about a photo when a worker is free; a function of some module."""
        with _unheard(), _stopped_is_an_error():
            return self._pool.submit(_ask, question, data)


def result(answer: Future[Answer]) -> Answer:
    """Wait for an answer.

    Raises:
        SetupError: a worker was stopped, perhaps for lack of memory.
    """
    with _stopped_is_an_error():
        return answer.result()


@contextmanager
def _stopped_is_an_error() -> Iterator[None]:
    try:
        yield
    except BrokenProcessPool:
        raise SetupError(
            "A worker process stopped, perhaps for lack of memory. What was added is kept; "
            "run the same command again to go on."
        ) from None


@contextmanager
def _unheard() -> Iterator[None]:
    """Ctrl-C is for the parent alone: a process started in here does not get it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


# The analyzer of a worker process; a pool gives its calls no other place to keep one.
_analyzer: Analyzer | None = None


def _start(settings: Settings) -> None:
    global _analyzer
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _analyzer = Analyzer(settings)


def _end_with_parent() -> None:
    """A pool's workers outlive a parent that was killed unless they look for it."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _ask(question: Callable[[Analyzer, bytes], Answer], data: bytes) -> Answer:
    assert _analyzer is not None
    return question(_analyzer, data)


def _look(analyzer: Analyzer, data: bytes) -> Look:
    try:
        return subject(analyzer.analyze(data))
    except PhotoError as error:
        return str(error).rstrip(".")
