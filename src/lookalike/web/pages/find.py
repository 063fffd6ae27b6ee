"""The answer to a photo without JavaScript: a form posted, a page answered."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from lookalike.engine import Engine, Lookalikes, RankedFace
from lookalike.faces.image import Limits
from lookalike.gallery.people import Language
from lookalike.web import answers
from lookalike.web.pages import credits, pictures
from lookalike.web.pages.document import engine_of, people_of, respond
from lookalike.web.pages.forms import Field, Upload, agreed_photo, answered, photo_of
from lookalike.web.pages.start import typical

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
async def ask_again(request: Request) -> Response:
    """A result is kept nowhere, so its address leads to the start."""
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"{request.scope.get('root_path', '')}/{query}", 303)


@router.post("/find")
async def find(
    request: Request,
    photo: Upload = None,
    reference: Upload = None,
    consent: Field = "",
    lang: Field = "",
) -> Response:
    """The people most like each face of a photo, as a page."""

    async def make(language: Language) -> Response:
        data = await agreed_photo(request, photo, consent)
        other = await photo_of(request, reference, "reference")
        return await _page(request, language, data, (other,) if other else ())

    return await answered(request, lang, "/", make)


async def _page(
    request: Request, language: Language, data: bytes, references: tuple[bytes, ...]
) -> Response:
    engine = engine_of(request)

    def work() -> tuple[Lookalikes, Drawn]:
        found = engine.find(data, references, limit=engine.settings.limit)
        return found, _drawn(engine, data, found.faces)

    found, drawn = await request.app.state.workbench.run(work)
    best = [face.matches[0].person for face in found.faces[:_WAITED_FOR] if face.matches]
    await credits.fetch(request, best)
    ranked = {match.person.id for face in found.faces for match in face.matches}
    known = credits.known_credits(request, ranked)
    return respond(
        request,
        "find.html",
        language=language,
        answer=answers.lookalikes(engine, found, None, known),
        drawn=drawn,
        typical=typical(people_of(engine)),
    )


def _drawn(engine: Engine, data: bytes, faces: tuple[RankedFace, ...]) -> Drawn:
    settings = engine.settings
    limits = Limits(settings.max_bytes, settings.max_pixels, settings.max_side)
    image = pictures.opened(data, limits, 2 * _PHOTO)
    return Drawn(
        photo=pictures.data_uri(pictures.opened(data, limits, _PHOTO).pixels),
        faces=tuple(
            pictures.data_uri(pictures.face(image, each.face.landmarks, _FACE)) for each in faces
        ),
    )
