"""Portraits of people, listed, added and removed over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import Form, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from lookalike.answers import changes
from lookalike.engine.portraits import Sent, portraits
from lookalike.errors import InvalidParameter, NotFound
from lookalike.gallery.people import Credit
from lookalike.gallery.portraits import StoredPortrait
from lookalike.gallery.sources import columns
from lookalike.web.admin.guarded import InCollection, guarded, own, row
from lookalike.web.services import UseServices

# Photos of one request; the size of a request's body is limited too.
_MOST_PHOTOS = 20

MULTIPART = Form(media_type="multipart/form-data")

router = guarded()


class NewPortraits(BaseModel):
    """Photos of one person, and where they come from."""

    model_config = ConfigDict(extra="forbid")

    photos: list[UploadFile] = Field(description="JPEG, PNG, WebP, HEIC or AVIF.")
    source: str | None = Field(None, description="Web address they come from.")
    author: str | None = None
    licence: str | None = None
    licence_url: str | None = None
    show: bool = Field(
        False, description="Show them on the page, from thumbnails; only with a licence."
    )


class Showing(BaseModel):
    model_config = ConfigDict(extra="forbid")

    shown: bool = Field(description="Whether the page shows it; it needs a licence.")


@router.get("/people/{person_id}/portraits", operation_id="listPortraits")
def list_portraits(
    services: UseServices, person_id: str, collection: InCollection = None
) -> changes.StoredPortraits:
    """The portraits of a person, the oldest first."""
    person = own(services.gallery, person_id, collection)
    return changes.portraits(person, services.gallery.portraits(person.id, person.collection))


@router.post("/people/{person_id}/portraits", operation_id="addPortraits", status_code=201)
async def add_portraits(
    services: UseServices,
    person_id: str,
    sent: Annotated[NewPortraits, MULTIPART],
    collection: InCollection = None,
) -> changes.AddedPortraits:
    """Add photos to a person who is there: all of them, or none. Those they have are left out.
    `warnings` name photos by which somebody is badly found: covered, in profile, dark, tiny."""
    credit = credited(sent)
    photos = await read(sent.photos)

    def work() -> changes.AddedPortraits:
        person = own(services.gallery, person_id, collection)
        made = portraits(services.engine.local, photos, credit, show=sent.show)
        services.gallery.store.add_portraits(person, made)
        if sent.show:
            services.gallery.store.publish(person, made)
        found = services.gallery.portraits(person.id, person.collection)
        return changes.added(person, found, made)

    return await services.executor.run(work)


@router.patch("/people/{person_id}/portraits/{portrait_id}", operation_id="showPortrait")
def show_portrait(
    services: UseServices,
    person_id: str,
    portrait_id: str,
    sent: Showing,
    collection: InCollection = None,
) -> changes.StoredPortraits:
    """Show a portrait on the page, or no longer."""
    person = own(services.gallery, person_id, collection)
    one = _one(services.gallery.portraits(person.id, person.collection), portrait_id)
    if sent.shown and not one.showable:
        raise InvalidParameter(
            "shown: the portrait has no licence, or no thumbnail to show; add the photo again "
            "with `show` and `licence`."
        )
    services.gallery.store.show(person, {one.image_id or "": None}, shown=sent.shown)
    return changes.portraits(person, services.gallery.portraits(person.id, person.collection))


@router.delete(
    "/people/{person_id}/portraits/{portrait_id}", operation_id="removePortrait", status_code=204
)
def remove_portrait(
    services: UseServices, person_id: str, portrait_id: str, collection: InCollection = None
) -> None:
    """Remove one of several portraits of a person."""
    person = own(services.gallery, person_id, collection)
    services.gallery.store.remove_portrait(person, portrait_id)


async def read(uploads: Sequence[UploadFile]) -> list[Sent]:
    if len(uploads) > _MOST_PHOTOS:
        raise InvalidParameter(f"photos: {len(uploads)} photos; at most {_MOST_PHOTOS}.")
    read = []
    for number, each in enumerate(uploads, 1):
        called = f" ({each.filename[:100]})" if each.filename else ""
        read.append(Sent(f"photo {number}{called}", await each.read()))
    return read


def credited(sent: NewPortraits) -> Credit | None:
    """The credit of what is sent.

    Raises:
        InvalidParameter: an address is none; or it is to be shown, and there is no licence.
    """
    credit = columns.credit(row(sent))
    if sent.show and not (credit and credit.licence):
        raise InvalidParameter("show: it needs `licence`: on what terms they may be shown.")
    return credit


def _one(known: Sequence[StoredPortrait], portrait_id: str) -> StoredPortrait:
    """
    Raises:
        NotFound: there is no such portrait.
    """
    for each in known:
        if each.id == portrait_id:
            return each
    raise NotFound(f"There is no portrait {portrait_id!r}.")
