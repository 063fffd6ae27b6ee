"""The page of a shared result, for people and for what draws previews of links."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse

from lookalike.errors import PersonNotFound, ResultNotFound
from lookalike.web.pages.document import language_of, policy, respond
from lookalike.web.services import UseServices
from lookalike.web.sharing.card import SIZES, Shape
from lookalike.web.sharing.results import Shared
from lookalike.web.texts import locale

router = APIRouter(include_in_schema=False)

_HIDDEN = {"X-Robots-Tag": "noindex, nofollow, noarchive", "X-Content-Type-Options": "nosniff"}
# Like every page it tells no page that is gone to from here of its address, which is the secret. It
# shows one picture, which the server has, and asks for nothing.
_HEADERS = _HIDDEN | policy(img_src="'self'", media_src="'none'", form_action="'none'")
# A deleted card is gone from what keeps copies within minutes.
_CARD_CACHE = "public, max-age=300"


@router.api_route("/r/{result_id}", methods=["GET", "HEAD"])
async def show_result(request: Request, services: UseServices, result_id: str) -> Response:
    """What was shared, in the language in which it was; the card says the rest."""
    try:
        shared = services.results.find(result_id)
        services.gallery.person(shared.person)
    except (ResultNotFound, PersonNotFound):
        return _gone(request)
    said = {"sentence": shared.sentence, "words": shared.words, "date": _date(shared)}
    texts = locale(shared.language)["shared"]
    return respond(
        request,
        "shared_result.html",
        language=shared.language,
        headers=_HEADERS,
        words={key: text.format(**said) for key, text in texts.items()},
        shared=shared,
        result_id=result_id,
        sizes=SIZES,
    )


@router.api_route("/r/{result_id}/card.jpg", methods=["GET", "HEAD"])
async def show_card(
    services: UseServices,
    result_id: str,
    shape: Annotated[Shape, Query()] = "wide",
) -> Response:
    """The card of a shared result, in one of its shapes."""
    results = services.results
    services.gallery.person(results.find(result_id).person)
    headers = _HIDDEN | {"Cache-Control": _CARD_CACHE}
    card = results.card(result_id, shape)
    if isinstance(card, bytes):
        return Response(card, media_type="image/jpeg", headers=headers)
    return FileResponse(card, media_type="image/jpeg", headers=headers)


def _gone(request: Request) -> Response:
    language = language_of(request)
    return respond(
        request,
        "shared_result.html",
        status=404,
        language=language,
        headers=_HEADERS,
        words=locale(language)["shared"],
        shared=None,
    )


def _date(shared: Shared) -> str:
    when = shared.expiry
    if shared.language == "ko":
        return f"{when.year}년 {when.month}월 {when.day}일"
    return f"{when.day} {when:%B} {when.year}"
