"""The answer to a photo without JavaScript: a form posted, a page answered."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from lookalike.answers import photos
from lookalike.engine.interface import AnyScore, Engine, Lookalikes
from lookalike.faces.square import face_square
from lookalike.gallery.people import Language
from lookalike.web.depends import UseCounts, UseEngine, UsePortraits, UseShown, UseWorkbench
from lookalike.web.pages import pictures, waiting
from lookalike.web.pages.document import respond
from lookalike.web.pages.forms import Field, Upload, agreed_photo, answered, photo_of

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
    engine: UseEngine,
    workbench: UseWorkbench,
    portraits: UsePortraits,
    shown: UseShown,
    counts: UseCounts,
    photo: Upload = None,
    reference: Upload = None,
    consent: Field = "",
    lang: Field = "",
) -> Response:
    """The people most like each face of a photo, as a page."""

    async def make(language: Language) -> Response:
        data = await agreed_photo(engine, photo, consent)
        other = await photo_of(engine, reference, "reference")
        searched = shown.site.collection

        def work() -> tuple[Lookalikes[AnyScore], Drawn]:
            references = (other,) if other else ()
            most = engine.settings.limit
            found = engine.find(data, references, limit=most, collection=searched)
            return found, _drawn(engine, data, found)

        found, drawn = await workbench.run(work)
        await counts.add_lookalikes(found)
        best = [each.matches[0].person for each in found.faces[:_WAITED_FOR] if each.matches]
        await waiting.fetch(portraits, best)
        answer = photos.lookalikes(found, shown)
        return respond(request, "find.html", language=language, answer=answer, drawn=drawn)

    return await answered(request, lang, "/", make)


def _drawn(engine: Engine, data: bytes, found: Lookalikes[AnyScore]) -> Drawn:
    faces = [each.face for each in found.faces]
    cut = [face_square(data, found.photo, face, _FACE, engine.limits) for face in faces]
    return Drawn(
        photo=pictures.data_uri(pictures.reduced(data, engine.limits, _PHOTO)),
        faces=tuple(map(pictures.data_uri, cut)),
    )
