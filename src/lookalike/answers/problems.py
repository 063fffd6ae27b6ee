"""What is said of an error, as the problem details (RFC 9457) of `shapes`."""

from __future__ import annotations

from lookalike import errors
from lookalike.answers.shapes import KnownPerson, Problem

# What the stable code of an error follows in its type.
PREFIX = "urn:lookalike:problem:"

# Title and status of every code; the first base class that is listed counts.
_KNOWN: dict[type[errors.LookalikeError], tuple[int, str]] = {
    errors.UnsupportedFormat: (415, "Not an image that can be read"),
    errors.ImageTooLarge: (413, "The photo is too large"),
    errors.TooManyPixels: (413, "The photo has too many pixels"),
    errors.ImageTooSmall: (422, "The photo is too small"),
    errors.DamagedImage: (422, "The photo is damaged"),
    errors.NoFace: (422, "No face was found"),
    errors.PhotoError: (422, "The photo cannot be used"),
    errors.NotFound: (404, "Not found"),
    errors.InvalidParameter: (422, "A parameter is not allowed"),
    errors.Conflict: (409, "It conflicts with what is there"),
    errors.TooMany: (422, "There may not be more"),
    errors.Blocked: (403, "Somebody who asked to be left out"),
    errors.NotAllowed: (403, "Not allowed"),
    errors.NotOffered: (501, "Not offered with this engine"),
    errors.ExtraMissing: (501, "Not installed on this server"),
    errors.ContractMismatch: (409, "It was made with another model"),
    errors.ResultsFull: (507, "No more results can be kept"),
    errors.TooOften: (429, "Asked too often"),
    errors.Busy: (503, "The server is busy"),
    errors.StoreBusy: (503, "The store is busy"),
    errors.StoreUnavailable: (503, "The store cannot be used now"),
    errors.AwsThrottled: (503, "Amazon Rekognition is busy"),
    errors.AwsError: (502, "Amazon Rekognition cannot answer"),
    errors.LookalikeError: (500, "The server cannot answer"),
}


def kind_of(error: type[Exception]) -> tuple[int, str]:
    """The status in HTTP and the title of a kind of errors."""
    return next(_KNOWN[kind] for kind in error.__mro__ if kind in _KNOWN)


def problem(error: errors.LookalikeError) -> Problem:
    """An error as data."""
    status, title = kind_of(type(error))
    return Problem(
        type=PREFIX + error.code,
        title=title,
        status=status,
        detail=str(error),
        subject=getattr(error, "subject", None),
        number=getattr(error, "number", None),
        people=_people(error) if isinstance(error, errors.Unlike) else None,
    )


def _people(error: errors.Unlike) -> tuple[KnownPerson, ...]:
    return tuple(KnownPerson.model_validate(each) for each in error.people)
