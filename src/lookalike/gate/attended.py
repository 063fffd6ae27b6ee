"""Requests whose client has left are given up: what waits for its turn need not have it."""

from __future__ import annotations

import anyio
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Attended:
    """ASGI middleware: cancels the app once whoever sent a body is gone.

    Work that has begun in a thread goes on to its end, which for photos `LOOKALIKE_DEADLINE` sets.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        read = anyio.Event()

        async def noted() -> Message:
            message = await receive()
            if message["type"] == "http.request" and not message.get("more_body", False):
                read.set()
            return message

        async def leave() -> None:
            await read.wait()
            while (await receive())["type"] != "http.disconnect":
                pass
            group.cancel_scope.cancel()

        error = None
        async with anyio.create_task_group() as group:
            group.start_soon(leave)
            try:
                await self._app(scope, noted, send)
            except Exception as raised:
                # A group would raise it as one of several.
                error = raised
            group.cancel_scope.cancel()
        if error is not None:
            raise error
