"""People of the user's own galleries, added, changed, merged and removed over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field

from lookalike.answers import changes, people, shapes
from lookalike.engine.portraits import portraits
from lookalike.errors import InvalidParameter, Unlike
from lookalike.gallery.gallery import Gallery
from lookalike.gallery.people import FIELDS, Person
from lookalike.gallery.sources import columns
from lookalike.web.admin.guarded import CollectionId, InCollection, guarded, own, row
from lookalike.web.admin.portraits import MULTIPART, NewPortraits, credited, read
from lookalike.web.services import UseKnown, UseServices

router = guarded()


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
    country: str | None = Field(None, description="In two letters (ISO 3166-1): `KR`.")
    fields: list[str] | None = Field(None, description=f"Each one of {', '.join(FIELDS)}.")
    groups: list[str] | None = None
    links: list[str] | None = Field(None, description="Web addresses of the person's own pages.")
    wikidata: str | None = Field(None, description="Wikidata id, such as `Q76`, or its address.")
    external_ids: list[str] | None = Field(
        None, description="What they are called elsewhere: `imdb=nm1682433`."
    )


class NewPerson(NewPortraits, Facts):
    name: str | None = Field(None, description="In either language, told by its script.")
    collection: CollectionId | None = Field(
        None, description="The one that the site searches, or else `mine`, unless set."
    )
    to: str | None = Field(
        None, description="Id of the person to add to, whatever name and face say."
    )
    new: bool = Field(False, description="Another person, even if somebody is called so.")


class Other(BaseModel):
    model_config = ConfigDict(extra="forbid")

    other: str = Field(description="Id of the one who is no more afterwards.")
    anyway: bool = Field(False, description="Even if their faces differ.")


@router.post(
    "/people",
    operation_id="addPerson",
    status_code=201,
    responses={200: {"description": "Added to who is there."}},
)
async def add_person(
    services: UseServices,
    known: UseKnown,
    sent: Annotated[NewPerson, MULTIPART],
    response: Response,
) -> changes.Enrolled:
    """Add a person with one photo or more; they are found at once. All of it happens, or nothing.

    Where somebody of that name, however it is spelt, and of the same group or none is in the
    collection and has that face, the photos are added to them (200), and facts that were not
    known. If the faces differ nothing is changed (409): the answer names who is there, and
    `to` with an id, or `new`, decides. The id of a new person is the Wikidata id, if there is one.
    `warnings` name photos by which somebody is badly found: covered, in profile, dark, tiny.
    """
    if sent.to and sent.new:
        raise InvalidParameter("to, new: one of them at most.")
    person = _stated(services.gallery, sent, sent.collection or services.own_collection)
    credit = credited(sent)
    photos = await read(sent.photos)

    def work() -> changes.Enrolled:
        local = services.engine.local
        made = portraits(local, photos, credit, show=sent.show)
        alike = local.calibration.similarity
        try:
            done = services.gallery.store.enrol(
                person, made, alike, to=sent.to or None, new=sent.new
            )
        except Unlike as error:
            advice = "Send `to` with their id to add to them anyway, or `new` for another person."
            raise Unlike(f"{error} {advice}", error.people) from error
        if sent.show:
            services.gallery.store.publish(done.person, made)
        return changes.enrolled(done, made, known)

    enrolled = await services.executor.run(work)
    response.headers["Location"] = f"{known.root}/api/v1/people/{enrolled.id}"
    response.status_code = 201 if enrolled.new else 200
    return enrolled


@router.get("/people/{person_id}/facts", operation_id="getFacts")
def show_facts(services: UseServices, person_id: str, collection: InCollection = None) -> Facts:
    """All facts of a person that can be changed, as they are sent to change them."""
    known = columns.facts(own(services.gallery, person_id, collection))
    return Facts.model_validate({column: value or None for column, value in known.items()})


@router.patch("/people/{person_id}", operation_id="changePerson")
def change_person(
    services: UseServices,
    known: UseKnown,
    person_id: str,
    sent: Facts,
    collection: InCollection = None,
) -> shapes.Person:
    """Change facts of a person."""
    before = own(services.gallery, person_id, collection)
    person = columns.changed(before, row(sent, keep_empty=True))
    services.gallery.store.change(person)
    return people.person(person, known)


@router.post("/people/{person_id}/merge", operation_id="mergePeople")
def merge_people(
    services: UseServices,
    known: UseKnown,
    person_id: str,
    sent: Other,
    collection: InCollection = None,
) -> changes.Merged:
    """Make two people of one collection one: this one has the portraits of both, and what only
    the other states. If their faces differ nothing is changed (409), unless `anyway`."""
    person = own(services.gallery, person_id, collection)
    gone = own(services.gallery, sent.other, collection or person.collection)
    alike = None if sent.anyway else services.engine.local.calibration.similarity
    try:
        return changes.merged(services.gallery.store.merge(person, gone, alike), known)
    except Unlike as error:
        raise Unlike(f"{error} Send `anyway` to merge them.", error.people) from error


@router.delete("/people/{person_id}", operation_id="removePerson", status_code=204)
def remove_person(services: UseServices, person_id: str, collection: InCollection = None) -> None:
    """Remove a person with their portraits from one collection, or from all of your own."""
    services.gallery.store.remove(person_id, collection)


def _stated(gallery: Gallery, sent: NewPerson, collection: str) -> Person:
    """Who is stated, with an id of their own; of somebody who is there, with their names."""
    if not sent.to:
        return columns.newcomer(row(sent), collection)
    return columns.beside(own(gallery, sent.to, collection), row(sent))
