"""The start page, and those that only tell: nothing in them depends on what was asked."""

from __future__ import annotations

import math

from fastapi import APIRouter, Request, Response

from lookalike.web.pages.document import engine_of, people_of, respond
from lookalike.web.pages.facets import facets

router = APIRouter(include_in_schema=False)


@router.api_route("/", methods=["GET", "HEAD"])
async def start(request: Request) -> Response:
    """Choose a photo; the scripts show the answer on the same page."""
    engine = engine_of(request)
    return respond(
        request,
        "start.html",
        typical=typical(people_of(engine)),
        facets=facets(engine.gallery),
    )


@router.get("/compare")
async def compare(request: Request) -> Response:
    """Photos of one's own against each other; the scripts ask and show."""
    return respond(request, "compare.html")


@router.get("/privacy")
async def privacy(request: Request) -> Response:
    """What is kept of whom, for how long, and how to have it removed."""
    return respond(request, "privacy.html", contact=request.app.state.settings.contact)


def typical(people: int) -> int:
    """The resemblance that the nearest of so many strangers has, to the nearest five."""
    return min(100, 5 * round(4 * math.log10(max(1, people))))
