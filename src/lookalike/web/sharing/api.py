"""The JSON API's part in sharing: the card of a face and a person, and links to a result.

What a card says is never taken from the client: the photo is sent again, and scored again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Depends, Form, Header, Request, Response
from pydantic import Field

from lookalike.answers.shapes import Answer, Problem
from lookalike.engine.interface import Order, probe
from lookalike.engine.local import LocalEngine
from lookalike.errors import InvalidParameter, PhotoError, PortraitUnavailable
from lookalike.faces.image import Pixels
from lookalike.faces.photo import Face
from lookalike.gallery.people import Credit, Language, Person, Who
from lookalike.web import problems
from lookalike.web.admission import FormCollection, FormWho, permitted
from lookalike.web.services import UploadedPhoto, UseServices, own_engine
from lookalike.web.sharing import cards, saying
from lookalike.web.sharing.card import FACE_SIDE, SIZES, Card, Design, Shape
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
    """What a card is to show, and in which photo.

    Attributes:
        crowd, among, order: whom the best match was looked for among, and in which order.
        address: where others can try it, or None.
    """

    photo: bytes
    face: int
    person: Person
    language: Language
    include_photo: bool
    design: Design
    crowd: Who
    among: str | None
    order: Order
    address: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Portrait:
    """A portrait that is here, as it was fetched, and which its licence lets onto a card."""

    photo: bytes
    credit: Credit


async def _card_request(
    request: Request,
    services: UseServices,
    collection: FormCollection,
    crowd: FormWho,
    photo: UploadedPhoto,
    person: Annotated[str, Form(description="Who the face is compared with, by id.")],
    face: Annotated[int, Form(ge=0, description="Which face of the photo.")] = 0,
    lang: Annotated[Language, Form()] = "ko",
    include_photo: Annotated[bool, Form(description="Show the face of the photo too.")] = False,
    design: Annotated[Design, Form(description="How the card looks.")] = "pair",
    among: Annotated[
        str | None, Form(description="The collection that was searched; none: all of them.")
    ] = None,
    order: Annotated[Order, Form(description="As people were ranked.")] = "identity",
) -> CardRequest:
    who = services.gallery.person(person, collection or services.site.collection)
    return CardRequest(
        photo=await services.read(photo, "photo"),
        face=face,
        person=who,
        language=lang,
        include_photo=include_photo,
        design=design,
        crowd=crowd,
        among=permitted(request, among) or services.site.collection,
        order=order,
        address=services.reachable_url(request),
    )


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
        """The card and its JPEGs."""
        portrait = await self._portrait(asked.person)

        def work() -> tuple[Card, dict[Shape, bytes]]:
            card = self._card(asked, portrait)
            return card, {shape: cards.render(card, shape, asked.design) for shape in shapes}

        return await self._services.executor.run(work)

    def _card(self, asked: CardRequest, portrait: Portrait | None) -> Card:
        engine, person = self._engine, asked.person
        by_look = asked.order == "look" and engine.matcher.knows_looks
        photo = engine.faces(asked.photo, "photo", appearances=by_look)
        face = photo.face(asked.face)
        card = Card(
            name=self._services.site.name_of(person.id, person.name),
            score=engine.matcher.compare_person(face, person.id, person.collection),
            language=asked.language,
            site=self._services.site,
            standing=self._standing(asked, face),
            address=asked.address,
            calibrated=engine.calibration.fitted,
        )
        if portrait is not None:
            framed = self._framed(portrait)
            permitted = self._services.portraits.is_own(person.id)
            card = replace(card, portrait=framed, credit=portrait.credit, permitted=permitted)
        if asked.include_photo:
            card = replace(card, face=engine.square(asked.photo, photo, face, FACE_SIDE))
        return card

    def _standing(self, asked: CardRequest, face: Face) -> float | None:
        """Of the best match; of others nobody knows it."""
        best = self._engine.matcher.ranked(probe(face), 1, asked.among, asked.crowd)
        known = best.standing if best.matches else None
        if known is None or best.matches[0].person.id != asked.person.id:
            return None
        return known.share

    def _framed(self, portrait: Portrait) -> Pixels | None:
        """Its face as large as cards show it; None where it shows no one clear face."""
        try:
            return self._engine.framed_portrait(portrait.photo, FACE_SIDE)
        except PhotoError:
            return None

    async def _portrait(self, person: Person) -> Portrait | None:
        """The portrait that is here, where licence or owner let it onto a card."""
        if self._services.passed_on(person.id) is None:
            return None
        try:
            fetched = await self._services.portraits.fetch(person)
        except PortraitUnavailable:
            return None
        return Portrait(await to_thread.run_sync(fetched.path.read_bytes), fetched.credit)


UseStudio = Annotated[Studio, Depends()]


@router.post(
    "/cards",
    operation_id="makeCard",
    response_class=Response,
    responses=problems.OF_PHOTOS | {200: {"content": {"image/jpeg": {}}}, 404: {"model": Problem}},
)
async def make_card(
    studio: UseStudio,
    services: UseServices,
    asked: UseCardRequest,
    shape: Annotated[Shape, Form(description="1080 x 1920, 1080 x 1080, 1200 x 630.")] = "wide",
) -> Response:
    """A card to share, as a JPEG. Nothing is kept."""
    _, pictures = await studio.render(asked, shape)
    if services.counts is not None:
        await services.counts.add("shares")
    headers = {"Cache-Control": "no-store"}
    return Response(pictures[shape], media_type="image/jpeg", headers=headers)


@router.post(
    "/results",
    operation_id="shareResult",
    status_code=201,
    responses=problems.OF_PHOTOS | {404: {"model": Problem}, 507: {"model": Problem}},
)
async def share_result(
    request: Request,
    studio: UseStudio,
    services: UseServices,
    asked: UseCardRequest,
    days: Annotated[int, Form(ge=1, le=_LONGEST, description="How long it is kept.")] = _USUAL,
    keep_face: Annotated[
        bool,
        Form(description="Whose face it is agrees that it is kept: asked with `include_photo`."),
    ] = False,
) -> SharedResult:
    """Keep the cards of a result, and no photo, under an address that nobody can guess."""
    if asked.include_photo and not keep_face:
        raise InvalidParameter(
            "keep_face: it must be true where include_photo is, for the card that is kept shows "
            "the face; else send include_photo as false."
        )
    services.shares.result()
    card, pictures = await studio.render(asked, *SIZES)
    shared = Shared(
        person=asked.person.id,
        name=saying.shown_name(card.name, card.language),
        sentence=saying.sentence(card),
        words=saying.headline(card),
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
    operation_id="deleteResult",
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
