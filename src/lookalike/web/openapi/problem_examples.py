"""Errors as examples in the description of the JSON API: what each says, by its status."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus

from lookalike import errors
from lookalike.answers.problems import PREFIX, problem
from lookalike.answers.shapes import Problem

_KNOWN = (errors.Known("Q76", "Barack Obama · 버락 오바마", 12.5),)
# Of photos alone.
_OF_PHOTOS = (
    errors.ImageTooLarge("The photo has 31,457,280 bytes; at most 20,971,520 are allowed."),
    errors.TooManyPixels(
        "The photo is 30000 x 4000 pixels; a side may have at most 20,000 (LOOKALIKE_MAX_SIDE)."
    ),
    errors.UnsupportedFormat(
        "This is not an image of a format we read. Allowed: JPEG, PNG, WebP, HEIC, AVIF."
    ),
    errors.NoFace("No face was found in the 1920 x 1080 photo."),
    errors.DamagedImage("The JPEG data is damaged or cut short."),
    errors.ImageTooSmall("The photo is 12 x 12 pixels; each side needs at least 16."),
    errors.PhotoTooSlow("The photo took longer than 10 seconds (LOOKALIKE_DEADLINE)."),
)
_OF_ANY = (
    errors.InvalidParameter("limit: Input should be greater than or equal to 1"),
    errors.Unlike(
        "Somebody called Barack Obama is in mine with another face (similarity 12). Send `to` with "
        "their id to add to them anyway, or `new` for another person.",
        _KNOWN,
    ),
    errors.CollectionExists("There is a collection 'mine' already."),
    errors.Blocked("Barack Obama asked to be left out."),
    errors.TooOften("One address may have 60 photos looked at in a minute.", 12),
    errors.NotOffered("It needs our own networks, and the engine is Amazon Rekognition."),
    errors.AwsDenied("Amazon Rekognition refuses: the credentials are not allowed to call it."),
    errors.Busy("16 photos are waiting already; try again in a few seconds."),
    errors.StoreBusy("Others write to the store; try again in a moment."),
    errors.ResultsFull("There are 10,000 shared results, as many as may be kept."),
)
_NOTHING = errors.NotFound("There is no takedown 'T0123'.")
# What is not there, by what a path names.
_NOT_FOUND: Mapping[str, errors.NotFound] = {
    "{person_id}": errors.PersonNotFound("Nobody in the gallery has the id 'Q0'."),
    "{result_id}": errors.ResultNotFound("There is no such result, or its time is over."),
    "{import_id}": _NOTHING,
    "{receipt}": _NOTHING,
    "{portrait_id}": _NOTHING,
    "/again": errors.SealExpired("The sealed faces are of before; send the photo again."),
    "/portrait": errors.PortraitUnavailable("Nobody has a free portrait of them."),
}
# Of what is imported.
_OTHER_MODEL = errors.ContractMismatch(
    "The pack was made with strong.1f2e3d4c/1, but sface-2021dec/1 is in use; vectors of two "
    "models cannot be compared, and it has no thumbnails to make them anew from. Ask for it with "
    "thumbnails: lookalike gallery export --thumbnails"
)
_NO_COLLECTION = errors.CollectionNotFound("There is no collection 'none'.")
# Of requests that did not come to what they ask for: status, code, what is said.
_PLAIN = (
    (400, "invalid-request", "There was an error parsing the body"),
    (401, "unauthorised", "This needs the admin token: send `Authorization: Bearer` with it."),
    (
        403,
        "forbidden",
        "Without an admin token only programs on this machine may do this, and the request came "
        "through a proxy. Set LOOKALIKE_ADMIN_TOKEN to let others.",
    ),
    (
        403,
        "cross-site",
        "A page of http://other.example asks; only this server's own pages, and programs that are "
        "no browsers, may change or search anything here.",
    ),
    (
        408,
        "too-slow",
        "The body did not come in time: it has 30 seconds (LOOKALIKE_BODY_TIMEOUT), and one more "
        "for each 64 KB.",
    ),
    (413, "image-too-large", "A request may have at most 62,980,096 bytes."),
    (
        421,
        "misdirected",
        "This server was asked for by 'other.example' (the header Host); its names are localhost. "
        "LOOKALIKE_ALLOWED_HOSTS adds others.",
    ),
    (500, "internal", "An unexpected error; it was logged."),
)


def of(status: int, path: str, *, with_photos: bool) -> dict[str, Problem]:
    """What an operation may be answered with, by name: the code of the error, but of a body that is
    too large."""
    imported = (_OTHER_MODEL,) if path.endswith("/start") else ()
    raised = (*(_OF_PHOTOS if with_photos else ()), *_OF_ANY, *imported, *_missing(path))
    told = {each.code: problem(each) for each in raised} | _plain()
    return {name: each for name, each in told.items() if each.status == status}


def everyone() -> dict[str, Problem]:
    """All of them."""
    raised = (*_OF_PHOTOS, *_OF_ANY, _OTHER_MODEL, *_NOT_FOUND.values(), _NO_COLLECTION)
    return {each.code: problem(each) for each in raised} | _plain()


def _missing(path: str) -> Iterator[errors.NotFound]:
    yield from (error for part, error in _NOT_FOUND.items() if part in path)
    yield _NO_COLLECTION


def _plain() -> dict[str, Problem]:
    return {
        code if status != HTTPStatus.REQUEST_ENTITY_TOO_LARGE else "body-too-large": Problem(
            type=PREFIX + code, title=HTTPStatus(status).phrase, status=status, detail=said
        )
        for status, code, said in _PLAIN
    }
