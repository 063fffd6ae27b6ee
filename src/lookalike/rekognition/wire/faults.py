"""What Amazon's API answers instead of a result: a code of its own model, and a message."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal
from urllib.parse import quote

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

# What Amazon says, which programs compare as a whole: "Error messages and codes" of the developer
# guide, with full stops only where its answers have them. The reason is told beside it.
SENTENCES: Mapping[Code, str] = MappingProxyType(
    {
        "ImageTooLargeException": "Image size is too large",
        "InternalServerError": "Internal server error",
        "InvalidImageFormatException": "Request has invalid image format",
        "InvalidPaginationTokenException": "Invalid Pagination Token",
        "InvalidParameterException": "Request has invalid parameters",
        "InvalidS3ObjectException": (
            "Unable to get object metadata from S3. Check object key, region and/or access "
            "permissions."
        ),
        "ProvisionedThroughputExceededException": "Provisioned Rate exceeded",
        "ThrottlingException": "Service Unavailable",
    }
)
REASON_HEADER = "X-Lookalike-Reason"
# All that is printed in ASCII but the sign that stands for the rest.
_PLAIN = "".join(map(chr, range(0x20, 0x7F))).replace("%", "")
_LONGEST_REASON = 1000


class Fault(Exception):
    """Raised anywhere below the endpoint, which answers with it.

    Attributes:
        message: in Amazon's words, where they are known.
        reason: what is wrong and what is allowed, where the message does not say so.
    """

    def __init__(self, code: Code, message: str, reason: str | None = None) -> None:
        super().__init__(reason or message)
        self.code = code
        self.message = message
        self.reason = reason

    @property
    def headers(self) -> Mapping[str, str]:
        """The reason, where it is not ASCII written as in a URL; empty without one."""
        if self.reason is None:
            return {}
        return {REASON_HEADER: quote(self.reason[:_LONGEST_REASON], safe=_PLAIN)}


def in_amazons_words(code: Code, reason: str) -> Fault:
    """The fault whose message is that of Amazon's for its code, if one is known."""
    sentence = SENTENCES.get(code)
    return Fault(code, reason) if sentence is None else Fault(code, sentence, reason)


def code_of(error: Exception) -> Code:
    """The code for an error of this package, or InternalServerError for any other."""
    return next(_KNOWN[kind] for kind in type(error).__mro__ if kind in _KNOWN)


def fault_of(error: Exception) -> Fault:
    """The fault to answer with; an unexpected error keeps its message to the log."""
    if isinstance(error, Fault):
        return error
    code = code_of(error)
    if code == "InvalidParameterException" and not isinstance(error, errors.PhotoError):
        # What Amazon has no words for.
        return Fault(code, str(error))
    return in_amazons_words(code, _reason(code, error))


def _reason(code: Code, error: Exception) -> str:
    if code == "InternalServerError":
        return "The server failed unexpectedly; its log says how."
    if code == "ServiceUnavailable":
        return "The store cannot be used now; the server's log says why."
    if isinstance(error, errors.StoreBusy):
        return "The store is busy; try again in a few seconds."
    return str(error)
