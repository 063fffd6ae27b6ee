"""The page as a widget: `/embed` in an iframe of the web sites that a site file names."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from lookalike.errors import NotFound
from lookalike.web.depends import UseEngine, UseSite
from lookalike.web.pages import start

router = APIRouter(include_in_schema=False)


@router.api_route("/embed", methods=["GET", "HEAD"])
async def show_widget(request: Request, engine: UseEngine, site: UseSite) -> Response:
    """The page, which only those web sites may frame.

    Raises:
        NotFound: there is no site file, or it names none.
    """
    if not site.origins:
        raise NotFound("Nothing is embedded: the site file names no origins under [embed].")
    answer = await start.show(request, engine, site)
    policy = answer.headers["Content-Security-Policy"]
    framed = f"frame-ancestors {' '.join(site.origins)}"
    answer.headers["Content-Security-Policy"] = policy.replace("frame-ancestors 'none'", framed)
    return answer
