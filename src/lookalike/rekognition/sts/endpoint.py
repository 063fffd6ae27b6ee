"""The endpoint of STS: one form in, one operation called, one answer out."""

from __future__ import annotations

import logging

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from lookalike.rekognition.access.credential import read_credential
from lookalike.rekognition.access.guard import Guard
from lookalike.rekognition.access.signature import SignedRequest
from lookalike.rekognition.sts.operations import STS_OPERATIONS, Asked
from lookalike.rekognition.wire.bodies import read_body
from lookalike.rekognition.wire.faults import TRANSIENT, Fault, fault_of
from lookalike.rekognition.wire.query import QueryWire
from lookalike.rekognition.wire.xml import CONTENT_TYPE, fault_told
from lookalike.watch.requests import AMAZON_HEADER, Note, note_of

_LOG = logging.getLogger("lookalike")
_SERVICE = "sts"
# Bytes of a request: its policies and tags may have as many (API reference of STS).
_MOST = 64 * 1024


class StsEndpoint:
    """Speaks the API of AWS's Security Token Service: `answer = await endpoint(request)`."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._wire = QueryWire()

    async def __call__(self, request: Request) -> Response:
        """The answer to a form that is sent to `POST /`; nothing is raised."""
        note = note_of(request.scope)
        headers = {AMAZON_HEADER: note.id}
        try:
            status, body = 200, await self._answer(request, note)
        except Exception as error:
            fault = fault_of(error)
            note.refusal = fault.code
            if fault.code == "InternalServerError":
                _LOG.error("STS request %s failed", note.id, exc_info=error)
            status, body = fault_told(fault.code, fault.reason or fault.message, note.id)
            headers |= {**fault.headers, **TRANSIENT.get(fault.code, {})}
        return Response(body, status, headers, media_type=CONTENT_TYPE)

    async def _answer(self, request: Request, note: Note) -> bytes:
        credential = read_credential(request.headers, request.query_params)
        await self._guard.check_head(credential, SignedRequest.of(request, b""), _SERVICE)
        body = await read_body(request, _MOST, _too_large)
        signed = SignedRequest.of(request, body)
        principal = await self._guard.admit(credential, signed, _SERVICE)
        operation, asked = self._wire.decode(body, STS_OPERATIONS)
        note.service, note.operation = _SERVICE, operation
        call = Asked(principal, self._guard.callers)
        answer = await to_thread.run_sync(STS_OPERATIONS[operation], call, asked)
        return self._wire.encode(operation, answer, note.id)


def _too_large() -> Fault:
    return Fault("SerializationException", f"The request has more than {_MOST:,} bytes.")
