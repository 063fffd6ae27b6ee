"""What a form without JavaScript sends, and the page that says what went wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Annotated

from fastapi import File, Form, Request, Response, UploadFile

from lookalike import errors
from lookalike.engine.interface import Engine
from lookalike.errors import Subject
from lookalike.gallery.people import Language
from lookalike.web import problems
from lookalike.web.depends import read
from lookalike.web.pages.document import language_of, respond
from lookalike.web.pages.languages import locale

Upload = Annotated[UploadFile | None, File()]
Field = Annotated[str, Form()]


class Incomplete(errors.InvalidParameter):
    """A form lacks what it cannot do without. `wanting` names the text that says so."""

    def __init__(self, wanting: str) -> None:
        super().__init__(wanting)
        self.wanting = wanting


async def photo_of(engine: Engine, file: UploadFile | None, subject: Subject) -> bytes | None:
    """The bytes of a file field; None where it was left empty.

    Raises:
        ImageTooLarge: it has more than may be.
    """
    return await read(file, engine, subject) if file is not None and file.size else None


async def agreed_photo(engine: Engine, file: UploadFile | None, consent: str) -> bytes:
    """The photo that a visitor agreed to have looked at.

    Raises:
        Incomplete: there is no photo, or no consent.
        ImageTooLarge: it has more bytes than may be.
    """
    if consent != "yes":
        raise Incomplete("no_consent")
    photo = await photo_of(engine, file, "photo")
    if photo is None:
        raise Incomplete("no_photo")
    return photo


async def answered(
    request: Request, lang: str | None, back: str, make: Callable[[Language], Awaitable[Response]]
) -> Response:
    """The page that `make` answers with, or the one that tells what went wrong."""
    language = language_of(request, lang)
    try:
        return await make(language)
    except errors.LookalikeError as error:
        return _failed(request, error, language, back)


def problem(request: Request, status: int, code: str) -> Response:
    """The page of a problem that is not of a form."""
    language = language_of(request)
    texts = locale(language)
    if status == HTTPStatus.NOT_FOUND:
        title, advice = texts["page"]["problem"]["not_found"]
    else:
        title, advice = _told(code, language, "photo", request.app.state.settings.max_bytes)
    page = {"title": title, "advice": advice, "back": "/"}
    return respond(request, "problem.html", status=status, language=language, **page)


def _failed(
    request: Request, error: errors.LookalikeError, language: Language, back: str
) -> Response:
    title, advice = _explained(error, language, request.app.state.settings.max_bytes)
    status, headers = problems.status_of(error)
    return respond(
        request,
        "problem.html",
        status=status,
        language=language,
        headers=headers,
        title=title,
        advice=advice,
        back=back,
    )


def _explained(error: errors.LookalikeError, language: Language, most: int) -> tuple[str, str]:
    """What `explain` of static/problem.js says of the same error."""
    texts = locale(language)
    if isinstance(error, Incomplete):
        title, advice = texts["page"]["problem"][error.wanting]
        return title, advice
    if isinstance(error, errors.NotFound) and error.code not in texts["script"]["problem"]:
        title, advice = texts["page"]["problem"]["not_found"]
        return title, advice
    return _told(error.code, language, getattr(error, "subject", "photo"), most)


def _told(code: str, language: Language, subject: str | None, most: int) -> tuple[str, str]:
    known = locale(language)["script"]["problem"]
    name = known["subject"].get(subject, known["subject"]["photo"])
    values = {
        "subject": name,
        "Subject": name[:1].upper() + name[1:],
        "megabytes": most // 1024 // 1024,
    }
    title, advice = known.get(code, known["other"])
    return title.format(**values), advice.format(**values)
