"""The endpoints, each opened by the first request to it: many a server never gets one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

import anyio
from starlette.requests import Request
from starlette.responses import Response

from lookalike.engine.executor import Executor
from lookalike.engine.interface import Engine
from lookalike.rekognition.access.guard import Guard
from lookalike.rekognition.wire.form import is_form

_Answering: TypeAlias = Callable[[Request], Awaitable[Response]]


class LateEndpoint:
    """Answers as `Endpoint` does, and forms as `StsEndpoint`. Amazon's service models and all
    operations take an eighth of the start of a server."""

    def __init__(
        self, engine: Engine, executor: Executor, guard: Guard, *, others: bool = False
    ) -> None:
        self._rekognition = _Late(lambda: _rekognition(engine, executor, guard, others))
        self._sts = _Late(lambda: _sts(guard))

    async def __call__(self, request: Request) -> Response:
        """The answer to a `POST /`; nothing is raised."""
        return await (self._sts if is_form(request) else self._rekognition)(request)


class _Late:
    """What answers, once it is opened."""

    def __init__(self, opened: Callable[[], _Answering]) -> None:
        self._open = opened
        self._turn = anyio.Lock()
        self._opened: _Answering | None = None

    async def __call__(self, request: Request) -> Response:
        async with self._turn:
            if self._opened is None:
                self._opened = await anyio.to_thread.run_sync(self._open)
        return await self._opened(request)


def _rekognition(engine: Engine, executor: Executor, guard: Guard, others: bool) -> _Answering:
    from lookalike.rekognition.endpoint import Endpoint

    return Endpoint(engine, executor, guard, others=others)


def _sts(guard: Guard) -> _Answering:
    from lookalike.rekognition.sts.endpoint import StsEndpoint

    return StsEndpoint(guard)
