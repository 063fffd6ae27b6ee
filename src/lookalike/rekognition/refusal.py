"""What is not let in at the gate, told as Amazon's API tells it; nothing of that is read for it."""

from __future__ import annotations

import json

from starlette.requests import Request
from starlette.responses import Response

from lookalike.gate.refusal import Refusal
from lookalike.rekognition.wire.faults import Code, in_amazons_words
from lookalike.rekognition.wire.form import is_form
from lookalike.rekognition.wire.xml import CONTENT_TYPE, fault_told
from lookalike.watch.requests import AMAZON_HEADER, note_of

_CONTENT_TYPE = "application/x-amz-json-1.1"
# By the status in HTTP: the code and status that Amazon's clients know such a thing by. They try
# again what is a fault of the server.
_FAULTS: dict[int, tuple[Code, int]] = {
    408: ("SerializationException", 400),
    413: ("ImageTooLargeException", 400),
    429: ("ThrottlingException", 500),
    503: ("ThrottlingException", 500),
}
_OTHER: tuple[Code, int] = ("AccessDeniedException", 400)


def refused(request: Request, refusal: Refusal) -> Response:
    """The answer to a `POST /` that is not let in."""
    code, status = _FAULTS.get(refusal.status, _OTHER)
    note = note_of(request.scope)
    note.refusal = code
    fault = in_amazons_words(code, refusal.detail)
    headers = {**fault.headers, **refusal.headers, AMAZON_HEADER: note.id}
    if is_form(request):
        status, said = fault_told(code, refusal.detail, note.id)
        return Response(said, status, headers, media_type=CONTENT_TYPE)
    told = {"__type": code, "Code": code, "Logref": note.id, "Message": fault.message}
    return Response(json.dumps(told), status, headers, media_type=_CONTENT_TYPE)
