"""Wikimedia, asked in a thread of its own while this one goes on."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal

from lookalike.faces.apart.workers import ahead
from lookalike.gallery.wikimedia.client import Patience, Wikimedia
from lookalike.processes import Interrupt

# How often Ctrl-C is looked for while there is nothing to do, in seconds.
_LISTENING = 0.2

Thing = TypeVar("Thing")
Answer = TypeVar("Answer")


class Connection:
    """For one run.

    Attributes:
        interrupt: by which Ctrl-C is heard, even when Wikimedia asked to wait for long.
        stopped: why nobody further can be asked for, or None.
    """

    def __init__(self, portal: BlockingPortal, wikimedia: Wikimedia) -> None:
        self.interrupt = Interrupt()
        self.stopped: str | None = None
        self._portal = portal
        self._wikimedia = wikimedia
        self._under_way: set[Future[Any]] = set()

    def begin(self, ask: Callable[..., Awaitable[Answer]], *args: object) -> Future[Answer]:
        """Begin to ask: `ask` is given Wikimedia and the arguments."""
        task: Future[Answer] = self._portal.start_task_soon(ask, self._wikimedia, *args)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task

    def wait(self, task: Future[Answer]) -> Answer:
        """What was asked for.

        Raises:
            KeyboardInterrupt: Ctrl-C was pressed.
        """
        while not wait([task], _LISTENING).done:
            self.interrupt.check()
        return task.result()

    def asked(
        self,
        ask: Callable[[Wikimedia, Sequence[Thing]], Awaitable[Sequence[Answer]]],
        things: Sequence[Thing],
        size: int,
        depth: int = 0,
    ) -> Iterator[Answer]:
        """The answers about some things in their order, asked for by `size`, with `depth` more
        batches under way."""
        batches = (things[start : start + size] for start in range(0, len(things), size))
        for task in ahead((self.begin(ask, batch) for batch in batches), depth):
            yield from self.wait(task)

    def cancel(self) -> None:
        """Give up what is under way."""
        for task in tuple(self._under_way):
            task.cancel()


@contextmanager
def connected(
    folder: Path,
    client: httpx.AsyncClient,
    patience: Patience,
    now: Callable[[], float] = time.time,
) -> Iterator[Connection]:
    """
    Args:
        folder: what Wikimedia's clients on this machine share.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(client):
        yield Connection(portal, Wikimedia(folder, client, now, patience))
