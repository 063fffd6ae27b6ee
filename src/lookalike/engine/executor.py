"""Runs the engine beside the event loop: a few photos at a time, a bounded number waiting."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

from lookalike.errors import Busy

Result = TypeVar("Result")


class Executor:
    """So many threads at work as the engine says (`Engine.at_once`), and a queue before them."""

    def __init__(self, queue: int, threads: int) -> None:
        self._queue = queue
        self._limiter = CapacityLimiter(threads)

    async def run(self, call: Callable[[], Result]) -> Result:
        """The result of `call`, run in a thread.

        Raises:
            Busy: as many calls are waiting as may.
        """
        waiting = self._limiter.statistics().tasks_waiting
        if not self._limiter.available_tokens and waiting >= self._queue:
            raise Busy(f"{waiting} photos are waiting already; try again in a few seconds.")
        return await to_thread.run_sync(call, limiter=self._limiter)
