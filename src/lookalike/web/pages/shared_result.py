"""The page of a shared result, for people and for what draws previews of links."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated

import jinja2
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse, HTMLResponse

from lookalike.errors import PersonNotFound, ResultNotFound
from lookalike.gallery.people import Language
from lookalike.web.pages.assets import static_version
from lookalike.web.services import UseServices
from lookalike.web.sharing import cards
from lookalike.web.sharing.cards import Shape
from lookalike.web.sharing.results import Shared
from lookalike.web.texts import COOKIE, choose_language, locale

router = APIRouter(include_in_schema=False)

_POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
)
_HIDDEN = {"X-Robots-Tag": "noindex, nofollow, noarchive", "X-Content-Type-Options": "nosniff"}
_HEADERS = _HIDDEN | {
    "Cache-Control": "private, no-cache",
    "Content-Security-Policy": "; ".join(_POLICY),
    # The address is the secret: a page that is gone to from here must not learn it.
    "Referrer-Policy": "no-referrer",
}
# A deleted card is gone from what keeps copies within minutes.
_CARD_CACHE = "public, max-age=300"


@router.api_route("/r/{result_id}", methods=["GET", "HEAD"])
async def show_result(request: Request, services: UseServices, result_id: str) -> Response:
    try:
        shared = services.results.find(result_id)
        services.gallery.person(shared.person)
    except (ResultNotFound, PersonNotFound):
        return _gone(request)
    texts = locale(shared.language)["shared"]
    said = {"name": shared.name, "site": services.site.name, "words": shared.words}
    said |= {"best": shared.best, "points": str(shared.points), "date": _date(shared)}
    return _page(
        request,
        shared.language,
        200,
        t={key: text.format(**said) for key, text in texts.items()},
        shared=shared,
        result_id=result_id,
        url=f"{services.public_url(request)}/r/{result_id}",
        size=cards.SIZES["wide"],
        site=services.site,
    )


@router.api_route("/r/{result_id}/card.png", methods=["GET", "HEAD"])
async def show_card(
    services: UseServices,
    result_id: str,
    shape: Annotated[Shape, Query()] = "wide",
) -> Response:
    results = services.results
    services.gallery.person(results.find(result_id).person)
    headers = _HIDDEN | {"Cache-Control": _CARD_CACHE}
    return FileResponse(results.card(result_id, shape), media_type="image/png", headers=headers)


def _gone(request: Request) -> Response:
    accepted = request.headers.get("accept-language", "")
    language = choose_language(None, request.cookies.get(COOKIE), accepted)
    return _page(request, language, 404, t=locale(language)["shared"], shared=None)


def _page(request: Request, language: Language, status: int, **values: object) -> Response:
    root = request.scope.get("root_path", "")
    html = _template().render(
        language=language,
        root=root,
        static=f"{root}/static/{static_version()}",
        **values,
    )
    return HTMLResponse(html, status, _HEADERS | {"Content-Language": language})


def _date(shared: Shared) -> str:
    when = shared.expiry
    if shared.language == "ko":
        return f"{when.year}년 {when.month}월 {when.day}일"
    return f"{when.day} {when:%B} {when.year}"


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parents[1] / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("shared_result.html")
