"""The JSON API under `/api/v1`."""

from __future__ import annotations

import json
from importlib import resources
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, File, Form, Query, Request, Response, UploadFile
from fastapi.openapi.utils import get_openapi
from fastapi.responses import FileResponse

from lookalike.aws.choice import AnyEngine
from lookalike.errors import ImageTooLarge, InvalidParameter
from lookalike.gallery.members import Who
from lookalike.gallery.people import Gender
from lookalike.gallery.portraits import Portraits
from lookalike.web import answers
from lookalike.web.answers import Problem
from lookalike.work import Workbench

_PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {
        "model": Problem,
        "description": description,
        "content": {"application/problem+json": {}},
    }
    for status, description in {
        413: "The photo is too large.",
        415: "Not an image that can be read.",
        422: "No face, a damaged or too small photo, or a parameter that is not allowed.",
        502: "Amazon Rekognition cannot be asked, or refuses (only with `engine` = `aws`).",
        503: "Too many photos are waiting; try again after Retry-After seconds.",
    }.items()
}
# A day: portraits hardly change, and a takedown is honoured within it by browsers too.
_PORTRAIT_CACHE = "public, max-age=86400"
# Reference photos of one request.
_MOST_REFERENCES = 8

# Operations whose answer has an example: the command line made them from a real photo.
_EXAMPLES = ("lookalikes", "compare", "detect")

router = APIRouter(prefix="/api/v1")


def openapi(app: FastAPI) -> dict[str, Any]:
    """The description of the API, with examples of real answers."""
    described = get_openapi(
        title=app.title, version=app.version, summary=app.summary, routes=app.routes
    )
    for name in _EXAMPLES:
        file = resources.files("lookalike.web") / "examples" / f"{name}.json"
        answer = described["paths"][f"/api/v1/{name}"]["post"]["responses"]["200"]
        answer["content"]["application/json"]["example"] = json.loads(file.read_text("utf-8"))
    return described


def _engine(request: Request) -> AnyEngine:
    engine: AnyEngine = request.app.state.engine
    return engine


def _workbench(request: Request) -> Workbench:
    workbench: Workbench = request.app.state.workbench
    return workbench


def _portraits(request: Request) -> Portraits:
    portraits: Portraits = request.app.state.portraits
    return portraits


UseEngine = Annotated[AnyEngine, Depends(_engine)]
UseWorkbench = Annotated[Workbench, Depends(_workbench)]
UsePortraits = Annotated[Portraits, Depends(_portraits)]
UploadedPhoto = Annotated[UploadFile, File(description="JPEG, PNG, WebP, HEIC or AVIF.")]


@router.post("/lookalikes", responses=_PROBLEMS, tags=["photos"])
async def find_lookalikes(
    engine: UseEngine,
    workbench: UseWorkbench,
    portraits: UsePortraits,
    photo: UploadedPhoto,
    reference: Annotated[
        list[UploadFile] | None, File(description="Compare with these too.")
    ] = None,
    limit: Annotated[int | None, Form(ge=1, le=100, description="People for each face.")] = None,
    collection: Annotated[str | None, Form(description="Search only this collection.")] = None,
    group: Annotated[str | None, Form(description="Rank only people of this group.")] = None,
    gender: Annotated[
        Gender | None, Form(description="Rank only those the source says are.")
    ] = None,
) -> answers.Lookalikes:
    """Rank the gallery's people for every face of a photo.

    The list is never empty, unless `group` and `gender` leave nobody.
    """
    if len(reference or ()) > _MOST_REFERENCES:
        raise InvalidParameter(
            f"reference: {len(reference or ())} photos; at most {_MOST_REFERENCES}."
        )
    data = await _read(photo, engine, "photo")
    references = tuple([await _read(each, engine, "reference") for each in reference or ()])

    def work() -> answers.Lookalikes:
        most = limit or engine.settings.limit
        found = engine.find(
            data,
            references,
            limit=most,
            collection=collection or None,
            who=Who(group or None, gender),
        )
        people = {match.person.id for face in found.faces for match in face.matches}
        credits = {each: known.credit for each in people if (known := portraits.cached(each))}
        return answers.lookalikes(engine, found, collection or None, credits)

    return await workbench.run(work)


@router.post("/compare", responses=_PROBLEMS, tags=["photos"])
async def compare(
    engine: UseEngine, workbench: UseWorkbench, source: UploadedPhoto, target: UploadedPhoto
) -> answers.Comparison:
    """Compare the largest face of one photo with every face of another."""
    one = await _read(source, engine, "source")
    other = await _read(target, engine, "target")
    return await workbench.run(lambda: answers.comparison(engine, engine.compare(one, other)))


@router.post("/detect", responses=_PROBLEMS, tags=["photos"])
async def detect(
    engine: UseEngine, workbench: UseWorkbench, photo: UploadedPhoto
) -> answers.Detection:
    """Every face of a photo with its place and quality; a photo without one has an empty list."""
    data = await _read(photo, engine, "photo")
    return await workbench.run(lambda: answers.detection(engine, engine.detect(data)))


@router.get("/people", tags=["gallery"])
async def list_people(
    engine: UseEngine,
    query: Annotated[str, Query(description="Only people whose name holds this.")] = "",
    collection: Annotated[str | None, Query(description="Only this collection.")] = None,
    group: Annotated[str | None, Query(description="Only people of this group.")] = None,
    gender: Annotated[Gender | None, Query(description="Only those the source says are.")] = None,
    offset: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> answers.People:
    """The people of the gallery, by Korean name."""
    found = engine.gallery.people(collection, query, Who(group or None, gender))
    return answers.people(found[offset : offset + limit], total=len(found))


@router.get("/people/{person_id}", responses={404: {"model": Problem}}, tags=["gallery"])
async def show_person(engine: UseEngine, portraits: UsePortraits, person_id: str) -> answers.Person:
    """One person, with the credit of the portrait when that is known."""
    person = engine.gallery.person(person_id)
    known = portraits.cached(person_id)
    return answers.person(person, known.credit if known else None)


@router.get(
    "/people/{person_id}/portrait",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}}, 404: {"model": Problem}},
    tags=["gallery"],
)
async def show_portrait(engine: UseEngine, portraits: UsePortraits, person_id: str) -> Response:
    """The portrait, fetched from Wikimedia Commons on first use."""
    portrait = await portraits.fetch(engine.gallery.person(person_id))
    return FileResponse(
        portrait.path,
        media_type=portrait.media_type,
        headers={"Cache-Control": _PORTRAIT_CACHE, "X-Content-Type-Options": "nosniff"},
    )


@router.get("/filters", tags=["gallery"])
async def list_filters(
    engine: UseEngine,
    collection: Annotated[str | None, Query(description="Only this collection.")] = None,
) -> answers.Filters:
    """The groups and genders that people have, for `group` and `gender`; the largest first."""
    return answers.filters(engine.gallery.people(collection))


@router.get("/collections", tags=["gallery"])
async def list_collections(engine: UseEngine) -> answers.Collections:
    """Every collection, the starter first."""
    return answers.collections(engine.gallery.collections())


@router.get("/engine", tags=["health"])
async def show_engine(engine: UseEngine) -> answers.EngineFacts:
    """What looks at the photos, and the calls to AWS since the server started."""
    return answers.engine(engine)


async def _read(file: UploadFile, engine: AnyEngine, subject: str) -> bytes:
    most = engine.settings.max_bytes
    if file.size is not None and file.size > most:
        error = ImageTooLarge(f"The photo has {file.size:,} bytes; at most {most:,} are allowed.")
        error.subject = subject
        raise error
    return await file.read()
