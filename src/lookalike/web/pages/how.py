"""How it works, for teaching: every step from pixels to people, drawn on a photo."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Query, Request, Response

from lookalike.answers import people, photos, shapes
from lookalike.answers.people import Shown
from lookalike.engine.interface import Lookalikes
from lookalike.engine.local import LocalEngine
from lookalike.faces.vectors import Floats
from lookalike.gallery.people import Language
from lookalike.scores.similarity import Score, Spread
from lookalike.web.pages import pictures
from lookalike.web.pages.document import answered, respond
from lookalike.web.pages.forms import Field, Upload, agreed_photo
from lookalike.web.samples import SAMPLES
from lookalike.web.samples import sample as sample_of
from lookalike.web.services import Services, UseServices, UseShown

router = APIRouter(include_in_schema=False)

_PHOTO = 960
_NEIGHBOURS = 5
# Nobody further down the cosines is ranked among the first: `engine.local` looks no further.
_LOOKED_AT = 25
# Decimals of cosines: what is worked out from them then adds up to hundredths.
_DECIMALS = 4
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


@dataclass(frozen=True, slots=True)
class Among:
    """A cosine in deviations above the mean of a face's cosines to strangers, as a sum to follow:
    `above` is worked out from what is shown."""

    cosine: float
    mean: float
    deviation: float

    @property
    def above(self) -> float:
        return round((self.cosine - self.mean) / self.deviation, 2)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Somebody near the face.

    Attributes:
        place: by the cosine alone, from 1.
        own, theirs: the cosine among those of the visitor's face, and of this person's.
        level: what people are ranked by, the mean of both.
    """

    person: shapes.Person
    place: int
    own: Among
    theirs: Among
    level: float

    @property
    def shown_level(self) -> float:
        """The level as what is shown makes it."""
        return math.floor(round(50 * (self.own.above + self.theirs.above), 6) + 0.5) / 100


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The people near a face.

    Attributes:
        by_cosine: the nearest.
        ranked: those who come first once they are seen among `strangers`; None without a cohort.
    """

    by_cosine: tuple[Neighbour, ...]
    ranked: tuple[Neighbour, ...] | None
    strangers: int


@dataclass(frozen=True, slots=True)
class Steps:
    """All that the page draws."""

    answer: shapes.Lookalikes
    drawing: Drawing
    near: Neighbours


@router.get("/how")
async def how(
    request: Request,
    services: UseServices,
    shown: UseShown,
    sample: Annotated[str, Query()] = "",
) -> Response:
    """What is done to a photo, and a form to see it done; drawn on a sample if one is named."""

    async def make(language: Language) -> Response:
        services.engine.own()
        steps = None
        if sample:
            data = sample_of(sample)
            services.shares.photo()
            steps = await _steps(services, shown, data)
        return _page(request, language, steps, sample)

    return await answered(request, None, "/how" if sample else "/", make)


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
        services.engine.own()
        data = await agreed_photo(services, photo, consent)
        return _page(request, language, await _steps(services, shown, data))

    return await answered(request, lang, "/how", make)


def _page(request: Request, language: Language, steps: Steps | None, sample: str = "") -> Response:
    values: dict[str, Any] = {"steps": steps, "sample": sample, "samples": SAMPLES}
    return respond(request, "how.html", language=language, **values)


async def _steps(services: Services, shown: Shown, data: bytes) -> Steps:
    engine, searched = services.engine.own(), services.site.collection

    def work() -> tuple[Lookalikes[Score], Drawing, Neighbours]:
        found = engine.find(data, limit=_NEIGHBOURS, collection=searched)
        near = neighbours(engine, found.faces[0].face.embedding, searched, shown)
        return found, _drawing(engine, data, found), near

    found, drawing, near = await services.executor.run(work)
    return Steps(photos.lookalikes(found, shown), drawing, near)


def neighbours(
    engine: LocalEngine, face: Floats, collection: str | None, shown: Shown
) -> Neighbours:
    """Who is near a (dimension,) face, by the cosine and as they are ranked."""
    found = engine.gallery.nearest(face, _LOOKED_AT, collection)
    vectors = np.array([each.vector for each in found]).reshape(-1, len(face))
    scores = engine.matcher.scores(face, list(vectors))
    own, theirs = (engine.calibration.spread(each) for each in (face[None], vectors))
    near = [
        Neighbour(
            person=people.person(found[row].person, shown),
            place=row + 1,
            own=_among(score, own, 0),
            theirs=_among(score, theirs, row),
            level=score.level,
        )
        for row, score in enumerate(scores)
    ]
    cohort = engine.calibration.cohort
    ranked = tuple(sorted(near, key=lambda each: -each.level)[:_NEIGHBOURS]) if cohort else None
    strangers = len(cohort.vectors) if cohort else 0
    return Neighbours(tuple(near[:_NEIGHBOURS]), ranked, strangers)


def _among(score: Score, spread: Spread, row: int) -> Among:
    shown = (score.cosine, float(spread.mean[row]), float(spread.deviation[row]))
    return Among(*(round(each, _DECIMALS) for each in shown))


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
