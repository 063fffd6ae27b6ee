"""The JSON API under `/api/v1`: look-alikes, comparing, detecting, and who is in the gallery."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, File, Form, Query, Response, UploadFile
from fastapi.responses import FileResponse

from lookalike.answers import people, photos, shapes
from lookalike.answers.shapes import Problem
from lookalike.engine.interface import AnyScore, Engine, Lookalikes, Match, Order, probe
from lookalike.errors import InvalidParameter
from lookalike.faces.image import jpeg
from lookalike.gallery.people import Gender, Who
from lookalike.web import problems
from lookalike.web.admission import FormCollection, FormWho, QueryCollection
from lookalike.web.samples import is_sample
from lookalike.web.services import Services, UploadedPhoto, UseServices, UseShown

# A day: portraits hardly change, and a takedown is honoured within it by browsers too.
_PORTRAIT_CACHE = "public, max-age=86400"
# Of a photo sent back, in pixels on its longer side, and of its JPEG: as static/canvas.js writes.
_PICTURE, _PICTURE_QUALITY = 1600, 90
# Characters; 100 faces with vectors of 512 numbers have a third of that.
_LONGEST_SEAL = 1024 * 1024
# Reference photos of one request.
_MOST_REFERENCES = 8

router = APIRouter(prefix="/api/v1")

MostPeople = Annotated[int | None, Form(ge=1, le=100, description="People for each face.")]


@router.post(
    "/lookalikes", operation_id="findLookalikes", responses=problems.OF_PHOTOS, tags=["photos"]
)
async def find_lookalikes(
    services: UseServices,
    shown: UseShown,
    collection: FormCollection,
    who: FormWho,
    photo: UploadedPhoto,
    reference: Annotated[
        list[UploadFile] | None, File(description="Compare with these too.")
    ] = None,
    limit: MostPeople = None,
    order: Annotated[
        Order,
        Form(description="`look`: by face, shape and hair together, as on the page."),
    ] = "identity",
    person: Annotated[
        str | None, Form(description="Compare with this person too, wherever they rank.")
    ] = None,
    mesh: Annotated[bool, Form(description="Tell the 468 points of every face.")] = False,
    sealed: Annotated[
        bool, Form(description="Answer with the faces sealed for `/api/v1/lookalikes/again`.")
    ] = False,
) -> shapes.Lookalikes:
    """Rank the gallery's people for every face of a photo.

    The list is never empty, unless the people asked for are nobody.
    """
    if len(reference or ()) > _MOST_REFERENCES:
        raise InvalidParameter(
            f"reference: {len(reference or ())} photos; at most {_MOST_REFERENCES}."
        )
    engine = services.engine
    data = await services.read(photo, "photo")
    references = tuple([await services.read(each, "reference") for each in reference or ()])
    searched = collection or services.site.collection
    most = limit or services.settings.limit

    def work() -> shapes.Lookalikes:
        found = engine.find(
            data,
            references,
            limit=most,
            collection=searched,
            who=who,
            order=order,
        )
        asked = _asked(engine, found, person, searched) if person else ()
        answer = photos.lookalikes(found, shown, mesh=mesh, asked=asked)
        if not sealed or services.settings.engine != "local":
            return answer
        faces = tuple(probe(each.face) for each in found.faces)
        return answer.model_copy(update={"sealed": services.seal.closed(faces)})

    answer = await services.executor.run(work)
    if not is_sample(data):
        await services.count(answer)
    return answer


@router.post(
    "/lookalikes/again",
    operation_id="findLookalikesAgain",
    responses=problems.OF_PHOTOS,
    tags=["photos"],
)
async def find_again(
    services: UseServices,
    shown: UseShown,
    collection: FormCollection,
    who: FormWho,
    sealed: Annotated[str, Form(max_length=_LONGEST_SEAL, description="Of the first answer.")],
    limit: MostPeople = None,
) -> shapes.Again:
    """Rank other people for the faces of a photo that was sent before, in the order of then.

    The photo is not needed: its faces come back, sealed, from whoever sent it. They hold for an
    hour, and until the server starts again; then the photo has to be sent again (`seal-expired`).
    """
    engine = services.engine.own()
    faces = services.seal.opened(sealed)
    searched = collection or services.site.collection
    most = limit or services.settings.limit

    def work() -> shapes.Again:
        found = engine.ranked(faces, most, searched, who)
        return photos.again(found, searched, engine.matcher.people(searched), shown)

    return await services.executor.run(work)


@router.post("/compare", operation_id="compareFaces", responses=problems.OF_PHOTOS, tags=["photos"])
async def compare(
    services: UseServices, source: UploadedPhoto, target: UploadedPhoto
) -> shapes.Comparison:
    """Compare the largest face of one photo with every face of another."""
    engine = services.engine
    one = await services.read(source, "source")
    other = await services.read(target, "target")

    def work() -> shapes.Comparison:
        return photos.comparison(engine.compare(one, other))

    answer = await services.executor.run(work)
    services.meters.answered([each.score.verdict for each in answer.faces])
    return answer


@router.post("/detect", operation_id="detectFaces", responses=problems.OF_PHOTOS, tags=["photos"])
async def detect(
    services: UseServices,
    photo: UploadedPhoto,
    attributes: Annotated[bool, Form(description="Guess an age range and a gender too.")] = False,
) -> shapes.Detection:
    """Every face of a photo with its place and quality; a photo without one has an empty list."""
    engine = services.engine
    data = await services.read(photo, "photo")

    def work() -> shapes.Detection:
        return photos.detection(engine.detect(data, guess=attributes))

    return await services.executor.run(work)


@router.post(
    "/picture",
    operation_id="convertPhoto",
    response_class=Response,
    responses=problems.OF_PHOTOS | {200: {"content": {"image/jpeg": {}}}},
    tags=["photos"],
)
async def show_picture(services: UseServices, photo: UploadedPhoto) -> Response:
    """The photo as a JPEG, upright and without metadata, at most 1,600 pixels on its longer side:
    for who cannot decode HEIC."""
    engine = services.engine
    data = await services.read(photo, "photo")
    written = await services.executor.run(
        lambda: jpeg(engine.reduced(data, _PICTURE), _PICTURE_QUALITY)
    )
    return Response(written, media_type="image/jpeg", headers={"Cache-Control": "no-store"})


@router.get("/people", operation_id="listPeople", tags=["gallery"])
async def list_people(
    services: UseServices,
    shown: UseShown,
    collection: QueryCollection,
    query: Annotated[str, Query(description="Only people whose name holds this.")] = "",
    group: Annotated[str | None, Query(description="Only people of this group.")] = None,
    gender: Annotated[Gender | None, Query(description="Only those the source says are.")] = None,
    offset: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> shapes.People:
    """The people of the gallery, by Korean name."""
    found = services.gallery.listed(collection, query, Who(group or None, gender))
    page = found[offset : offset + limit]
    return people.people(page, total=len(found), shown=shown)


@router.get(
    "/people/{person_id}",
    operation_id="getPerson",
    responses={404: {"model": Problem}},
    tags=["gallery"],
)
async def show_person(services: UseServices, shown: UseShown, person_id: str) -> shapes.Person:
    """One person, with the credit of the portrait when that is known."""
    return people.person(services.gallery.person(person_id), shown)


@router.get(
    "/people/{person_id}/portrait",
    operation_id="getPortrait",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}}, 404: {"model": Problem}},
    tags=["gallery"],
)
async def show_portrait(
    services: UseServices,
    person_id: str,
    aligned: Annotated[bool, Query(description="Only the face, as a square JPEG.")] = False,
) -> Response:
    """The portrait: of your own galleries where whoever imported it says so, else fetched from
    Wikimedia Commons on first use. `GET /people/{person_id}` has its credit."""
    person = services.gallery.person(person_id, _collection_of(services, person_id))
    if aligned:
        return _picture(await services.framed_portrait(person), "image/jpeg")
    portrait = await services.portraits.fetch(person)
    return _picture(portrait.path, portrait.media_type)


@router.get("/filters", operation_id="listFilters", tags=["gallery"])
async def list_filters(services: UseServices, collection: QueryCollection) -> shapes.Filters:
    """The groups and genders that people have, for `group` and `gender`; the largest first."""
    return people.filters(services.gallery.facts(collection))


@router.get("/collections", operation_id="listCollections", tags=["gallery"])
async def list_collections(services: UseServices) -> shapes.Collections:
    """Every collection that any visitor may search, the starter first."""
    return people.collections(services.open_collections)


@router.get("/engine", operation_id="getEngine", tags=["health"])
async def show_engine(services: UseServices) -> shapes.EngineFacts:
    """What looks at the photos, and the calls to AWS since the server started."""
    return photos.engine(services.engine)


def _asked(
    engine: Engine, found: Lookalikes[AnyScore], person: str, collection: str | None
) -> list[Match[AnyScore]]:
    """How alike each face is to one person.

    Raises:
        NotOffered: Amazon Rekognition is the engine.
        PersonNotFound, CollectionNotFound, InvalidParameter: there is nobody to compare with.
    """
    own = engine.own()
    who = own.gallery.person(person, collection)
    return [
        Match(who, own.matcher.compare_person(each.face, person, collection))
        for each in found.faces
    ]


def _collection_of(services: Services, person_id: str) -> str | None:
    """The site's own, where they are in it."""
    own = services.site.collection
    there = own is not None and services.gallery.store.people(own, [person_id])
    return own if there else None


def _picture(path: Path, media_type: str) -> Response:
    headers = {"Cache-Control": _PORTRAIT_CACHE, "X-Content-Type-Options": "nosniff"}
    return FileResponse(path, media_type=media_type, headers=headers)
