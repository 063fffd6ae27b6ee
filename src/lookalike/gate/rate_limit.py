"""How often each of many may do something."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol

# How many are known at a time. Who was not heard of for longest is forgotten first.
_MOST = 20_000


class Limit(Protocol):
    """A token bucket for every name, such as an access key or an address."""

    def admits(self, name: str, rate: float) -> bool:
        """Whether it may be done now, at `rate` times a second; if so, that counts. As often as a
        second allows, and once at least, it may be done at once."""

    def wait(self, name: str, rate: float, at_once: float, *, only_ask: bool = False) -> float:
        """Seconds until it may be done; 0 where it may be done now, and that counts unless it is
        `only_ask`ed.

        Args:
            rate: how often in a second.
            at_once: how often without a pause, after a long one.
        """


class RateLimit:
    """One in this process.

    Worker processes do not know of each other's requests, so each lets through its share of a
    rate. A client that keeps one connection open, and so calls one worker only, is held to that
    share.
    """

    def __init__(self, workers: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._workers = workers
        self._clock = clock
        self._lock = threading.Lock()
        # Tokens, and when they were counted.
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def admits(self, name: str, rate: float) -> bool:
        return not self.wait(name, rate, rate)

    def wait(self, name: str, rate: float, at_once: float, *, only_ask: bool = False) -> float:
        share, most = rate / self._workers, max(1.0, at_once / self._workers)
        with self._lock:
            now = self._clock()
            tokens, counted = self._buckets.get(name, (most, now))
            tokens = min(most, tokens + (now - counted) * share)
            admitted = tokens >= 1
            if not only_ask:
                self._buckets[name] = (tokens - admitted, now)
                self._buckets.move_to_end(name)
                if len(self._buckets) > _MOST:
                    self._buckets.popitem(last=False)
        return 0.0 if admitted else (1 - tokens) / share
