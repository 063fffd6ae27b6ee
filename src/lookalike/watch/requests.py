"""Every request from its headers to the end of its answer: numbered, counted, timed and logged."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lookalike.gate.proxies import own_path
from lookalike.gate.shares import visitor
from lookalike.watch import logs
from lookalike.watch.addresses import Addresses
from lookalike.watch.meters import Meters
from lookalike.watch.refusals import Refusals

_HEADER = b"x-request-id"
# Amazon's clients look for the number of their request here.
AMAZON_HEADER = "x-amzn-RequestId"
_KEY = "lookalike.note"
# Answered, as whoever watches over a server asks all day long, and no line in the log.
_QUIET = ("/healthz", "/readyz")
# A client that left before it was answered; nginx has this number for it.
_LEFT = 499
_NO_ROUTE = "(none)"
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@dataclass(slots=True)
class Note:
    """What is told of a request by those who answer it.

    Attributes:
        operation: of one of Amazon's APIs that are spoken here.
        service: whose operation it is.
        refusal: the code of the error that it is answered with.
    """

    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    operation: str | None = None
    service: str = "rekognition"
    refusal: str | None = None


def note_of(scope: Scope) -> Note:
    """That of a request, wherever it is answered."""
    note: Note = scope.setdefault(_KEY, Note())
    return note


class Watched:
    """ASGI middleware, before all others but what reads the headers of proxies."""

    def __init__(
        self, app: ASGIApp, meters: Meters, refusals: Refusals, addresses: Addresses
    ) -> None:
        self._app = app
        self._meters = meters
        self._refusals = refusals
        self._addresses = addresses

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        note, asked = note_of(scope), _Asked(scope)
        began = time.perf_counter()
        status = _LEFT

        async def numbered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                own = (_HEADER, note.id.encode())
                message = {**message, "headers": [*message.get("headers", ()), own]}
            await send(message)

        try:
            await self._app(scope, receive, numbered)
        except Exception:
            status, note.refusal = 500, "internal"
            raise
        finally:
            # Whoever left was not refused.
            if status >= 400 and status != _LEFT and note.refusal is None:
                note.refusal = f"status-{status}"
            self._tell(asked, note, status, time.perf_counter() - began)

    def _tell(self, asked: _Asked, note: Note, status: int, seconds: float) -> None:
        scope, method, route = asked.scope, asked.method, asked.route(note)
        host, _ = scope.get("client") or ("", 0)
        who = self._addresses.name(visitor(host) if host else None)
        self._meters.request(method, route, status, seconds)
        if note.refusal is not None:
            self._meters.refusal(note.refusal)
            self._refusals.add(method, route, status, note.refusal, who)
        if asked.path not in _QUIET or status >= 400:
            logs.say(
                logs.Line(
                    method=method,
                    path=logs.discreet(asked.path),
                    status=status,
                    ms=1000 * seconds,
                    id=note.id,
                    operation=note.operation,
                    refusal=note.refusal,
                    who=who,
                )
            )


class _Asked:
    """What a request asked for; apps that are mounted change its path and root on the way."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.path = own_path(scope)
        # A client may call it as it likes.
        self.method: str = scope["method"] if scope["method"] in _METHODS else "OTHER"
        self._root: str = scope.get("root_path", "")

    def route(self, note: Note) -> str:
        """The same, when it was answered, without what differs from one person to the next."""
        if note.operation is not None:
            return f"{note.service}:{note.operation}"
        route: Any = self.scope.get("route")
        mounted: str = self.scope.get("root_path", "").removeprefix(self._root)
        # To the Rekognition API, without an operation that there is.
        plain = "/" if self.path == "/" else None
        return getattr(route, "path", None) or mounted or plain or _NO_ROUTE
