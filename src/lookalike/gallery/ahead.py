"""Keeps what an iterator starts a few steps ahead of whoever waits for its results."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")


def ahead(items: Iterable[Item], depth: int) -> Iterator[Item]:
    """The same items in the same order, with `depth` of them under way."""
    window: deque[Item] = deque()
    for item in items:
        window.append(item)
        if len(window) > depth:
            yield window.popleft()
    yield from window
