"""The answer to a photo without JavaScript: a form posted, a page answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from lookalike.answers import photos, shapes
from lookalike.answers.people import Shown
from lookalike.engine.interface import AnyScore, Engine, Lookalikes, RankedFace, probe
from lookalike.gallery.people import Language, Who
from lookalike.gate.proxies import root_of
from lookalike.scores.similarity import Score
from lookalike.site import Matched, Offer, Site
from lookalike.web import offers
from lookalike.web.offers import OfferShown
from lookalike.web.pages import pictures
from lookalike.web.pages.choices import choices
from lookalike.web.pages.document import answered, respond
from lookalike.web.pages.forms import Field, Upload, agreed_photo, photo_of
from lookalike.web.samples import sample as sample_of
from lookalike.web.services import Services, UseServices, UseShown

router = APIRouter(include_in_schema=False)

# Pixels of the photo with its frames, and of a face cut out of it.
_PHOTO, _FACE = 720, 400
# Faces whose best match is worth waiting for a portrait of.
_WAITED_FOR = 4
_KOREANS = Who(origin="korean")


@dataclass(frozen=True, slots=True)
class Drawn:
    """The photo and each of its faces, as addresses that hold their pixels."""

    photo: str
    faces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What a photo is answered with.

    Attributes:
        first: who is shown first; what is offered and counted goes by it.
        everyone: among everybody, where `first` are Koreans only.
    """

    first: Lookalikes[AnyScore]
    everyone: Lookalikes[AnyScore] | None
    drawn: Drawn


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
        told = await _tell(services, language, data)
        return _page(request, language, told, photos.lookalikes(told.first, shown), shown, sample)

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
        told = await _tell(services, language, data, other)
        answer = photos.lookalikes(told.first, shown)
        await services.count(answer)
        beside = await _offers(request, services, told.first)
        return _page(request, language, told, answer, shown, offers=beside)

    return await answered(request, lang, "/", make)


def _page(
    request: Request,
    language: Language,
    told: Told,
    answer: shapes.Lookalikes,
    shown: Shown,
    sample: str = "",
    offers: Sequence[tuple[OfferShown, ...]] = (),
) -> Response:
    """
    Args:
        answer: that of `told.first`.
        offers: beside each face; nothing is offered beside a sample.
    """
    everyone = photos.lookalikes(told.everyone, shown).faces if told.everyone else ()
    values: dict[str, Any] = {
        "answer": answer,
        "everyone": everyone,
        "drawn": told.drawn,
        "sample": sample,
        "offers": offers or [()] * len(answer.faces),
    }
    return respond(request, "find.html", language=language, **values)


async def _tell(
    services: Services, language: Language, data: bytes, reference: bytes | None = None
) -> Told:
    """What was found in a photo, and what is drawn of it."""
    engine, searched = services.engine, services.site.collection
    most = services.settings.limit
    koreans = language == "ko" and choices(services, searched).koreans_first

    def work() -> Told:
        references = (reference,) if reference else ()
        found = engine.find(data, references, limit=most, collection=searched, order="look")
        drawn = _drawn(engine, data, found)
        if not koreans or any(map(_is_known, found.faces)):
            return Told(found, None, drawn)
        return Told(_among_koreans(engine, found, most, searched), found, drawn)

    told = await services.executor.run(work)
    best = [each.matches[0].person for each in told.first.faces[:_WAITED_FOR] if each.matches]
    await pictures.fetch(services.portraits, best)
    return told


def _is_known(face: RankedFace[AnyScore]) -> bool:
    """Whether the best match is who that is: wherever they are from, they come first."""
    score = face.matches[0].score if face.matches else None
    return isinstance(score, Score) and score.verdict == "same-person"


def _among_koreans(
    engine: Engine, found: Lookalikes[AnyScore], most: int, searched: str | None
) -> Lookalikes[AnyScore]:
    """The same faces, for which Koreans alone are ranked."""
    rankings = engine.own().ranked(
        [probe(each.face) for each in found.faces], most, searched, _KOREANS
    )
    ranked = zip(found.faces, rankings, strict=True)
    return replace(
        found,
        faces=tuple(
            replace(face, matches=each.matches, order=each.order, standing=each.standing)
            for face, each in ranked
        ),
    )


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
