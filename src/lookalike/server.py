"""The web server: page, JSON API and Rekognition API around one engine."""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import fields
from functools import partial
from importlib.metadata import version

import anyio
import uvicorn
from fastapi import Depends, FastAPI, Request, Response
from fastapi_offline import FastAPIOffline
from starlette.formparsers import MultiPartParser

from lookalike import config
from lookalike.answers.people import Shown, offers
from lookalike.aws.client import Client
from lookalike.cache import usable
from lookalike.config import Settings
from lookalike.engine.executor import Executor
from lookalike.engine.interface import Engine
from lookalike.engine.opener import opened
from lookalike.faces.models import installed
from lookalike.faces.models.manifest import Folders, check_there
from lookalike.gallery.gallery import Gallery
from lookalike.gallery.wikimedia import portrait_cache
from lookalike.gallery.wikimedia.client import open_client
from lookalike.gallery.wikimedia.portrait_cache import Portraits
from lookalike.rekognition.access.guard import Guard, explained
from lookalike.rekognition.endpoint import Endpoint
from lookalike.rekognition.notifications import notify
from lookalike.rekognition.video_jobs import perform
from lookalike.site import Site
from lookalike.video.jobs import Jobs
from lookalike.video.runner import Runner, Work
from lookalike.web import admin, api, comparisons, proxies, site_file
from lookalike.web.admission import BodyLimit, largest_body
from lookalike.web.counts import Counts
from lookalike.web.pages import assets, document, find, how, manage, people, shared_result, start
from lookalike.web.problems import Problems
from lookalike.web.proxies import own_path
from lookalike.web.services import Services, UseServices, services_of
from lookalike.web.sharing import api as sharing
from lookalike.web.sharing import results

# What an id of a shared result follows in a path.
_RESULT = re.compile(r"(/(?:r|results)/)[^/?]+")
# Where a visit begins.
_FIRST_PAGES = ("/", "/embed")
_AWS = "Photos are sent to Amazon Rekognition, which charges for every call."

# Shown on stderr, at this level, unless somebody sets up logging.
_log = logging.getLogger(__name__)


def create_app(settings: Settings | None = None) -> FastAPI:
    """The ASGI app; settings come from the environment unless given.

    Raises:
        InvalidParameter: a setting, or the site file, is not as it must be.
    """
    chosen = usable(settings or config.load())
    most = largest_body(chosen)
    # Photos stay in memory: Starlette would put those of more than 1 MB into a file on disk.
    MultiPartParser.spool_max_size = most
    # The documentation's scripts are served from here, not from somebody's network.
    app = FastAPIOffline(
        title="Lookalike",
        version=version("lookalike"),
        summary="Which celebrity a face looks like, and how alike two photos are.",
        lifespan=partial(_lifespan, chosen, site_file.load(chosen.site)),
    )
    problems = Problems(document.problem)
    problems.install(app)
    app.add_middleware(BodyLimit, most=most, refuse=problems.too_large)
    # Added last, it comes first: who asks, and for what, is known to all others.
    proxies.install(app, chosen)
    for router in (api, admin, comparisons, sharing, shared_result, manage):
        app.include_router(router.router)
    for page in (start, find, people, how):
        app.include_router(page.router, dependencies=[Depends(_count_visit)])
    app.mount("/static", assets.static(), name="static")
    _add_health(app)
    app.openapi = lambda: api.openapi(app)  # type: ignore[method-assign]
    app.add_route("/", _rekognition, methods=["POST"], include_in_schema=False)
    logging.getLogger("uvicorn.access").addFilter(_discreet)
    return app


