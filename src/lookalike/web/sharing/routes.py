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
from lookalike.errors import PortraitUnavailable
from lookalike.faces.image import Pixels
from lookalike.faces.square import face_square
from lookalike.gallery.people import Language, Person
from lookalike.gallery.wikimedia.portraits import Portrait
from lookalike.web.depends import (
    PROBLEMS,
    FormCollection,
    UploadedPhoto,
    UseCounts,
    UseEngine,
    UseOwnEngine,
    UsePortraits,
    UseSite,
    UseWorkbench,
    framer,
    read,
)
from lookalike.web.sharing import cards
from lookalike.web.sharing.cards import Card, Shape
from lookalike.web.sharing.results import Results, Shared

router = APIRouter(prefix="/api/v1", tags=["sharing"])

_LONGEST, _USUAL = 30, 7


class SharedResult(Answer):
    id: str
    url: str
    expires: datetime
    delete_token: str = Field(description="Deletes the result; it is not told again.")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a card is to show, and in which photo."""

    photo: bytes
    face: int
    person: Person
    language: Language
    include_photo: bool


def _results(request: Request) -> Results:
    results: Results = request.app.state.results
    return results


UseResults = Annotated[Results, Depends(_results)]


async def _wanted(
    engine: UseEngine,
    site: UseSite,
    collection: FormCollection,
    photo: UploadedPhoto,
    person: Annotated[str, Form(description="Who the face is compared with, by id.")],
    face: Annotated[int, Form(ge=0, description="Which face of the photo.")] = 0,
    lang: Annotated[Language, Form()] = "ko",
    include_photo: Annotated[bool, Form(description="Show the face of the photo too.")] = False,
) -> Wanted:
    who = engine.gallery.person(person, collection or site.collection)
    return Wanted(await read(photo, engine, "photo"), face, who, lang, include_photo)


UseWanted = Annotated[Wanted, Depends(_wanted)]


class Studio:
    """Makes cards: scores the face with our own networks, and fetches no portrait that is not here
    already."""

    def __init__(
        self,
        engine: UseOwnEngine,
        workbench: UseWorkbench,
        portraits: UsePortraits,
        site: UseSite,
    ) -> None:
        self._engine = engine
        self._workbench = workbench
        self._portraits = portraits
        self._site = site

    async def render(self, wanted: Wanted, *shapes: Shape) -> tuple[Card, dict[Shape, bytes]]:
        """The card and its PNGs."""
        known, portrait = await self._portrait(wanted.person)

        def work() -> tuple[Card, dict[Shape, bytes]]:
            card = self._card(wanted, known, portrait)
            return card, {shape: cards.render(card, shape) for shape in shapes}

        return await self._workbench.run(work)

    def _card(self, wanted: Wanted, known: Portrait | None, portrait: Pixels | None) -> Card:
        engine, person = self._engine, wanted.person
        photo = engine.faces(wanted.photo, "photo")
        face = photo.face(wanted.face)
        vector = engine.matcher.person(person.id, person.collection)
        shown = None
        if wanted.include_photo:
            shown = face_square(wanted.photo, photo, face, cards.FACE_SIDE, engine.limits)
        return Card(
            name=self._site.name_of(person.id, person.name),
            score=engine.matcher.compare(face.embedding, vector),
            language=wanted.language,
            site=self._site,
            portrait=portrait,
            credit=known.credit if known else None,
            face=shown,
            calibrated=engine.calibration.fitted,
        )

    async def _portrait(self, person: Person) -> tuple[Portrait | None, Pixels | None]:
        """The portrait that is here and its face, where the licence lets it onto a card."""
        known = self._portraits.cached(person.id) if person.wikidata else None
        if known is None or not cards.may_show(known.credit):
            return None, None
        try:
            path = await self._portraits.framed(person, framer(self._engine, self._workbench))
        except PortraitUnavailable:
            return None, None
        with PIL.Image.open(io.BytesIO(path.read_bytes())) as square:
            return known, np.asarray(square.convert("RGB"))


UseStudio = Annotated[Studio, Depends()]


@router.post(
    "/cards",
    response_class=Response,
    responses=PROBLEMS | {200: {"content": {"image/png": {}}}, 404: {"model": Problem}},
)
async def make_card(
    studio: UseStudio,
    counts: UseCounts,
    wanted: UseWanted,
    shape: Annotated[Shape, Form(description="1200 x 630 or 1080 x 1920 pixels.")] = "wide",
) -> Response:
    """A card to share, as a PNG. Nothing is kept."""
    _, pictures = await studio.render(wanted, shape)
    await counts.add("shares")
    return Response(pictures[shape], media_type="image/png", headers={"Cache-Control": "no-store"})


@router.post("/results", status_code=201, responses=PROBLEMS | {404: {"model": Problem}})
async def share_result(
    request: Request,
    studio: UseStudio,
    results: UseResults,
    counts: UseCounts,
    wanted: UseWanted,
    days: Annotated[int, Form(ge=1, le=_LONGEST, description="How long it is kept.")] = _USUAL,
) -> SharedResult:
    """Keep the cards of a result, and no photo, under an address that nobody can guess."""
    card, pictures = await studio.render(wanted, "wide", "tall")
    shared = Shared(
        person=wanted.person.id,
        name=cards.shown_name(card.name, card.language),
        best=cards.words(card.language)["card"]["best"][card.score.verdict],
        words=cards.told(card),
        points=cards.points(card.score),
        language=card.language,
        expires=results.expiry(days),
    )
    ticket = await to_thread.run_sync(results.keep, shared, pictures)
    await counts.add("shares")
    return SharedResult(
        id=ticket.id,
        url=f"{public_url(request)}/r/{ticket.id}",
        expires=shared.expiry,
        delete_token=ticket.token,
    )


@router.delete(
    "/results/{result_id}",
    status_code=204,
    responses={403: {"model": Problem}, 404: {"model": Problem}},
)
async def delete_result(
    results: UseResults,
    result_id: str,
    token: Annotated[str, Header(alias="X-Delete-Token")],
) -> None:
    """Delete a shared result with the token that came with it."""
    results.remove(result_id, token)


def public_url(request: Request) -> str:
    """Where the server is for others, without a slash at the end."""
    told: str = request.app.state.settings.public_url
    return (told or str(request.base_url)).rstrip("/")
