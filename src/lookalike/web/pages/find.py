"""The answer to a photo without JavaScript: a form posted, a page answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from lookalike.answers import photos, shapes
from lookalike.answers.people import Shown
from lookalike.engine.interface import AnyScore, Engine, Lookalikes, RankedFace
from lookalike.gallery.people import Language
from lookalike.gate.proxies import root_of
from lookalike.scores.similarity import Score
from lookalike.site import Matched, Offer, Site
from lookalike.web import offers
from lookalike.web.offers import OfferShown
from lookalike.web.pages import pictures
from lookalike.web.pages.document import answered, respond
from lookalike.web.pages.forms import Field, Upload, agreed_photo, photo_of
from lookalike.web.samples import sample as sample_of
from lookalike.web.services import Services, UseServices, UseShown

router = APIRouter(include_in_schema=False)

# Pixels of the photo with its frames, and of a face cut out of it.
_PHOTO, _FACE = 720, 400
# Faces whose best match is worth waiting for a portrait of.
_WAITED_FOR = 4


@dataclass(frozen=True, slots=True)
class Drawn:
    """The photo and each of its faces, as addresses that hold their pixels."""

    photo: str
    faces: tuple[str, ...]


@router.get("/find")
async def show_sample(
    request: Request,
    services: UseServices,
    shown: UseShown,
    sample: Annotated[str, Query()] = "",
) -> Response:
    """The answer to a sample. A visitor's own result is kept nowhere, so without one the address
    leads to the start."""
    if not sample:
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"{root_of(request)}/{query}", 303)

    async def make(language: Language) -> Response:
        # Amazon charges for every look.
        services.engine.own()
        data = sample_of(sample)
        services.shares.photo()
        _, answer, drawn = await _answer(services, shown, data)
        return _page(request, language, answer, drawn, sample)

    return await answered(request, None, "/", make)


@router.post("/find")
async def find(
    request: Request,
    services: UseServices,
    shown: UseShown,
    photo: Upload = None,
    reference: Upload = None,
    consent: Field = "",
    lang: Field = "",
) -> Response:
    """The people most like each face of a photo, as a page."""

    async def make(language: Language) -> Response:
        data = await agreed_photo(services, photo, consent)
        other = await photo_of(services, reference, "reference")
        found, answer, drawn = await _answer(services, shown, data, other)
        await services.count(answer)
        beside = await _offers(request, services, found)
        return _page(request, language, answer, drawn, offers=beside)

    return await answered(request, lang, "/", make)


def _page(
    request: Request,
    language: Language,
    answer: shapes.Lookalikes,
    drawn: Drawn,
    sample: str = "",
    offers: Sequence[tuple[OfferShown, ...]] = (),
) -> Response:
    """
    Args:
        offers: beside each face; nothing is offered beside a sample.
    """
    beside = offers or [()] * len(answer.faces)
    values: dict[str, Any] = {"answer": answer, "drawn": drawn, "sample": sample, "offers": beside}
    return respond(request, "find.html", language=language, **values)


async def _answer(
    services: Services, shown: Shown, data: bytes, reference: bytes | None = None
) -> tuple[Lookalikes[AnyScore], shapes.Lookalikes, Drawn]:
    """What was found in a photo, what it is answered with, and what is drawn of it."""
    engine, searched = services.engine, services.site.collection

    def work() -> tuple[Lookalikes[AnyScore], Drawn]:
        references = (reference,) if reference else ()
        most = services.settings.limit
        found = engine.find(data, references, limit=most, collection=searched, order="look")
        return found, _drawn(engine, data, found)

    found, drawn = await services.executor.run(work)
    best = [each.matches[0].person for each in found.faces[:_WAITED_FOR] if each.matches]
    await pictures.fetch(services.portraits, best)
    return found, photos.lookalikes(found, shown), drawn


async def _offers(
    request: Request, services: Services, found: Lookalikes[AnyScore]
) -> list[tuple[OfferShown, ...]]:
    """What the event offers beside each face; nothing where scores are not ours."""
    return [
        await offers.shown(request, services, _fitting(services.site, face)) for face in found.faces
    ]


def _fitting(site: Site, face: RankedFace[AnyScore]) -> tuple[Offer, ...]:
    if not face.matches:
        return ()
    best = face.matches[0]
    if not isinstance(best.score, Score):
        return ()
    return site.offers_for(Matched(best.person, best.score.resemblance))


def _drawn(engine: Engine, data: bytes, found: Lookalikes[AnyScore]) -> Drawn:
    faces = [each.face for each in found.faces]
    cut = [engine.square(data, found.photo, face, _FACE) for face in faces]
    return Drawn(
        photo=pictures.data_uri(engine.reduced(data, _PHOTO)),
        faces=tuple(map(pictures.data_uri, cut)),
    )
