"""`/admin`, `/people/<id>/manage`, `/takedowns` and `/operator`: what the admin changes and sees.

The pages hold next to nothing; what they show and do is the JSON API's, which asks for the token.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from lookalike.answers import people as answers
from lookalike.errors import InvalidParameter
from lookalike.gallery.people import Language
from lookalike.web.admission import permitted
from lookalike.web.pages.document import answered, respond
from lookalike.web.services import UseServices, UseShown

router = APIRouter(include_in_schema=False)


@router.get("/admin")
async def administer(
    request: Request, services: UseServices, collection: Annotated[str, Query()] = ""
) -> Response:
    """The collection of the site: who is in it, adding, importing, and how the site is used.

    Nothing leads here: visitors have nothing to do with it.
    """
    own, searched = services.own_collection, services.site.collection
    # Beside the one that people are added to, those that visitors search.
    found = {each.id: each for each in services.open_collections if searched in (None, each.id)}
    shown = collection if collection in found else own
    return respond(
        request,
        "admin.html",
        headers={"X-Robots-Tag": "noindex"},
        collection=shown,
        collections=sorted({own, *found}),
        read_only=shown in found and found[shown].read_only,
        elsewhere=searched if searched not in (None, shown) else None,
    )


@router.get("/people/{person_id}/manage")
async def manage(
    request: Request,
    services: UseServices,
    shown: UseShown,
    person_id: str,
    collection: Annotated[str, Query()] = "",
) -> Response:
    """Forms to change somebody of one's own galleries; of the starter, to take them down."""

    async def make(language: Language) -> Response:
        within = permitted(request, collection) or services.site.collection
        try:
            who, own = services.gallery.own_person(person_id, within), True
        except InvalidParameter:
            who, own = services.gallery.person(person_id, within), False
        person = answers.person(who, shown)
        return respond(request, "manage.html", language=language, person=person, own=own)

    return await answered(request, None, "/people", make)


@router.get("/takedowns")
async def takedowns(request: Request) -> Response:
    """The receipts of takedowns, to undo them."""
    return respond(request, "takedowns.html")


@router.get("/operator")
async def operator(request: Request) -> Response:
    """How the server is doing, for whoever runs it."""
    return respond(request, "operator.html")
