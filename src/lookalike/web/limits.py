"""Refuses a request's body beyond a size, before and while it arrives."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lookalike.web.problems import too_large


class BodyLimit:
    """ASGI middleware: a body of more than `most` bytes is answered with 413 and not read on."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Rekognition's clients post to the root, where an endpoint with limits of its own answers.
        if scope["type"] != "http" or scope["path"] == "/":
            await self._app(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > self._most:
            await too_large(Request(scope), self._most)(scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._most:
                # A body sent in chunks did not say how long it is: stop as if the client left.
                return {"type": "http.disconnect"}
            return message

        await self._app(scope, counted, send)
