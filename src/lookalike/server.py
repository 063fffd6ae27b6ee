"""The web server: page, JSON API and Rekognition API around one engine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version

import anyio
from fastapi import Depends, FastAPI, Request, Response
from fastapi_offline import FastAPIOffline
from starlette.formparsers import MultiPartParser

from lookalike import config
from lookalike.answers.people import Shown
from lookalike.answers.people import offers as portraits_offered
from lookalike.cache import usable
from lookalike.config import Settings
from lookalike.database.shared.portraits import PortraitRows
from lookalike.engine.executor import Executor
from lookalike.engine.interface import Engine
from lookalike.engine.judging import judge_of
from lookalike.engine.opener import warmed
from lookalike.gallery.wikimedia import portrait_cache
from lookalike.gallery.wikimedia.client import LateClient
from lookalike.gallery.wikimedia.portrait_cache import Portraits
from lookalike.gate import proxies
from lookalike.gate.attended import Attended
from lookalike.gate.bodies import Bodies, Bounds
from lookalike.gate.gate import Gate
from lookalike.gate.names import Names
from lookalike.gate.origins import BrowserCalls, Origins
from lookalike.gate.proxies import own_path
from lookalike.gate.refusal import Refusal
from lookalike.gate.safe_headers import SafeHeaders
from lookalike.gate.shares import PerAddress, Shares
from lookalike.rekognition import refusal as rekognition_refusal
from lookalike.rekognition import video_work
from lookalike.rekognition.access.guard import Guard
from lookalike.rekognition.late_endpoint import LateEndpoint
from lookalike.site import Site
from lookalike.video.jobs import Jobs
from lookalike.video.runner import Runner
from lookalike.watch.watching import Watching
from lookalike.web import admin, api, comparisons, offers
from lookalike.web.admission import largest_body
from lookalike.web.imports import work as import_work
from lookalike.web.openapi import description
from lookalike.web.operating import api as operating
from lookalike.web.operating.health import READY, health
from lookalike.web.pages import (
    assets,
    document,
    find,
    front,
    how,
    manage,
    people,
    shared_result,
    start,
)
from lookalike.web.problems import Problems
from lookalike.web.sealed_faces import Seal
from lookalike.web.services import Services, UseServices, services_of
from lookalike.web.sharing import api as sharing
from lookalike.web.sharing import results
from lookalike.web.site import counts, site_file
from lookalike.web.site.own_portraits import OwnPortraits

# Where a visit begins.
_FIRST_PAGES = ("/", "/embed")
_NOT_READY = {
    "description": "Not ready; `status` says why.",
    "content": {"application/json": {"example": {"status": "starting"}}},
}


def create_app(
    settings: Settings | None = None,
    engine: Callable[[], Engine] | None = None,
    ending: Callable[[], None] = lambda: None,
    *,
    works: bool = True,
) -> FastAPI:
    """The ASGI app; settings come from the environment unless given.

    Args:
        engine: gives the one to use, with all open that the first photo needs; it is opened when
            the app starts unless given.
        ending: is called when all requests were answered, or were given up.
        works: on videos and imports, too, in a process of its own; else others do.

    Raises:
        InvalidParameter: a setting, or the site file, is not as it must be.
    """
    chosen = usable(settings or config.load())
    most = largest_body(chosen)
    # Complete photos are in memory: Starlette would put them into a file that others can read.
    MultiPartParser.spool_max_size = most
    shares = Shares(chosen)
    watching = Watching()
    # The documentation's scripts are served from here, not from somebody's network.
    app = FastAPIOffline(
        title="Lookalike",
        version=version("lookalike"),
        summary="Which celebrity a face looks like, and how alike two photos are.",
        # It would send to whatever name it was asked by.
        redirect_slashes=False,
        telemetry=watching.traces.options,
        lifespan=partial(
            _lifespan,
            chosen,
            site_file.site_of(chosen),
            engine or partial(warmed, chosen),
            shares,
            watching,
            ending,
            works,
        ),
    )
    problems = Problems(document.problem)
    problems.install(app)
    refuse = partial(_refused, problems)
    app.add_middleware(Attended)
    app.add_middleware(Bodies, bounds=Bounds.of(chosen, most), shares=shares, refuse=refuse)
    app.add_middleware(PerAddress, shares=shares, refuse=refuse)
    origins = Origins.of(chosen)
    app.add_middleware(Gate, names=Names.of(chosen), origins=origins, refuse=refuse)
    app.add_middleware(BrowserCalls, origins=origins)
    app.add_middleware(SafeHeaders)
    watching.install(app, chosen)
    # Added later, it comes earlier: who asks, and for what, is known to all others.
    proxies.install(app, chosen)
    apis = (api, admin, comparisons, offers, operating, sharing, shared_result, manage, front)
    for router in apis:
        app.include_router(router.router)
    for page in (start, find, people, how):
        app.include_router(page.router, dependencies=[Depends(_count_visit)])
    app.mount("/static", assets.static(), name="static")
    _add_health(app)
    app.openapi = lambda: description.openapi(app)  # type: ignore[method-assign]
    app.add_route("/", _rekognition, methods=["POST"], include_in_schema=False)
    return app


@asynccontextmanager
async def _lifespan(
    settings: Settings,
    site: Site,
    opened: Callable[[], Engine],
    shares: Shares,
    watching: Watching,
    ending: Callable[[], None],
    works: bool,
    app: FastAPI,
) -> AsyncIterator[None]:
    """Opens all that routes use, and lets it go; the server is ready in between."""
    engine = await anyio.to_thread.run_sync(opened)
    guard = await anyio.to_thread.run_sync(Guard.open, settings)
    if settings.engine == "local":
        engine.local.analyzer.watch(watching.photo)
    executor = Executor(settings.queue, engine.at_once, watching.meters)
    engine.database.rest_while_changing(executor.resting)
    runner = Runner(settings, Jobs(engine.database), video_work.WORKS | import_work.WORKS)
    seal = Seal(engine.model.contract)
    if engine.database.shared:
        seal = await anyio.to_thread.run_sync(_join_hosts, settings, engine, shares)
    async with LateClient(settings.contact, app.version) as client:
        fetched = Portraits(
            portrait_cache.folder(settings),
            client,
            enabled=settings.portraits == "on",
            judge=judge_of(lambda: engine.local, executor.run),
            own=OwnPortraits(engine.gallery.store, site),
            shared=PortraitRows(engine.database) if engine.database.shared else None,
        )
        services = Services(
            settings=settings,
            names=Names.of(settings),
            site=site,
            engine=engine,
            gallery=engine.gallery,
            executor=executor,
            shares=shares,
            portraits=fetched,
            shown=Shown(portraits_offered(fetched), site, fetched.completed),
            results=results.opened(settings, engine.database),
            counts=counts.opened(settings, engine.database) if site.counts else None,
            seal=seal,
            meters=watching.meters,
            refusals=watching.refusals,
            started=datetime.now(UTC),
            rekognition=LateEndpoint(engine, executor, guard, others=settings.others == "faces"),
        )
        async with results.keeping_swept(services.results, engine.gallery, fetched.sweep):
            with runner if works else nullcontext():
                app.state.services = services
                yield
                # FastAPI remembers what it called, and so the app: let the networks go.
                del app.state.services
                ending()
    guard.close()
    engine.close()
    watching.close()


def _join_hosts(settings: Settings, engine: Engine, shares: Shares) -> Seal:
    """Count visitors with the hosts that share the database; what seals faces as they do.

    Raises:
        SecretsUnreadable: this host has not the key that the others have.
    """
    from lookalike.rekognition.access.vault import Vault

    database = engine.database
    vault = Vault(settings.home, settings.secret_key, database)
    shares.count_in(database, vault.derived("visitors"))
    return Seal(
        engine.model.contract,
        lambda: database.now().replace(tzinfo=UTC).timestamp(),
        vault.derived("sealed faces"),
    )


async def _rekognition(request: Request) -> Response:
    return await services_of(request).rekognition(request)


def _refused(problems: Problems, request: Request, refusal: Refusal) -> Response:
    """What is not let in is told by the front end that it was for."""
    if request.method == "POST" and own_path(request.scope) == "/":
        return rekognition_refusal.refused(request, refusal)
    return problems.refused(request, refusal)


async def _count_visit(request: Request, services: UseServices) -> None:
    """Count that a first page was opened."""
    first = request.method == "GET" and own_path(request.scope) in _FIRST_PAGES
    if first and services.counts is not None:
        await services.counts.add("visits")


def _add_health(app: FastAPI) -> None:
    @app.get("/healthz", operation_id="isAlive", tags=["health"])
    async def alive() -> dict[str, str]:
        """Whether the process runs."""
        return {"status": "ok"}

    @app.get("/readyz", operation_id="isReady", tags=["health"], responses={503: _NOT_READY})
    async def ready(response: Response) -> dict[str, str]:
        """Whether photos are answered: the networks and the gallery are open, the process that
        looks at photos is there, the store can be read, and there is room in the queue."""
        status = await _state(app)
        if status != READY:
            response.status_code = 503
        return {"status": status}


async def _state(app: FastAPI) -> str:
    """`ready`, or what is not."""
    services: Services | None = getattr(app.state, "services", None)
    if services is None:
        return "starting"
    return await anyio.to_thread.run_sync(health, services)
