"""The web server: page, JSON API and Rekognition API around one engine."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import fields
from importlib.metadata import version

import anyio
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi_offline import FastAPIOffline
from starlette.formparsers import MultiPartParser

from lookalike import config
from lookalike.aws.choice import AnyEngine, opened
from lookalike.config import Settings
from lookalike.engine import Engine
from lookalike.gallery.portraits import Portraits
from lookalike.gallery.wikimedia import open_client
from lookalike.rekognition.app import Endpoint
from lookalike.rekognition.guard import Guard, explained
from lookalike.web import admin, api, pages, problems
from lookalike.web.limits import BodyLimit
from lookalike.work import Workbench

# Photos of the largest size that the body of one request may hold.
_PHOTOS = 3


def create_app(settings: Settings | None = None) -> FastAPI:
    """The ASGI app; settings come from the environment unless given."""
    chosen = settings or config.load()
    # Photos stay in memory: Starlette would put those of more than 1 MB into a file on disk.
    MultiPartParser.spool_max_size = _largest_body(chosen)
    # The documentation's scripts are served from here, not from somebody's network.
    app = FastAPIOffline(
        title="Lookalike",
        version=version("lookalike"),
        summary="Which celebrity a face looks like, and how alike two photos are.",
        lifespan=_lifespan,
    )
    app.state.settings = chosen
    app.state.ready = False
    problems.install(app)
    app.add_middleware(BodyLimit, most=_largest_body(chosen))
    app.include_router(api.router)
    app.include_router(admin.router)
    app.include_router(pages.router())
    app.mount("/static", pages.static(), name="static")
    _add_health(app)
    app.openapi = lambda: api.openapi(app)  # type: ignore[method-assign]
    app.add_route("/", _rekognition, methods=["POST"], include_in_schema=False)
    logging.getLogger("uvicorn.access").addFilter(_without_signature)
    return app


def run(settings: Settings) -> None:
    """Serve until stopped. Workers are processes of their own, told their settings by
    environment variables.

    Raises:
        StoreUnavailable, SecretsUnreadable: the access keys cannot be read.
    """
    print(explained(settings), file=sys.stderr, flush=True)
    if settings.workers == 1:
        uvicorn.run(create_app(settings), host=settings.host, port=settings.port)
        return
    for each in fields(settings):
        os.environ[config.PREFIX + each.name.upper()] = str(getattr(settings, each.name))
    uvicorn.run(
        "lookalike.server:create_app",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
    )


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    engine = await anyio.to_thread.run_sync(_opened, settings)
    guard = await anyio.to_thread.run_sync(Guard.open, settings)
    workbench = Workbench(settings.queue)
    async with open_client(settings.contact, app.version) as client:
        app.state.engine = engine
        app.state.workbench = workbench
        app.state.portraits = Portraits(
            settings.cache / "portraits", client, enabled=settings.portraits == "on"
        )
        app.state.guard = guard
        app.state.rekognition = None
        if isinstance(engine, Engine):
            app.state.rekognition = Endpoint(engine, workbench, guard)
        app.state.ready = True
        yield
        app.state.ready = False
    guard.close()
    engine.close()


def _opened(settings: Settings) -> AnyEngine:
    engine = opened(settings)
    if isinstance(engine, Engine):
        engine.analyzer.warm()
    return engine


async def _rekognition(request: Request) -> Response:
    answer: Response = await (await _endpoint(request.app))(request)
    return answer


async def _endpoint(app: FastAPI) -> Endpoint:
    """Where AWS looks at photos, the first request opens our networks, which answer here."""
    state = app.state
    if state.rekognition is None:
        engine: AnyEngine = state.engine
        local = await anyio.to_thread.run_sync(lambda: engine.local)
        state.rekognition = Endpoint(local, state.workbench, state.guard)
    endpoint: Endpoint = state.rekognition
    return endpoint


def _without_signature(record: logging.LogRecord) -> bool:
    """Keeps the query string of Rekognition requests, which may be a signature, out of the log."""
    if isinstance(record.args, tuple) and len(record.args) == 5:
        client, method, path, *rest = record.args
        if method == "POST":
            record.args = (client, method, str(path).partition("?")[0], *rest)
    return True


def _add_health(app: FastAPI) -> None:
    @app.get("/healthz", tags=["health"])
    async def alive() -> dict[str, str]:
        """Whether the process runs."""
        return {"status": "ok"}

    @app.get("/readyz", tags=["health"], responses={503: {}})
    async def ready(response: Response) -> dict[str, str]:
        """Whether photos are answered: the networks and the gallery are open."""
        if not app.state.ready:
            response.status_code = 503
            return {"status": "starting"}
        return {"status": "ready"}


def _largest_body(settings: Settings) -> int:
    """A photo and references of the largest size, and the form around them."""
    return settings.max_bytes * _PHOTOS + 64 * 1024
