"""What the endpoints of the JSON API share: what they are given, and how they read a photo."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, File, Form, Query, Request, UploadFile

from lookalike.answers.people import Shown, offers
from lookalike.answers.shapes import Problem
from lookalike.engine.executor import Executor
from lookalike.engine.interface import Engine
from lookalike.engine.local import LocalEngine
from lookalike.errors import ImageTooLarge, Subject, about
from lookalike.faces.image import jpeg
from lookalike.gallery.wikimedia.portraits import Frame, Portraits
from lookalike.site import Site
from lookalike.web.counts import Counts
from lookalike.web.guard import permitted

# Of the square picture of a portrait's face, in pixels, and of its JPEG.
PORTRAIT_SIDE = 320
_QUALITY = 90

# Where a visit begins.
_FIRST_PAGES = ("/", "/embed")

PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {
        "model": Problem,
        "description": description,
        "content": {"application/problem+json": {}},
    }
    for status, description in {
        413: "The photo is too large.",
        415: "Not an image that can be read.",
        422: "No face, a damaged or too small photo, or a parameter that is not allowed.",
        501: "It needs our own networks, and the engine is Amazon Rekognition.",
        502: "Amazon Rekognition cannot be asked, refuses, or knows nobody.",
        503: "Too many photos are waiting; try again after Retry-After seconds.",
    }.items()
}


def _engine(request: Request) -> Engine:
    engine: Engine = request.app.state.engine
    return engine


UseEngine = Annotated[Engine, Depends(_engine)]


def _own(engine: UseEngine) -> LocalEngine:
    """Ours, for what Amazon Rekognition cannot do."""
    return engine.own()


def _workbench(request: Request) -> Executor:
    workbench: Executor = request.app.state.workbench
    return workbench


def _portraits(request: Request) -> Portraits:
    portraits: Portraits = request.app.state.portraits
    return portraits


def _site(request: Request) -> Site:
    site: Site = request.app.state.site
    return site


def _counts(request: Request) -> Counts:
    counts: Counts = request.app.state.counts
    return counts


def _shown(request: Request) -> Shown:
    return Shown(offers(_portraits(request)), _site(request))


def _in_form(
    request: Request,
    engine: UseEngine,
    collection: Annotated[str | None, Form(description="Only in this collection.")] = None,
) -> str | None:
    return permitted(request, engine.gallery, collection)


def _in_query(
    request: Request,
    engine: UseEngine,
    collection: Annotated[str | None, Query(description="Only in this collection.")] = None,
) -> str | None:
    return permitted(request, engine.gallery, collection)


UseOwnEngine = Annotated[LocalEngine, Depends(_own)]
UseWorkbench = Annotated[Executor, Depends(_workbench)]
UsePortraits = Annotated[Portraits, Depends(_portraits)]
UseSite = Annotated[Site, Depends(_site)]
UseCounts = Annotated[Counts, Depends(_counts)]
UseShown = Annotated[Shown, Depends(_shown)]
# The collection that a form, or a query, names.
FormCollection = Annotated[str | None, Depends(_in_form)]
QueryCollection = Annotated[str | None, Depends(_in_query)]
UploadedPhoto = Annotated[UploadFile, File(description="JPEG, PNG, WebP, HEIC or AVIF.")]


async def count_visit(request: Request, counts: UseCounts) -> None:
    """Count that a first page was opened."""
    root = request.scope.get("root_path", "")
    if request.method == "GET" and request.url.path.removeprefix(root) in _FIRST_PAGES:
        await counts.add("visits")


async def read(
    file: UploadFile, engine: Engine, subject: Subject, number: int | None = None
) -> bytes:
    """The bytes of an uploaded photo.

    Raises:
        ImageTooLarge: it has more than may be; the error says which photo it was.
    """
    most = engine.settings.max_bytes
    if file.size is not None and file.size > most:
        with about(subject, number):
            raise ImageTooLarge(f"The photo has {file.size:,} bytes; at most {most:,} are allowed.")
    return await file.read()


def framer(engine: Engine, workbench: Executor) -> Frame:
    """What makes portraits into squares around their faces; always with our own networks."""

    def work(photo: bytes) -> bytes:
        pixels = engine.local.framed_portrait(photo, PORTRAIT_SIDE)
        return jpeg(pixels, _QUALITY)

    async def frame(photo: bytes) -> bytes:
        return await workbench.run(lambda: work(photo))

    return frame
