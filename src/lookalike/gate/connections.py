"""Connections to uvicorn, which takes as many as come, waits for ever for headers and for readers,
and reads on what nobody wants.

A server of somebody else's (Ray's, a proxy) has bounds of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from lookalike.config import Settings, is_loopback
from lookalike.gate import proxies
from lookalike.gate.shares import visitor

# Bytes of the headers of one request; h11 and nginx allow as much or less.
_MOST_HEAD = 64 * 1024
# Seconds that a client may read nothing of what is sent to it.
_PATIENCE_S = 30.0
# After an answer to a request that is not read to its end, a client still sends: were the
# connection closed at once, it would hear of that and not of the answer. It has so long for it, and
# so many bytes.
_LINGERING_S, _LINGERING = 1.0, 4 * 1024 * 1024

_HEAD_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: text/plain\r\n"
    b"connection: close\r\n\r\nThe headers of a request may have at most 65,536 bytes."
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """
    Attributes:
        trusted: proxies, who have many connections for others.
        header_s: seconds in which headers have to come.
    """

    most: int
    most_each: int
    trusted: str
    header_s: float

    @classmethod
    def of(cls, settings: Settings) -> Bounds:
        return cls(
            settings.connections,
            settings.connections_per_address,
            proxies.checked(settings).trusted,
            settings.header_timeout,
        )


def protocol(settings: Settings) -> Callable[..., asyncio.Protocol]:
    """What uvicorn is to make of each connection: its setting `http`."""
    return partial(BoundedProtocol, Bounds.of(settings))


class BoundedProtocol(HttpToolsProtocol):
    """Speaks HTTP with deadlines, and with few of a kind."""

    def __init__(self, bounds: Bounds, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._bounds = bounds
        self._own: _Transport | None = None
        self._head = 0
        self._in_head = True
        self._head_timer: asyncio.TimerHandle | None = None
        self._write_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._own = _Transport(transport, self)
        super().connection_made(self._own)  # type: ignore[arg-type]
        if self._is_too_many():
            transport.abort()
        else:
            self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        for timer in (self._head_timer, self._write_timer):
            if timer is not None:
                timer.cancel()
        if self._own is not None:
            self._own.is_over()

    def data_received(self, data: bytes) -> None:
        if self._own is not None and self._own.lingers:
            self._own.discard(len(data))
            return
        if not self._in_head and self.cycle.response_complete:
            self._await_head()
        super().data_received(data)
        self._head += len(data)
        if self._in_head and self._head > _MOST_HEAD and not self.transport.is_closing():
            self.transport.write(_HEAD_TOO_LARGE)
            self.transport.close()

    def on_headers_complete(self) -> None:
        self._in_head = False
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
        super().on_headers_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._write_timer = self.loop.call_later(_PATIENCE_S, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None

    @property
    def still_sends(self) -> bool:
        """Whether not all of the request was read that is answered."""
        return not self._in_head and self.cycle.more_body

    def _await_head(self) -> None:
        self._in_head, self._head = True, 0
        self._head_timer = self.loop.call_later(self._bounds.header_s, self._end)

    def _end(self) -> None:
        self.transport.close()

    def _is_too_many(self) -> bool:
        if len(self.connections) > self._bounds.most:
            return True
        host = self.client[0] if self.client else ""
        if is_loopback(host) or proxies.trusts(self._bounds.trusted, host):
            return False
        name, others = visitor(host), (getattr(each, "client", None) for each in self.connections)
        same = [each for each in others if each and visitor(each[0]) == name]
        return len(same) > self._bounds.most_each


class _Transport:
    """A transport that is closed so that whoever still sends hears the answer, and that is over
    even if nobody reads it."""

    def __init__(self, transport: asyncio.Transport, protocol: BoundedProtocol) -> None:
        self._transport = transport
        self._protocol = protocol
        self._timer: asyncio.TimerHandle | None = None
        self._discarded = 0
        self.lingers = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def is_closing(self) -> bool:
        return self.lingers or self._transport.is_closing()

    def close(self) -> None:
        if self.is_closing():
            return
        call_later = self._protocol.loop.call_later
        if self._protocol.still_sends and self._transport.can_write_eof():
            self.lingers = True
            self._transport.write_eof()
            self._transport.resume_reading()
            self._timer = call_later(_LINGERING_S, self._transport.abort)
        else:
            self._transport.close()
            self._timer = call_later(_PATIENCE_S, self._transport.abort)

    def discard(self, size: int) -> None:
        """Forget what comes after the answer."""
        self._discarded += size
        if self._discarded > _LINGERING:
            self._transport.abort()

    def is_over(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
