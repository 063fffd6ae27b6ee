"""How often each access key may call in a second."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class RateLimit:
    """A token bucket for every access key, in this process.

    Worker processes do not know of each other's requests, so each lets through its share of a
    rate. A client that keeps one connection open, and so calls one worker only, is held to that
    share. As many requests as a second allows, and one at least, may come at once.
    """

    def __init__(self, workers: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._workers = workers
        self._clock = clock
        self._lock = threading.Lock()
        # Tokens, and when they were counted.
        self._buckets: dict[str, tuple[float, float]] = {}

    def admits(self, key_id: str, rate: float) -> bool:
        """Whether a key may call now, at `rate` requests a second; if so, that counts as a call."""
        share = rate / self._workers
        most = max(1.0, share)
        with self._lock:
            now = self._clock()
            tokens, counted = self._buckets.get(key_id, (most, now))
            tokens = min(most, tokens + (now - counted) * share)
            admitted = tokens >= 1
            self._buckets[key_id] = (tokens - admitted, now)
        return admitted
