"""The people of the gallery, and one of them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from lookalike.gallery.members import Who
from lookalike.gallery.people import Language
from lookalike.web import answers
from lookalike.web.pages import credits
from lookalike.web.pages.document import engine_of, respond
from lookalike.web.pages.facets import facets
from lookalike.web.pages.forms import answered

router = APIRouter(include_in_schema=False)

_PAGE = 48

Text = Annotated[str, Query()]


@router.get("/people")
async def people(
    request: Request,
    query: Text = "",
    group: Text = "",
    gender: Text = "",
    collection: Text = "",
    page: Annotated[str, Query()] = "1",
) -> Response:
    """Everybody, or those who are searched for, a page at a time."""

    async def make(language: Language) -> Response:
        gallery = engine_of(request).gallery
        found = gallery.people(collection or None, query, Who(group or None, gender or None))
        pages = max(1, -(-len(found) // _PAGE))
        number = min(max(int(page) if page.isdecimal() else 1, 1), pages)
        shown = found[(number - 1) * _PAGE : number * _PAGE]
        known = credits.known_credits(request, [each.id for each in shown])
        return respond(
            request,
            "people.html",
            language=language,
            shown=[answers.person(each, known.get(each.id)) for each in shown],
            found=len(found),
            number=number,
            pages=pages,
            facets=facets(gallery),
            asked={"query": query, "group": group, "gender": gender, "collection": collection},
        )

    return await answered(request, None, "/people", make)


@router.get("/people/{person_id}")
async def person(request: Request, person_id: str, collection: Text = "") -> Response:
    """Who somebody is, as far as the gallery knows."""

    async def make(language: Language) -> Response:
        who = engine_of(request).gallery.person(person_id, collection or None)
        await credits.fetch(request, [who])
        known = credits.known_credits(request, [who.id]).get(who.id)
        return respond(request, "person.html", language=language, person=answers.person(who, known))

    return await answered(request, None, "/people", make)
