"""XML, as the Query protocol of STS answers with."""

from __future__ import annotations

import html
from collections.abc import Mapping
from types import MappingProxyType

from lookalike.rekognition.wire.faults import Code

CONTENT_TYPE = "text/xml"
_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"

# What this protocol calls the faults that the other one knows, and their HTTP status ("Common
# errors" of the API reference of STS). Any other is a fault of the server.
_FAULTS: Mapping[Code, tuple[str, int]] = MappingProxyType(
    {
        "AccessDeniedException": ("AccessDenied", 403),
        "ExpiredTokenException": ("ExpiredToken", 403),
        "IncompleteSignatureException": ("IncompleteSignature", 400),
        "InvalidParameterException": ("ValidationError", 400),
        "InvalidSignatureException": ("SignatureDoesNotMatch", 403),
        "MissingAuthenticationTokenException": ("MissingAuthenticationToken", 403),
        "ProvisionedThroughputExceededException": ("Throttling", 400),
        "SerializationException": ("MalformedQueryString", 400),
        "ServiceUnavailable": ("ServiceUnavailable", 503),
        "ThrottlingException": ("Throttling", 400),
        "UnknownOperationException": ("InvalidAction", 400),
        "UnrecognizedClientException": ("InvalidClientTokenId", 403),
    }
)
_FAILURE = ("InternalFailure", 500)


def fault_told(code: Code, message: str, request_id: str) -> tuple[int, bytes]:
    """The HTTP status and the XML of a fault."""
    name, status = _FAULTS.get(code, _FAILURE)
    side = "Receiver" if status >= 500 else "Sender"
    told = _plain(Type=side, Code=name, Message=message)
    return status, document("ErrorResponse", element("Error", told) + _plain(RequestId=request_id))


def _plain(**texts: str) -> str:
    return "".join(element(name, html.escape(text)) for name, text in texts.items())


def element(name: str, inside: str) -> str:
    return f"<{name}>{inside}</{name}>"


def document(name: str, inside: str) -> bytes:
    # What XML cannot hold is shown as a question mark.
    sound = "".join(each if each.isprintable() or each in "\t\n\r" else "?" for each in inside)
    return f'<{name} xmlns="{_NAMESPACE}">{sound}</{name}>'.encode(errors="replace")
