"""The part of the JSON API that changes the user's own galleries; `admission.py` says who may."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Body, Form, Path, Query, Response, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from lookalike.answers import people, shapes
from lookalike.answers.shapes import Answer
from lookalike.engine.local import LocalEngine
from lookalike.errors import Conflict, InvalidParameter, NotFound, PhotoError
from lookalike.gallery.gallery import Gallery
from lookalike.gallery.people import Credit, Person, new_id
from lookalike.gallery.portraits import Portrait
from lookalike.gallery.sources import columns
from lookalike.gallery.sources.image_file import portrait
from lookalike.web import problems
from lookalike.web.admission import DESCRIBED, Guarded
from lookalike.web.services import UseKnown, UseServices
from lookalike.web.takedown import forget

MINE = "mine"
# Photos of one request; the size of a request's body is limited too.
_MOST_PHOTOS = 20

_PROBLEMS = problems.responses(
    {
        401: "The admin token is missing or wrong.",
        403: "From elsewhere while no admin token is set, or someone who asked to be left out.",
        404: "There is no such person, portrait or collection.",
        409: "They are there already.",
        422: "A photo or parameter that cannot be used; nothing was changed.",
    }
)

router = APIRouter(
    prefix="/api/v1",
    tags=["changing galleries"],
    route_class=Guarded,
    dependencies=[DESCRIBED],
    responses=_PROBLEMS,
)

_MULTIPART = Form(media_type="multipart/form-data")
CollectionId = Annotated[str, Field(pattern=r"^[^/\x00-\x1f\x7f]{1,255}$")]
InCollection = Annotated[
    str | None, Query(description="Where the person is; the first of your own unless set.")
]


class Facts(BaseModel):
    """What is left out stays as it is; what is null or empty goes."""

    model_config = ConfigDict(extra="forbid")

    name_ko: str | None = None
    name_en: str | None = None
    description_ko: str | None = None
    description_en: str | None = None
    born: str | None = Field(None, description="`1961-08-04`, or only year and month, or year.")
    died: str | None = None
    gender: str | None = Field(None, description=f"One of {', '.join(columns.GENDERS)}.")
    groups: list[str] | None = None
    links: list[str] | None = Field(None, description="Web addresses of the person's own pages.")
    wikidata: str | None = Field(None, description="Wikidata id, such as `Q76`, or its address.")


class NewPortraits(BaseModel):
    """Photos of one person, and where they come from."""

    model_config = ConfigDict(extra="forbid")

    photos: list[UploadFile] = Field(description="JPEG, PNG, WebP, HEIC or AVIF.")
    source: str | None = Field(None, description="Web address they come from.")
    author: str | None = None
    licence: str | None = None
    licence_url: str | None = None


class NewPerson(NewPortraits, Facts):
    name: str | None = Field(None, description="In either language, told by its script.")
    collection: CollectionId = MINE


class NewCollection(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: CollectionId


class Reason(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: str = Field("", description="Kept with the entry, for yourself.", max_length=1000)


class StoredPortrait(Answer):
    """A portrait of a gallery; its vector stays there."""

    id: str
    image_id: str | None = Field(description="The sha256 of the photo's file.")
    created: datetime | None
    fetched_at: datetime | None
    credit: shapes.Credit | None
    box: shapes.Box | None
    quality: shapes.Quality | None


class StoredPortraits(Answer):
    person: str
    collection: str
    portraits: tuple[StoredPortrait, ...]


class Receipt(Answer):
    person: shapes.Person
    portraits: int = Field(description="How many were removed, with their vectors.")
    cached_files: int = Field(description="Fetched portraits that were removed.")
    results: int = Field(description="Shared results that showed them, and were removed.")
    blocked: tuple[str, ...] = Field(description="What later imports are held against.")
    at: datetime


@dataclass(frozen=True, slots=True)
class _Upload:
    """A photo of a request; `name` says which, to whoever sent it."""

    name: str
    data: bytes


@router.post("/people", status_code=201)
async def add_person(
    services: UseServices,
    known: UseKnown,
    sent: Annotated[NewPerson, _MULTIPART],
    response: Response,
) -> shapes.Person:
    """Add a person with one photo or more; they are found at once. All of it happens, or nothing.

    Their id is the Wikidata id, if there is one.
    """
    row = _row(sent)
    person = columns.person(row, sent.collection)
    person = replace(person, id=person.wikidata or new_id())
    credit = columns.credit(row)
    photos = await _read(sent.photos)

    def work() -> None:
        with suppress(NotFound):
            _own(services.gallery, person.id, sent.collection)
            raise Conflict(
                f"{person.id} is in {sent.collection!r} already; send the photos to "
                f"{known.root}/api/v1/people/{person.id}/portraits."
            )
        services.gallery.store.add(person, _portraits(services.engine.local, photos, credit))

    await services.executor.run(work)
    response.headers["Location"] = f"{known.root}/api/v1/people/{person.id}"
    return people.person(person, known)


@router.patch("/people/{person_id}")
def change_person(
    services: UseServices,
    known: UseKnown,
    person_id: str,
    sent: Facts,
    collection: InCollection = None,
) -> shapes.Person:
    """Change facts of a person."""
    before = _own(services.gallery, person_id, collection)
    stated = columns.person(_facts_of(before) | _row(sent, keep_empty=True), before.collection)
    person = replace(stated, id=before.id, external_ids=before.external_ids)
    services.gallery.store.change(person)
    return people.person(person, known)


@router.delete("/people/{person_id}", status_code=204)
def remove_person(services: UseServices, person_id: str, collection: InCollection = None) -> None:
    """Remove a person with their portraits from one collection, or from all of your own."""
    services.gallery.store.remove(person_id, collection)


@router.get("/people/{person_id}/portraits")
def list_portraits(
    services: UseServices, person_id: str, collection: InCollection = None
) -> StoredPortraits:
    """The portraits of a person, the oldest first."""
    return _listed(services.gallery, _own(services.gallery, person_id, collection))


@router.post("/people/{person_id}/portraits", status_code=201)
async def add_portraits(
    services: UseServices,
    person_id: str,
    sent: Annotated[NewPortraits, _MULTIPART],
    collection: InCollection = None,
) -> StoredPortraits:
    """Add photos to a person who is there: all of them, or none. Those they have are left out."""
    credit = columns.credit(_row(sent))
    photos = await _read(sent.photos)

    def work() -> StoredPortraits:
        person = _own(services.gallery, person_id, collection)
        made = _portraits(services.engine.local, photos, credit)
        services.gallery.store.add_portraits(person, made)
        return _listed(services.gallery, person)

    return await services.executor.run(work)


@router.delete("/people/{person_id}/portraits/{portrait_id}", status_code=204)
def remove_portrait(
    services: UseServices, person_id: str, portrait_id: str, collection: InCollection = None
) -> None:
    """Remove one of several portraits of a person."""
    person = _own(services.gallery, person_id, collection)
    services.gallery.store.remove_portrait(person, portrait_id)


@router.post("/people/{person_id}/takedown")
def take_down(
    services: UseServices,
    known: UseKnown,
    person_id: str,
    sent: Annotated[Reason | None, Body()] = None,
) -> Receipt:
    """Remove a person everywhere, hide them in the starter gallery, and keep them out for good."""
    receipt = services.gallery.takedown(person_id, sent.reason if sent else "")
    forgotten = forget(services.settings, receipt)
    return Receipt(
        person=people.person(receipt.person, known),
        portraits=receipt.portraits,
        cached_files=forgotten.cached_files,
        results=forgotten.results,
        blocked=receipt.blocked,
        at=receipt.at,
    )


@router.post("/collections", status_code=201)
def create_collection(services: UseServices, sent: NewCollection) -> shapes.Collection:
    """Add an empty collection."""
    services.gallery.store.create(sent.id)
    return shapes.Collection(id=sent.id, people=0, faces=0, read_only=False)


@router.delete("/collections/{collection}", status_code=204)
def delete_collection(services: UseServices, collection: Annotated[CollectionId, Path()]) -> None:
    """Delete one of your own collections with everyone in it."""
    services.gallery.store.delete(collection)


def _own(gallery: Gallery, person_id: str, collection: str | None) -> Person:
    """The person whom a request is about: of your own rather than of the starter gallery.

    Raises:
        NotFound: there is no such person or collection.
    """
    for each in gallery.collections() if collection is None else ():
        if not each.read_only:
            with suppress(NotFound):
                return gallery.person(person_id, each.id)
    return gallery.person(person_id, collection)


def _row(sent: BaseModel, *, keep_empty: bool = False) -> dict[str, str | list[str]]:
    """What was sent, as columns; with `keep_empty` what was emptied too."""
    stated = sent.model_dump(include={*columns.NAMES}, exclude_unset=True)
    return {column: v or "" for column, v in stated.items() if v is not None or keep_empty}


def _facts_of(person: Person) -> dict[str, str | list[str]]:
    row = {
        "name_ko": person.name.ko,
        "name_en": person.name.en,
        "description_ko": person.description.ko,
        "description_en": person.description.en,
        "born": person.born,
        "died": person.died,
        "gender": person.gender,
        "wikidata": person.wikidata,
        "groups": list(person.groups),
        "links": list(person.websites),
    }
    return {column: value or "" for column, value in row.items()}


async def _read(uploads: Sequence[UploadFile]) -> list[_Upload]:
    if len(uploads) > _MOST_PHOTOS:
        raise InvalidParameter(f"photos: {len(uploads)} photos; at most {_MOST_PHOTOS}.")
    read = []
    for number, each in enumerate(uploads, 1):
        called = f" ({each.filename[:100]})" if each.filename else ""
        read.append(_Upload(f"photo {number}{called}", await each.read()))
    return read


def _portraits(
    engine: LocalEngine, photos: Sequence[_Upload], credit: Credit | None
) -> list[Portrait]:
    """A portrait of each photo.

    Raises:
        PhotoError: names every photo that cannot be used, and why.
    """
    made: list[Portrait] = []
    errors: list[tuple[_Upload, PhotoError]] = []
    for photo in photos:
        try:
            face = engine.analyzer.analyze(photo.data).main_face()
        except PhotoError as error:
            errors.append((photo, error))
        else:
            made.append(portrait(face, photo.data, credit))
    if errors:
        kinds = {type(error) for _, error in errors}
        reasons = "; ".join(f"{photo.name}: {str(error).rstrip('.')}" for photo, error in errors)
        raise (kinds.pop() if len(kinds) == 1 else PhotoError)(f"{reasons}. Nothing was added.")
    return made


def _listed(gallery: Gallery, person: Person) -> StoredPortraits:
    stored = gallery.portraits(person.id, person.collection)
    return StoredPortraits(
        person=person.id,
        collection=person.collection,
        portraits=tuple(StoredPortrait.model_validate(each) for each in stored),
    )
