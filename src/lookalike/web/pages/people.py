"""`/people`: the people of the gallery, to look through, and one of them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from lookalike.answers import people as answers
from lookalike.gallery.index.collection import Who
from lookalike.gallery.people import Language
from lookalike.web.depends import UseEngine, UsePortraits, UseShown
from lookalike.web.guard import permitted
from lookalike.web.pages import waiting
from lookalike.web.pages.document import respond
from lookalike.web.pages.facets import facets
from lookalike.web.pages.forms import answered

router = APIRouter(include_in_schema=False)

_PAGE = 48

Text = Annotated[str, Query()]


@router.get("/people")
async def people(
    request: Request,
    engine: UseEngine,
    shown: UseShown,
    query: Text = "",
    group: Text = "",
    gender: Text = "",
    collection: Text = "",
    page: Text = "1",
) -> Response:
    """Everybody, or those who are searched for, a page at a time."""

    async def make(language: Language) -> Response:
        within = permitted(request, engine.gallery, collection) or shown.site.collection
        found = engine.gallery.people(within, query, Who(group or None, gender or None))
        pages = max(1, -(-len(found) // _PAGE))
        number = min(max(int(page) if page.isdecimal() else 1, 1), pages)
        listed = found[(number - 1) * _PAGE : number * _PAGE]
        return respond(
            request,
            "people.html",
            language=language,
            listed=[answers.person(each, shown) for each in listed],
            found=len(found),
            number=number,
            pages=pages,
            facets=facets(request, engine.gallery, shown.site.collection),
            asked={"query": query, "group": group, "gender": gender, "collection": collection},
        )

    return await answered(request, None, "/people", make)


@router.get("/people/{person_id}")
async def person(
    request: Request,
    engine: UseEngine,
    portraits: UsePortraits,
    shown: UseShown,
    person_id: str,
    collection: Text = "",
) -> Response:
    """Who somebody is, as far as the gallery knows."""

    async def make(language: Language) -> Response:
        within = permitted(request, engine.gallery, collection) or shown.site.collection
        who = engine.gallery.person(person_id, within)
        await waiting.fetch(portraits, [who])
        return respond(request, "person.html", language=language, person=answers.person(who, shown))

    return await answered(request, None, "/people", make)