def run(settings: Settings) -> None:
    """Serve until stopped. Workers are processes of their own, told their settings by
    environment variables.

    Raises:
        ModelUnavailable: a network that vectors depend on is not there.
        StoreUnavailable, SecretsUnreadable: the access keys cannot be read.
        InvalidParameter: a setting, the site file, or the AWS endpoint, is not as it must be.
        CollectionNotFound: it names a collection that is not there.
        AwsError: the engine is Amazon Rekognition, and no region is set.
    """
    settings = usable(settings)
    for network in installed.required(settings):
        check_there(network, Folders.of(settings))
    _check_collection(settings, site_file.load(settings.site).collection)
    if settings.engine == "aws":
        Client(settings).close()
        print(_AWS, file=sys.stderr)
    # Made for workers too, who make their own: what is wrong with a setting is said once.
    app = create_app(settings)
    print(explained(settings), file=sys.stderr, flush=True)
    if prefix := proxies.prefix_of(settings.path_prefix):
        print(_offered(settings, prefix), file=sys.stderr, flush=True)
    # The app reads the headers of proxies itself.
    start = partial(uvicorn.run, host=settings.host, port=settings.port, proxy_headers=False)
    if settings.workers == 1:
        start(app)
        return
    for each in fields(settings):
        os.environ[config.PREFIX + each.name.upper()] = str(getattr(settings, each.name))
    start("lookalike.server:create_app", factory=True, workers=settings.workers)


def _offered(settings: Settings, prefix: str) -> str:
    """Where the page is when every address begins with a prefix."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"Every address begins with {prefix}/: http://{host}:{settings.port}{prefix}/"


def _check_collection(settings: Settings, collection: str | None) -> None:
    gallery = Gallery.open(settings, installed.embedder(settings))
    gallery.people(collection)
    # What cannot be kept is said now, in one line, and not when somebody first adds a person.
    gallery.store.database.prepare()
    gallery.close()


@asynccontextmanager
async def _lifespan(settings: Settings, site: Site, app: FastAPI) -> AsyncIterator[None]:
    """Opens all that routes use, and lets it go; the server is ready in between."""
    engine = await anyio.to_thread.run_sync(_opened, settings)
    guard = await anyio.to_thread.run_sync(Guard.open, settings)
    executor = Executor(settings.queue, engine.at_once)
    runner = Runner(settings, Jobs(engine.database), Work(perform, notify))
    async with open_client(settings.contact, app.version) as client:
        fetched = Portraits(
            portrait_cache.folder(settings), client, enabled=settings.portraits == "on"
        )
        services = Services(
            settings=settings,
            site=site,
            engine=engine,
            gallery=engine.gallery,
            executor=executor,
            portraits=fetched,
            shown=Shown(offers(fetched), site),
            results=results.opened(settings),
            counts=Counts(settings.home) if site.counts else None,
            rekognition=Endpoint(engine, executor, guard),
        )
        async with results.keeping_swept(services.results, engine.gallery):
            with runner:
                app.state.services = services
                yield
                # FastAPI remembers what it called, and so the app: let the networks go.
                del app.state.services
    guard.close()
    engine.close()


def _opened(settings: Settings) -> Engine:
    engine = opened(settings)
    for note in engine.model.notes:
        _log.warning(note.both)
    engine.database.prepare()
    engine.warm()
    return engine


async def _rekognition(request: Request) -> Response:
    return await services_of(request).rekognition(request)


async def _count_visit(request: Request, services: UseServices) -> None:
    """Count that a first page was opened."""
    first = request.method == "GET" and own_path(request.scope) in _FIRST_PAGES
    if first and services.counts is not None:
        await services.counts.add("visits")


def _discreet(record: logging.LogRecord) -> bool:
    """Keeps out of the access log: addresses of visitors, ids of shared results, and the query
    string of Rekognition requests, which may be a signature."""
    if isinstance(record.args, tuple) and len(record.args) == 5:
        _, method, path, *rest = record.args
        path = _RESULT.sub(r"\1…", str(path))
        if method == "POST":
            path = path.partition("?")[0]
        record.args = ("-", method, path, *rest)
    return True


def _add_health(app: FastAPI) -> None:
    @app.get("/healthz", tags=["health"])
    async def alive() -> dict[str, str]:
        """Whether the process runs."""
        return {"status": "ok"}

    @app.get("/readyz", tags=["health"], responses={503: {}})
    async def ready(response: Response) -> dict[str, str]:
        """Whether photos are answered: the networks and the gallery are open."""
        if not hasattr(app.state, "services"):
            response.status_code = 503
            return {"status": "starting"}
        return {"status": "ready"}
