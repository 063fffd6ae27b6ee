"""How it works, for teaching: every step from pixels to people, drawn on a photo."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from lookalike.answers import photos
from lookalike.engine.interface import Lookalikes
from lookalike.engine.local import LocalEngine
from lookalike.gallery.people import Language
from lookalike.scores.similarity import Score
from lookalike.web.pages import pictures
from lookalike.web.pages.document import answered, respond
from lookalike.web.pages.forms import Field, Upload, agreed_photo
from lookalike.web.services import UseServices, UseShown

router = APIRouter(include_in_schema=False)

_PHOTO = 960
_NEIGHBOURS = 5
# Height of the drawing of the embedding on either side of zero, and the width of a bar.
_HALF, _BAR = 50, 5


@dataclass(frozen=True, slots=True)
class Bar:
    """One number of an embedding, as a rectangle."""

    x: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """What the page draws of a photo: its pixels, the aligned crop, and the embedding."""

    photo: str
    crop: str
    bars: tuple[Bar, ...]
    width: int


@router.get("/how")
async def how(request: Request, services: UseServices) -> Response:
    """What is done to a photo, and a form to see it done."""

    async def make(language: Language) -> Response:
        services.engine.own()
        return respond(request, "how.html", language=language, answer=None, drawing=None)

    return await answered(request, None, "/", make)


@router.post("/how")
async def show(
    request: Request,
    services: UseServices,
    shown: UseShown,
    photo: Upload = None,
    consent: Field = "",
    lang: Field = "",
) -> Response:
    """Every step, drawn on the visitor's photo."""

    async def make(language: Language) -> Response:
        engine, searched = services.engine.own(), services.site.collection
        data = await agreed_photo(services, photo, consent)

        def work() -> tuple[Lookalikes[Score], Drawing]:
            found = engine.find(data, limit=_NEIGHBOURS, collection=searched)
            return found, _drawing(engine, data, found)

        found, drawing = await services.executor.run(work)
        answer = photos.lookalikes(found, shown)
        return respond(request, "how.html", language=language, answer=answer, drawing=drawing)

    return await answered(request, lang, "/how", make)


def _drawing(engine: LocalEngine, data: bytes, found: Lookalikes[Score]) -> Drawing:
    face = found.faces[0].face
    vector = [float(each) for each in face.embedding]
    return Drawing(
        photo=pictures.data_uri(engine.reduced(data, _PHOTO)),
        crop=pictures.data_uri(face.crop),
        bars=bars(vector),
        width=len(vector) * _BAR,
    )


def bars(vector: list[float]) -> tuple[Bar, ...]:
    """Each number as a bar above or below the middle, the largest as high as there is room."""
    largest = max(abs(value) for value in vector) or 1.0
    return tuple(
        Bar(
            x=place * _BAR,
            y=round(_HALF - max(value, 0.0) / largest * _HALF, 2),
            height=round(max(abs(value) / largest * _HALF, 0.5), 2),
        )
        for place, value in enumerate(vector)
    )
