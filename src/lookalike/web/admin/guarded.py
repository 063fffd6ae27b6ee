"""What all changes of galleries over HTTP share: who may, what goes wrong, whom they are about."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from lookalike.errors import NotFound
from lookalike.gallery.gallery import Gallery
from lookalike.gallery.people import Person
from lookalike.gallery.sources import columns
from lookalike.web import problems
from lookalike.web.admission import DESCRIBED, Guarded

_PROBLEMS = problems.responses(
    {
        401: "The admin token is missing or wrong.",
        403: "From elsewhere while no admin token is set, or someone who asked to be left out.",
        404: "There is no such person, portrait, collection or takedown.",
        409: "They are there already, or with another face; `people` says who.",
        422: "A photo or parameter that cannot be used; nothing was changed.",
    }
)

CollectionId = Annotated[str, Field(pattern=r"^[^/\x00-\x1f\x7f]{1,255}$")]
InCollection = Annotated[
    str | None, Query(description="Where the person is; the first of your own unless set.")
]


def guarded() -> APIRouter:
    """A router that lets in whoever may change galleries, and nobody else."""
    return APIRouter(
        prefix="/api/v1",
        tags=["changing galleries"],
        route_class=Guarded,
        dependencies=[DESCRIBED],
        responses=_PROBLEMS,
    )


def own(gallery: Gallery, person_id: str, collection: str | None) -> Person:
    """The person whom a request is about: of your own rather than of the starter gallery.

    Raises:
        NotFound: there is no such person or collection.
    """
    for each in gallery.collections() if collection is None else ():
        if not each.read_only:
            with suppress(NotFound):
                return gallery.person(person_id, each.id)
    return gallery.person(person_id, collection)


def row(sent: BaseModel, *, keep_empty: bool = False) -> dict[str, str | list[str]]:
    """What was sent, as columns; with `keep_empty` what was emptied too."""
    stated = sent.model_dump(include={*columns.NAMES}, exclude_unset=True)
    return {column: v or "" for column, v in stated.items() if v is not None or keep_empty}
