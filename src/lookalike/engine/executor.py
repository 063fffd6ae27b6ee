"""Runs the engine beside the event loop: a few photos at a time, a bounded number waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import Protocol, TypeVar

from anyio import CapacityLimiter, from_thread, to_thread

from lookalike.errors import Busy

Result = TypeVar("Result")

# Threads beyond those at work, for calls that rest.
_RESTING = 32


class Watch(Protocol):
    """Is told of every call."""

    def waiting(self) -> AbstractContextManager[None]:
        """In here a call waits for its place."""

    def under_way(self) -> AbstractContextManager[None]:
        """In here it has one."""


class _Unwatched:
    def waiting(self) -> AbstractContextManager[None]:
        return nullcontext()

    under_way = waiting


class Executor:
    """So many threads at work as the engine says (`Engine.at_once`), and a queue before them.

    A call that waits for something else than the processor `rests`, and gives its place to another.
    """

    def __init__(self, queue: int, threads: int, watch: Watch | None = None) -> None:
        self._queue = queue
        self._watch = watch or _Unwatched()
        self._places = CapacityLimiter(threads)
        self._threads = CapacityLimiter(threads + _RESTING)
        # Of the call that a thread is at.
        self._place: ContextVar[object] = ContextVar("place", default=None)

    @property
    def is_full(self) -> bool:
        """Whether as many calls are waiting as may."""
        waiting = self._places.statistics().tasks_waiting
        return not self._places.available_tokens and waiting >= self._queue

    async def run(self, call: Callable[[], Result]) -> Result:
        """The result of `call`, run in a thread.

        Raises:
            Busy: as many calls are waiting as may.
        """
        if self.is_full:
            waiting = self._places.statistics().tasks_waiting
            raise Busy(f"{waiting} photos are waiting already; try again in a few seconds.")
        place = object()
        with self._watch.waiting():
            await self._places.acquire_on_behalf_of(place)
        before = self._place.set(place)
        try:
            with self._watch.under_way():
                return await to_thread.run_sync(call, limiter=self._threads)
        finally:
            self._place.reset(before)
            self._places.release_on_behalf_of(place)

    @contextmanager
    def resting(self) -> Iterator[None]:
        """In here the call that the thread is at, if it is at one, holds no place."""
        place = self._place.get()
        if place is None:
            yield
            return
        from_thread.run_sync(self._places.release_on_behalf_of, place)
        try:
            yield
        finally:
            from_thread.run(self._places.acquire_on_behalf_of, place)
