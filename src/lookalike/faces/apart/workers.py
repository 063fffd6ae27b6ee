"""Worker processes that look at portraits, one a core.

Decoding takes 4 % of a portrait's time and the two networks 95 %, so a thread that decodes ahead
gains nothing, and two analyzers in threads of one process were slower than one. Two processes look
at 80 portraits of 160 px a second on two cores. None is started before it is needed.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Iterable, Iterator, Set
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

from lookalike.config import Settings
from lookalike.errors import LookalikeError, PhotoError, SetupError
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.apart.seen import Answer, Question, Read, Seen
from lookalike.faces.photo import Face
from lookalike.faces.vectors import Floats
from lookalike.processes import end_with_parent, unheard

# The face that a portrait is of, or why there is none.
FaceOrReason = Face | str
# The (dimension,) embedding of the face in a thumbnail, or why there is none.
Vector = Floats | str

Item = TypeVar("Item")

# Photos read ahead for each worker process: none waits for the disk, few wait in memory.
_AHEAD = 4


class Workers:
    """A context: `with Workers(settings) as workers`; see `Lookers`."""

    def __init__(self, settings: Settings, processes: int | None = None) -> None:
        self.settings = settings
        self.processes = processes or max(1, _cores() // settings.threads)
        # A fork would inherit the locks of libraries that run threads.
        spawning = multiprocessing.get_context("spawn")
        # Its queues start a process too.
        with unheard():
            self._pool = ProcessPoolExecutor(self.processes, spawning, _start, (settings,))

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def through(
        self,
        photos: Iterable[Read],
        question: Question[Answer],
        known: Set[str] = frozenset(),
    ) -> Iterator[Seen[Answer]]:
        asked: set[str] = set()

        def begun(read: Read) -> Seen[Future[Answer]]:
            try:
                data = read()
            except (OSError, LookalikeError) as error:
                return Seen("", unread=error)
            known_by = hashlib.sha256(data).hexdigest()
            if known_by in known or known_by in asked:
                return Seen(known_by)
            asked.add(known_by)
            return Seen(known_by, self.ask(question, data))

        for each in self.ahead(map(begun, photos)):
            answer = None if each.answer is None else result(each.answer)
            yield Seen(each.known_by, answer, each.unread)

    def embed(self, thumbnail: bytes) -> Future[Vector]:
        """Embed the face of a thumbnail when a worker is free."""
        return self.ask(_embed, thumbnail)

    def ask(self, question: Question[Answer], data: bytes) -> Future[Answer]:
        """Put a question about a photo when a worker is free."""
        with unheard(), _stopped_is_an_error():
            return self._pool.submit(_ask, question, data)

    def ahead(self, items: Iterable[Item]) -> Iterator[Item]:
        """The same items in the same order, taken so early that no worker waits for the next."""
        return ahead(items, _AHEAD * self.processes)


def main_face(*, thumbnail: bool) -> Question[FaceOrReason]:
    """Whose face a portrait is, and how it looks; with `thumbnail`, make one of it."""
    return partial(_look, thumbnail=thumbnail)


def result(answer: Future[Answer]) -> Answer:
    """Wait for a worker.

    Raises:
        SetupError: a worker was stopped, perhaps for lack of memory.
    """
    with _stopped_is_an_error():
        return answer.result()


def ahead(items: Iterable[Item], depth: int) -> Iterator[Item]:
    """The same items in the same order, with `depth` of them under way."""
    window: deque[Item] = deque()
    for item in items:
        window.append(item)
        if len(window) > depth:
            yield window.popleft()
    yield from window


@contextmanager
def _stopped_is_an_error() -> Iterator[None]:
    try:
        yield
    except BrokenProcessPool:
        raise SetupError(
            "A worker process stopped, perhaps for lack of memory. What was added is kept; "
            "run the same command again to go on."
        ) from None


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


# The analyzer of a worker process; a pool gives its calls no other place to keep one.
_analyzer: Analyzer | None = None


def _start(settings: Settings) -> None:
    global _analyzer
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    _analyzer = Analyzer(settings)


def _ask(question: Question[Answer], data: bytes) -> Answer:
    assert _analyzer is not None  # nosec B101 # for types alone
    return question(_analyzer, data)


def _look(analyzer: Analyzer, data: bytes, thumbnail: bool) -> FaceOrReason:
    try:
        face = analyzer.analyze(data, appearances=True).main_face()
        return analyzer.with_thumbnail(face, data) if thumbnail else face
    except PhotoError as error:
        return str(error).rstrip(".")


def _embed(analyzer: Analyzer, thumbnail: bytes) -> Vector:
    try:
        return analyzer.embed_thumbnail(thumbnail)
    except PhotoError as error:
        return str(error).rstrip(".")
