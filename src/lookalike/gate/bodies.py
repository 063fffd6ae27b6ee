"""Bodies of requests: none is read before somebody wants it, for longer than it may take, or beyond
what is held of strangers at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import anyio
from anyio import to_thread
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lookalike.config import Settings
from lookalike.gate.budget import Budget, Memory
from lookalike.gate.proxies import own_path
from lookalike.gate.refusal import Refusal, Refuse
from lookalike.gate.shares import Shares
from lookalike.gate.spool import Spool

# Bytes a second that a body has to come with, after the first seconds: half a megabit.
_SLOWEST = 64 * 1024
# Two photos of 5 MB in base64, and what is around them; `Wire.largest_body` knows it exactly.
_LARGEST_OF_AMAZON = 16 * 1024 * 1024
_CLOSE = (b"connection", b"close")


@dataclass(frozen=True, slots=True)
class Bounds:
    """
    Attributes:
        largest: bytes of one body.
        held: bytes of all of them together.
        memory: bytes of those that are worked on.
        timeout: seconds in which one has to come; each 64 KB give a second more.
        folder: for those that are too large for memory until they are complete.
    """

    largest: int
    held: int
    memory: int
    timeout: float
    folder: Path

    @classmethod
    def of(cls, settings: Settings, largest: int) -> Bounds:
        return cls(
            largest,
            settings.bodies_bytes,
            settings.memory_bytes,
            settings.body_timeout,
            settings.cache,
        )


class Bodies:
    """ASGI middleware: a body is read when the app asks for it first, as a whole, and then handed
    on. One that may not be, or that comes too slowly, is answered by `refuse`; nothing more is read
    of it, and its connection ends."""

    def __init__(self, app: ASGIApp, bounds: Bounds, shares: Shares, refuse: Refuse) -> None:
        self._app = app
        self._bounds = bounds
        self._shares = shares
        self._refuse = refuse
        self._budget = Budget(bounds.held, max(bounds.largest, _LARGEST_OF_AMAZON))
        self._memory = Memory(bounds.memory)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # The Rekognition API has a bound of its own for what says how long it is.
        amazon = own_path(scope) == "/"
        largest = _LARGEST_OF_AMAZON if amazon else self._bounds.largest
        if not amazon and _declared(scope) > largest:
            refused = self._refuse(Request(scope), _too_large(largest))
            await refused(scope, receive, send)
            return
        bounds = replace(self._bounds, largest=largest)
        body = _Body(bounds, self._budget, self._memory, self._shares.visitor, receive)

        async def passed_on(message: Message) -> None:
            if body.refusal is not None:
                return
            if message["type"] == "http.response.start" and not body.is_complete(scope):
                # Nobody wants it: it is not read only so that the next request may be.
                message = {**message, "headers": [*_others(message), _CLOSE]}
            await send(message)

        try:
            await self._app(scope, body.receive, passed_on)
        except Exception:
            if body.refusal is None:
                raise
        finally:
            body.close()
        if body.refusal is not None:
            await self._refuse(Request(scope), body.refusal)(scope, receive, send)


class _Body:
    """That of one request."""

    def __init__(
        self, bounds: Bounds, budget: Budget, memory: Memory, visitor: str | None, receive: Receive
    ) -> None:
        self._bounds = bounds
        self._budget = budget
        self._memory = memory
        self._visitor = visitor
        self._receive = receive
        self._spool = Spool(bounds.folder)
        self._pieces: Iterator[bytes] | None = None
        self._complete = False
        self._in_memory = 0
        self._sent = 0
        # Why it is not taken.
        self.refusal: Refusal | None = None

    def is_complete(self, scope: Scope) -> bool:
        """Whether nothing of it is still to come."""
        return self._complete or not _has_body(scope)

    async def receive(self) -> Message:
        """What the app is handed; a body that is not taken looks as if the client had left."""
        if self._pieces is None:
            await self._collect()
            if not self._complete:
                return {"type": "http.disconnect"}
            self._in_memory = await self._memory.take(self._spool.size)
            self._pieces = self._spool.read()
            return self._piece()
        return self._piece() if self._sent < self._spool.size else await self._receive()

    def _piece(self) -> Message:
        assert self._pieces is not None  # nosec B101 # for types alone
        piece = next(self._pieces, b"")
        self._sent += len(piece)
        return {
            "type": "http.request",
            "body": piece,
            "more_body": self._sent < self._spool.size,
        }

    async def _collect(self) -> None:
        begun = anyio.current_time()
        while not self._complete and self.refusal is None:
            seconds = self._bounds.timeout + self._spool.size / _SLOWEST
            with anyio.move_on_at(begun + seconds) as scope:
                message = await self._receive()
            if scope.cancelled_caught:
                self.refusal = _too_slow(self._bounds.timeout)
            elif message["type"] != "http.request":
                return
            else:
                await self._take(message.get("body", b""))
                self._complete = not message.get("more_body", False)

    async def _take(self, data: bytes) -> None:
        if self._spool.size + len(data) > self._bounds.largest:
            self.refusal = _too_large(self._bounds.largest)
            return
        self.refusal = self._budget.obstacle(self._visitor, len(data))
        if self.refusal is not None:
            return
        self._budget.hold(self._visitor, len(data))
        try:
            if self._spool.fits(data):
                self._spool.write(data)
            else:
                await to_thread.run_sync(self._spool.write, data)
        except OSError:
            self._budget.release(self._visitor, len(data))
            self.refusal = Refusal(
                503, "busy", "There is no room for large bodies now; try again later.", 60
            )

    def close(self) -> None:
        self._budget.release(self._visitor, self._spool.size)
        self._memory.give_back(self._in_memory)
        self._spool.close()


def _too_large(most: int) -> Refusal:
    return Refusal(413, "image-too-large", f"A request may have at most {most:,} bytes.")


def _too_slow(seconds: float) -> Refusal:
    return Refusal(
        408,
        "too-slow",
        f"The body did not come in time: it has {seconds:g} seconds (LOOKALIKE_BODY_TIMEOUT), and "
        "one more for each 64 KB.",
    )


def _declared(scope: Scope) -> int:
    """Bytes of the body, as the request says; 0 where it does not."""
    text = dict(scope["headers"]).get(b"content-length", b"0")
    return int(text) if text.isdigit() else 0


def _has_body(scope: Scope) -> bool:
    return _declared(scope) > 0 or b"transfer-encoding" in dict(scope["headers"])


def _others(message: Message) -> list[tuple[bytes, bytes]]:
    """The headers of an answer, but for whether its connection goes on."""
    return [each for each in message.get("headers", ()) if each[0].lower() != _CLOSE[0]]
