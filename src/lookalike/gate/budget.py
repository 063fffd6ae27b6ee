"""How many bytes of strangers a process holds at a time, in all and of each address."""

from __future__ import annotations

from collections import Counter

import anyio

from lookalike.gate.refusal import Refusal

_RETRY_AFTER = 5
# Part of all that one address may hold.
_SHARE = 4


class Budget:
    """What is held of bodies, wherever it lies. It is used in the event loop alone."""

    def __init__(self, most: int, largest: int) -> None:
        """
        Args:
            most: bytes in all.
            largest: bytes of one body, which every address may hold.
        """
        self._most = max(most, largest)
        self._most_each = max(most // _SHARE, largest)
        self._held = 0
        self._by_visitor: Counter[str] = Counter()

    def obstacle(self, visitor: str | None, size: int) -> Refusal | None:
        """Why so many more bytes may not be held.

        Args:
            visitor: None: is not counted alone.
        """
        if visitor is not None and self._by_visitor[visitor] + size > self._most_each:
            return Refusal(
                429,
                "too-often",
                f"One address may have {self._most_each:,} bytes on their way in at a time.",
                _RETRY_AFTER,
            )
        if self._held + size > self._most:
            return Refusal(
                503,
                "busy",
                f"More than {self._most:,} bytes are on their way in; try again in a few seconds.",
                _RETRY_AFTER,
            )
        return None

    def hold(self, visitor: str | None, size: int) -> None:
        self._held += size
        if visitor is not None:
            self._by_visitor[visitor] += size

    def release(self, visitor: str | None, size: int) -> None:
        self._held -= size
        if visitor is not None:
            self._by_visitor[visitor] -= size
            if not self._by_visitor[visitor]:
                del self._by_visitor[visitor]


class Memory:
    """Bytes of bodies that are read into memory, to be worked on; who finds no room waits."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0
        self._freed: anyio.Event | None = None

    async def take(self, size: int) -> int:
        """How much was taken, once there is room for it; it is to be given back."""
        size = min(size, self._most)
        while self._held + size > self._most:
            self._freed = self._freed or anyio.Event()
            await self._freed.wait()
        self._held += size
        return size

    def give_back(self, size: int) -> None:
        self._held -= size
        if self._freed is not None:
            self._freed.set()
            self._freed = None
