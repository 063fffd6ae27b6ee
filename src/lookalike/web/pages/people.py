"""`/people`: the people of the gallery, to look through, and one of them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from lookalike.answers import people as answers
from lookalike.gallery.people import Language, Who
from lookalike.web.admission import permitted
from lookalike.web.pages import pictures
from lookalike.web.pages.choices import choices
from lookalike.web.pages.document import answered, respond
from lookalike.web.services import UseServices, UseShown
from lookalike.web.sharing import saying

router = APIRouter(include_in_schema=False)

_PAGE = 48

Asked = Annotated[str, Query()]


@router.get("/people")
async def people(
    request: Request,
    services: UseServices,
    shown: UseShown,
    query: Asked = "",
    group: Asked = "",
    gender: Asked = "",
    collection: Asked = "",
    page: Asked = "1",
) -> Response:
    """Everybody, or those who are searched for, a page at a time."""

    async def make(language: Language) -> Response:
        within = permitted(request, collection) or services.site.collection
        found = services.gallery.listed(within, query, Who(group or None, gender or None))
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
            choices=choices(services, services.site.collection),
            asked={"query": query, "group": group, "gender": gender, "collection": collection},
        )

    return await answered(request, None, "/people", make)


@router.get("/people/{person_id}")
async def person(
    request: Request,
    services: UseServices,
    shown: UseShown,
    person_id: str,
    collection: Asked = "",
) -> Response:
    """Who somebody is, as far as the gallery knows."""

    async def make(language: Language) -> Response:
        within = permitted(request, collection) or services.site.collection
        who = services.gallery.person(person_id, within)
        await pictures.fetch(services.portraits, [who])
        return respond(
            request,
            "person.html",
            language=language,
            person=answers.person(who, shown),
            question=saying.question(services.site.name_of(who.id, who.name), language),
        )

    return await answered(request, None, "/people", make)
