"""What an event offers beside a result, and the shape of a face for visitors who ask for it.

Which offers fit is decided here, from what this server answered before; whoever is led to never
hears of a visitor more than that one came.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import FileResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from lookalike.answers import shapes
from lookalike.answers.shapes import Answer, Problem
from lookalike.engine.local import LocalEngine
from lookalike.errors import NotFound
from lookalike.gallery.people import Gender
from lookalike.gate.proxies import root_of
from lookalike.scores import face_shape
from lookalike.scores.face_shape import Shape, Why
from lookalike.site import Matched, Offer, Site
from lookalike.web import problems
from lookalike.web.services import Services, UploadedPhoto, UseServices, own_engine

router = APIRouter()

# A day, as portraits.
_PICTURE_CACHE = "public, max-age=86400"


class Result(BaseModel):
    """What was found and chosen, as far as offers depend on it."""

    model_config = ConfigDict(extra="forbid")

    person: str = Field(description="Id of who was matched.")
    collection: str | None = None
    resemblance: float = Field(0, ge=0, le=100)
    gender: Gender | None = Field(None, description="Which the visitor chose to search among.")
    shape: Shape | None = Field(None, description="Of the face, if the visitor asked for it.")


class OfferPicture(Answer):
    url: str
    width: int
    height: int


class OfferShown(Answer):
    id: str
    title: shapes.Name
    text: shapes.Name
    url: str | None = Field(description="Leads to the offer, and counts that.")
    picture: OfferPicture | None


class Offers(Answer):
    offers: tuple[OfferShown, ...]


class FaceShape(Answer):
    """By the mesh, from one photo: another one often says otherwise."""

    shape: Shape | None = Field(description="Null where the photo does not tell.")
    why: Why | None = Field(description="Why it does not: the face is turned, or covered.")
    again: float | None = Field(
        description="The chance that another frontal photo of the person is given the same shape."
    )
    length: float | None = Field(description="Of the face, in its widths at the cheekbones.")
    jaw: float | None = Field(description="Mean width of jaw and chin, in the same.")


@router.post(
    "/api/v1/offers", operation_id="findOffers", responses={404: {"model": Problem}}, tags=["event"]
)
async def find_offers(request: Request, services: UseServices, sent: Result) -> Offers:
    """What the site offers beside a result, at most three; nothing without a site file. The offers
    are counted as shown, and nothing else of the result is kept."""
    site = services.site
    person = services.gallery.person(sent.person, sent.collection or site.collection)
    found = site.offers_for(Matched(person, sent.resemblance, sent.gender, sent.shape))
    return Offers(offers=await shown(request, services, found))


@router.post(
    "/api/v1/face-shape",
    operation_id="describeFaceShape",
    responses=problems.OF_PHOTOS,
    tags=["photos"],
)
async def find_face_shape(
    engine: Annotated[LocalEngine, Depends(own_engine)],
    services: UseServices,
    photo: UploadedPhoto,
    face: Annotated[int, Form(ge=0, description="Which face of the photo.")] = 0,
) -> FaceShape:
    """Which shape a face has in a frontal photo, by two ratios of its mesh, and how sure that is.
    Nothing is kept."""
    data = await services.read(photo, "photo")
    found = await services.executor.run(lambda: face_shape.face_shape(engine.face(data, face)))
    if not isinstance(found, face_shape.FaceShape):
        return FaceShape(shape=None, why=found, again=None, length=None, jaw=None)
    return FaceShape(
        shape=found.name,
        why=None,
        again=round(found.again, 2),
        length=round(found.length, 3),
        jaw=round(found.jaw, 3),
    )


@router.get("/offers/{offer_id}", include_in_schema=False)
async def open_offer(services: UseServices, offer_id: str) -> Response:
    """Lead to an offer, and count that; where it leads hears neither who came nor from where."""
    offer = _offer(services.site, offer_id)
    if offer.link is None:
        raise NotFound(f"The offer {offer_id!r} leads nowhere.")
    if services.counts is not None:
        await services.counts.add_offers("opened", [offer.id])
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return RedirectResponse(offer.link, 303, headers)


@router.get("/offers/{offer_id}/picture", include_in_schema=False)
async def show_picture(services: UseServices, offer_id: str) -> Response:
    """The picture of an offer, from the folder of the site file."""
    picture = _offer(services.site, offer_id).picture
    if picture is None:
        raise NotFound(f"The offer {offer_id!r} has no picture.")
    headers = {"Cache-Control": _PICTURE_CACHE, "X-Content-Type-Options": "nosniff"}
    return FileResponse(picture.path, media_type=picture.media_type, headers=headers)


async def shown(
    request: Request, services: Services, offers: tuple[Offer, ...]
) -> tuple[OfferShown, ...]:
    """Offers as a page shows them, counted as shown."""
    if offers and services.counts is not None:
        await services.counts.add_offers("offered", [each.id for each in offers])
    return tuple(_shown(each, root_of(request)) for each in offers)


def _shown(offer: Offer, root: str) -> OfferShown:
    url = f"{root}/offers/{offer.id}"
    picture = None
    if offer.picture is not None:
        size = {"width": offer.picture.width, "height": offer.picture.height}
        picture = OfferPicture(url=f"{url}/picture", **size)
    return OfferShown(
        id=offer.id,
        title=shapes.Name.model_validate(offer.title),
        text=shapes.Name.model_validate(offer.text),
        url=url if offer.link else None,
        picture=picture,
    )


def _offer(site: Site, offer_id: str) -> Offer:
    offer = site.offer(offer_id)
    if offer is None:
        raise NotFound(f"There is no offer {offer_id!r}.")
    return offer
