"""The start page, also as a widget for other web sites, and those that only tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from lookalike.answers import people, shapes
from lookalike.errors import NotFound
from lookalike.gallery.people import Language, Person
from lookalike.site import Colours
from lookalike.web import colours
from lookalike.web.pages import pictures
from lookalike.web.pages.choices import choices
from lookalike.web.pages.document import answered, policy, respond
from lookalike.web.services import Services, UseServices, UseShown

router = APIRouter(include_in_schema=False)


@router.api_route("/", methods=["GET", "HEAD"])
async def show(
    request: Request,
    services: UseServices,
    shown: UseShown,
    asked: Annotated[str, Query(alias="with")] = "",
) -> Response:
    """Choose a photo; the scripts show the answer on the same page. Whoever comes from somebody's
    page is compared with them too."""
    who = _asked(services, asked)
    if who is not None:
        await pictures.fetch(services.portraits, [who])
    return _start(request, services, asked=None if who is None else people.person(who, shown))


@router.api_route("/embed", methods=["GET", "HEAD"])
async def show_widget(request: Request, services: UseServices) -> Response:
    """The start page for a frame of the web sites that are named; no other may frame it.

    Raises:
        NotFound: none is named.
    """
    origins = services.site.origins
    if not origins:
        raise NotFound(
            "Nothing is embedded: no web site is named, neither in LOOKALIKE_EMBED_ORIGINS nor "
            "under [embed] of the site file."
        )
    return _start(request, services, policy(frame_ancestors=" ".join(origins)))


def _start(
    request: Request,
    services: Services,
    headers: Mapping[str, str] | None = None,
    asked: shapes.Person | None = None,
) -> Response:
    offered = choices(services, services.site.collection)
    return respond(request, "start.html", headers=headers, choices=offered, asked=asked)


def _asked(services: Services, person: str) -> Person | None:
    """The one whose page the visitor comes from; None where they are not there any more, and where
    Amazon Rekognition looks, which compares with nobody."""
    if not person or services.settings.engine == "aws":
        return None
    try:
        return services.gallery.person(person, services.site.collection)
    except NotFound:
        return None


@router.get("/compare")
async def compare(request: Request, services: UseServices) -> Response:
    """Photos of one's own against each other; the scripts ask and show."""

    async def make(language: Language) -> Response:
        services.engine.own()
        return respond(request, "compare.html", language=language)

    return await answered(request, None, "/", make)


@router.get("/privacy")
async def privacy(request: Request, services: UseServices) -> Response:
    """What is kept of whom, for how long, and how to have it removed."""
    return respond(request, "privacy.html")


@router.get("/site.css")
async def style(request: Request, services: UseServices) -> Response:
    """The colours of an event, which the style sheets build on."""
    own = Colours(colours.day().accent, colours.night().accent)
    shown = services.site.colours or own
    return respond(request, "site.css", media_type="text/css", colours=shown)
