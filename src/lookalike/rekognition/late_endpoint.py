"""The endpoint, opened by the first request to it: many a server never gets one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
from starlette.requests import Request
from starlette.responses import Response

from lookalike.engine.executor import Executor
from lookalike.engine.interface import Engine
from lookalike.rekognition.access.guard import Guard

if TYPE_CHECKING:
    from lookalike.rekognition.endpoint import Endpoint


class LateEndpoint:
    """Answers as `Endpoint` does. Amazon's service model and all operations take an eighth of the
    start of a server."""

    def __init__(self, engine: Engine, executor: Executor, guard: Guard) -> None:
        self._parts = engine, executor, guard
        self._turn = anyio.Lock()
        self._endpoint: Endpoint | None = None

    async def __call__(self, request: Request) -> Response:
        """The answer to a `POST /`; nothing is raised."""
        async with self._turn:
            if self._endpoint is None:
                self._endpoint = await anyio.to_thread.run_sync(self._opened)
        return await self._endpoint(request)

    def _opened(self) -> Endpoint:
        from lookalike.rekognition.endpoint import Endpoint

        return Endpoint(*self._parts)
