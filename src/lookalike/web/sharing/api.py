"""The JSON API's part in sharing: the card of a face and a person, and links to a result.

What a card says is never taken from the client: the photo is sent again, and scored again.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import numpy as np
import PIL.Image
from anyio import to_thread
from fastapi import APIRouter, Depends, Form, Header, Request, Response
from pydantic import Field

from lookalike.answers.shapes import Answer, Problem
from lookalike.engine.local import LocalEngine
from lookalike.errors import PortraitUnavailable
from lookalike.faces.image import Pixels
from lookalike.gallery.people import Language, Person
from lookalike.gallery.wikimedia.portrait_cache import CachedPortrait
from lookalike.web import problems
from lookalike.web.admission import FormCollection
from lookalike.web.services import UploadedPhoto, UseServices, own_engine
from lookalike.web.sharing import cards
from lookalike.web.sharing.cards import Card, Shape
from lookalike.web.sharing.results import Shared

router = APIRouter(prefix="/api/v1", tags=["sharing"])

_LONGEST, _USUAL = 30, 7


class SharedResult(Answer):
    id: str
    url: str
    expires: datetime
    delete_token: str = Field(description="Deletes the result; it is not told again.")


@dataclass(frozen=True, slots=True)
class CardRequest:
    """What a card is to show, and in which photo."""

    photo: bytes
    face: int
    person: Person
    language: Language
    include_photo: bool


async def _card_request(
    services: UseServices,
    collection: FormCollection,
    photo: UploadedPhoto,
    person: Annotated[str, Form(description="Who the face is compared with, by id.")],
    face: Annotated[int, Form(ge=0, description="Which face of the photo.")] = 0,
    lang: Annotated[Language, Form()] = "ko",
    include_photo: Annotated[bool, Form(description="Show the face of the photo too.")] = False,
) -> CardRequest:
    who = services.gallery.person(person, collection or services.site.collection)
    return CardRequest(await services.read(photo, "photo"), face, who, lang, include_photo)


UseCardRequest = Annotated[CardRequest, Depends(_card_request)]


class Studio:
    """Makes cards: scores the face with our own networks, and fetches no portrait that is not here
    already."""

    def __init__(
        self, engine: Annotated[LocalEngine, Depends(own_engine)], services: UseServices
    ) -> None:
        self._engine = engine
        self._services = services

    async def render(self, asked: CardRequest, *shapes: Shape) -> tuple[Card, dict[Shape, bytes]]:
        """The card and its PNGs."""
        known, portrait = await self._portrait(asked.person)

        def work() -> tuple[Card, dict[Shape, bytes]]:
            card = self._card(asked, known, portrait)
            return card, {shape: cards.render(card, shape) for shape in shapes}

        return await self._services.executor.run(work)

    def _card(
        self, asked: CardRequest, known: CachedPortrait | None, portrait: Pixels | None
    ) -> Card:
        engine, person = self._engine, asked.person
        photo = engine.faces(asked.photo, "photo")
        face = photo.face(asked.face)
        shown = None
        if asked.include_photo:
            shown = engine.square(asked.photo, photo, face, cards.FACE_SIDE)
        return Card(
            name=self._services.site.name_of(person.id, person.name),
            score=engine.matcher.compare_person(face, person.id, person.collection),
            language=asked.language,
            site=self._services.site,
            portrait=portrait,
            credit=known.credit if known else None,
            face=shown,
            calibrated=engine.calibration.fitted,
        )

    async def _portrait(self, person: Person) -> tuple[CachedPortrait | None, Pixels | None]:
        """The portrait that is here and its face, where the licence lets it onto a card."""
        known = self._services.portraits.cached(person.id)
        if known is None or not cards.may_show(known.credit):
            return None, None
        try:
            path = await self._services.framed_portrait(person)
        except PortraitUnavailable:
            return None, None
        with PIL.Image.open(io.BytesIO(path.read_bytes())) as square:
            return known, np.asarray(square.convert("RGB"))


UseStudio = Annotated[Studio, Depends()]


@router.post(
    "/cards",
    response_class=Response,
    responses=problems.OF_PHOTOS | {200: {"content": {"image/png": {}}}, 404: {"model": Problem}},
)
async def make_card(
    studio: UseStudio,
    services: UseServices,
    asked: UseCardRequest,
    shape: Annotated[Shape, Form(description="1200 x 630 or 1080 x 1920 pixels.")] = "wide",
) -> Response:
    """A card to share, as a PNG. Nothing is kept."""
    _, pictures = await studio.render(asked, shape)
    if services.counts is not None:
        await services.counts.add("shares")
    return Response(pictures[shape], media_type="image/png", headers={"Cache-Control": "no-store"})


@router.post(
    "/results",
    status_code=201,
    responses=problems.OF_PHOTOS | {404: {"model": Problem}, 507: {"model": Problem}},
)
async def share_result(
    request: Request,
    studio: UseStudio,
    services: UseServices,
    asked: UseCardRequest,
    days: Annotated[int, Form(ge=1, le=_LONGEST, description="How long it is kept.")] = _USUAL,
) -> SharedResult:
    """Keep the cards of a result, and no photo, under an address that nobody can guess."""
    services.shares.result()
    card, pictures = await studio.render(asked, "wide", "tall")
    shared = Shared(
        person=asked.person.id,
        name=cards.shown_name(card.name, card.language),
        best=cards.title(card),
        words=cards.words(card),
        points=cards.points(card.score),
        language=card.language,
        expires=services.results.expiry(days),
    )
    ticket = await to_thread.run_sync(services.results.keep, shared, pictures)
    if services.counts is not None:
        await services.counts.add("shares")
    return SharedResult(
        id=ticket.id,
        url=f"{services.public_url(request)}/r/{ticket.id}",
        expires=shared.expiry,
        delete_token=ticket.token,
    )


@router.delete(
    "/results/{result_id}",
    status_code=204,
    responses={403: {"model": Problem}, 404: {"model": Problem}},
)
async def delete_result(
    services: UseServices,
    result_id: str,
    token: Annotated[str, Header(alias="X-Delete-Token")],
) -> None:
    """Delete a shared result with the token that came with it."""
    services.results.remove(result_id, token)
