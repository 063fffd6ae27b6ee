"""What Amazon's API answers instead of a result: a code of its own model, and a message."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from lookalike import errors

# The codes that this server sends. A test holds them against the service model and `COMMON`.
Code = Literal[
    "AccessDeniedException",
    "ConflictException",
    "ExpiredTokenException",
    "IdempotentParameterMismatchException",
    "ImageTooLargeException",
    "IncompleteSignatureException",
    "InternalServerError",
    "InvalidImageFormatException",
    "InvalidPaginationTokenException",
    "InvalidParameterException",
    "InvalidS3ObjectException",
    "InvalidSignatureException",
    "LimitExceededException",
    "MissingAuthenticationTokenException",
    "ProvisionedThroughputExceededException",
    "ResourceAlreadyExistsException",
    "ResourceNotFoundException",
    "SerializationException",
    "ServiceQuotaExceededException",
    "ServiceUnavailable",
    "ThrottlingException",
    "UnknownOperationException",
    "UnrecognizedClientException",
    "VideoTooLargeException",
]

# Faults that every AWS service shares, so no service model lists them, and their HTTP status.
COMMON: Mapping[str, int] = MappingProxyType(
    {
        "ExpiredTokenException": 400,
        "IncompleteSignatureException": 400,
        "InvalidSignatureException": 400,
        "MissingAuthenticationTokenException": 400,
        "SerializationException": 400,
        "ServiceUnavailable": 503,
        "UnknownOperationException": 400,
        "UnrecognizedClientException": 400,
    }
)

# The first base class that is listed counts.
_KNOWN: Mapping[type[Exception], Code] = MappingProxyType(
    {
        errors.UnsupportedFormat: "InvalidImageFormatException",
        errors.DamagedImage: "InvalidImageFormatException",
        errors.ImageTooLarge: "ImageTooLargeException",
        errors.ImageTooSmall: "InvalidParameterException",
        errors.NoFace: "InvalidParameterException",
        errors.PhotoError: "InvalidImageFormatException",
        errors.VideoError: "InvalidParameterException",
        errors.VideoTooLarge: "VideoTooLargeException",
        errors.ObjectUnavailable: "InvalidS3ObjectException",
        errors.NotFound: "ResourceNotFoundException",
        errors.InvalidParameter: "InvalidParameterException",
        errors.CollectionExists: "ResourceAlreadyExistsException",
        errors.TokenMismatch: "IdempotentParameterMismatchException",
        errors.Conflict: "ConflictException",
        errors.TooManyJobs: "LimitExceededException",
        errors.TooMany: "ServiceQuotaExceededException",
        errors.Blocked: "InvalidParameterException",
        errors.ExtraMissing: "UnknownOperationException",
        errors.Busy: "ThrottlingException",
        errors.StoreBusy: "ThrottlingException",
        errors.StoreUnavailable: "ServiceUnavailable",
        Exception: "InternalServerError",
    }
)

# Headers of what is worth a second try: seconds to wait before it.
_SOON = MappingProxyType({"Retry-After": "2"})
TRANSIENT: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "ThrottlingException": _SOON,
        "ProvisionedThroughputExceededException": _SOON,
        "ServiceUnavailable": _SOON,
    }
)

# What Amazon says, and programs look for, where the code tells little. Here the reason follows.
SENTENCES: Mapping[Code, str] = MappingProxyType(
    {
        "InvalidImageFormatException": "Request has invalid image format: ",
        "InvalidParameterException": "Request has invalid parameters: ",
        "InvalidS3ObjectException": (
            "Unable to get object metadata from S3. Check object key, region and/or access "
            "permissions. "
        ),
    }
)


class Fault(Exception):
    """Raised anywhere below the endpoint, which answers with it."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def of_image(code: Code, why: str) -> Fault:
    """The fault of an image that cannot be used, as Amazon begins it."""
    return Fault(code, SENTENCES.get(code, "") + why)


def code_of(error: Exception) -> Code:
    """The code for an error of this package, or InternalServerError for any other."""
    return next(_KNOWN[kind] for kind in type(error).__mro__ if kind in _KNOWN)


def fault_of(error: Exception) -> Fault:
    """The fault to answer with; an unexpected error keeps its message to the log."""
    if isinstance(error, Fault):
        return error
    code = code_of(error)
    if code == "InternalServerError":
        return Fault(code, "The server failed unexpectedly; its log says how.")
    if code == "ServiceUnavailable":
        return Fault(code, "The store cannot be used now; the server's log says why.")
    if isinstance(error, errors.StoreBusy):
        return Fault(code, "The store is busy; try again in a few seconds.")
    if isinstance(error, errors.ObjectUnavailable):
        return of_image(code, str(error))
    return Fault(code, str(error))
