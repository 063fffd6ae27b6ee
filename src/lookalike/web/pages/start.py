"""The start page, and those that only tell: nothing in them depends on what was asked."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from lookalike.gallery.people import Language
from lookalike.web.depends import UseEngine, UseSite
from lookalike.web.pages.document import respond
from lookalike.web.pages.facets import facets
from lookalike.web.pages.forms import answered

router = APIRouter(include_in_schema=False)


@router.api_route("/", methods=["GET", "HEAD"])
async def show(request: Request, engine: UseEngine, site: UseSite) -> Response:
    """Choose a photo; the scripts show the answer on the same page."""
    return respond(request, "start.html", facets=facets(request, engine.gallery, site.collection))


@router.get("/compare")
async def compare(request: Request, engine: UseEngine) -> Response:
    """Photos of one's own against each other; the scripts ask and show."""

    async def make(language: Language) -> Response:
        engine.own()
        return respond(request, "compare.html", language=language)

    return await answered(request, None, "/", make)


@router.get("/privacy")
async def privacy(request: Request) -> Response:
    """What is kept of whom, for how long, and how to have it removed."""
    return respond(request, "privacy.html", contact=request.app.state.settings.contact)


@router.get("/site.css")
async def colours(request: Request, site: UseSite) -> Response:
    """The colours of an event, which the style sheets build on."""
    return respond(request, "site.css", media_type="text/css", colours=site.colours)
