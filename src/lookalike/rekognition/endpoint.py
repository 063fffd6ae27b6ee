"""The endpoint: one POST in, one operation called beside the event loop, one answer out."""

from __future__ import annotations

import logging
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from lookalike.engine.executor import Executor
from lookalike.engine.interface import Engine
from lookalike.rekognition.access.credential import read_credential
from lookalike.rekognition.access.guard import Guard
from lookalike.rekognition.access.policy import authorize
from lookalike.rekognition.access.signature import SignedRequest
from lookalike.rekognition.calls import called
from lookalike.rekognition.context import Context
from lookalike.rekognition.operations import BLIND, OPERATIONS, OTHERS
from lookalike.rekognition.wire.bodies import read_body
from lookalike.rekognition.wire.codec import Wire
from lookalike.rekognition.wire.faults import TRANSIENT, Fault, fault_of
from lookalike.watch.requests import AMAZON_HEADER, Note, note_of

_LOG = logging.getLogger("lookalike")


class Endpoint:
    """Speaks the Amazon Rekognition API: `answer = await endpoint(request)`.

    It answers with our own networks, also where Amazon's are the engine of everything else.
    """

    def __init__(
        self, engine: Engine, executor: Executor, guard: Guard, *, others: bool = False
    ) -> None:
        """
        Args:
            others: whether what is not about faces is answered as far as faces prove it.
        """
        self._operations = {**OPERATIONS, **OTHERS} if others else OPERATIONS
        self._engine = engine
        self._executor = executor
        self._guard = guard
        self._wire = Wire()
        self._most = self._wire.largest_body(self._operations)

    async def __call__(self, request: Request) -> Response:
        """The answer to a `POST /`; a fault is an answer too, so nothing is raised."""
        note = note_of(request.scope)
        headers = {AMAZON_HEADER: note.id}
        try:
            status, body = 200, await self._answer(request, note)
            headers |= _warning(note)
        except Exception as error:
            fault = fault_of(error)
            note.refusal = fault.code
            _log(fault, error, note.id)
            status = self._wire.status(fault.code)
            body = self._wire.encode_fault(fault, note.id)
            headers |= {**fault.headers, **TRANSIENT.get(fault.code, {})}
        return Response(body, status, headers, media_type=self._wire.content_type)

    async def _answer(self, request: Request, note: Note) -> bytes:
        operation = self._wire.operation(request.headers, self._operations)
        note.operation, act = operation, self._operations[operation]
        credential = read_credential(request.headers, request.query_params)
        # Nothing is read of whoever did not sign with a key of ours, and just now.
        await self._guard.check_head(credential, SignedRequest.of(request, b""))
        body = await read_body(
            request, self._most, partial(self._wire.too_large, operation, self._most)
        )
        principal = await self._guard.admit(credential, SignedRequest.of(request, body))

        def call() -> bytes:
            context = Context(self._engine.local, credential, note.id, principal)
            asked = self._wire.decode(operation, body)
            authorize(principal, operation, asked, context.region)
            return self._wire.encode(operation, called(context, operation, act, asked))

        return await self._executor.run(call)


def _warning(note: Note) -> dict[str, str]:
    """What is said beside an answer that looked at nothing, and in the log."""
    what = BLIND.get(note.operation or "")
    if what is None:
        return {}
    text = (
        f"{note.operation} is answered with nothing (LOOKALIKE_OTHERS=faces): nothing here {what}"
    )
    _LOG.warning("Rekognition request %s: %s", note.id, text)
    # 199 is any warning (RFC 7234, 5.5.7).
    return {"Warning": f'199 lookalike "{text}"'}


def _log(fault: Fault, error: Exception, request_id: str) -> None:
    """Say in the log what is a fault of ours, and why others are answered so."""
    if fault.code == "InternalServerError":
        # The traceback names code, never pixels: arguments are not in it.
        _LOG.error("Rekognition request %s failed", request_id, exc_info=error)
    elif fault.code == "ServiceUnavailable":
        _LOG.error("Rekognition request %s failed: %s", request_id, error)
    elif fault.reason is not None:
        _LOG.info("Rekognition request %s was refused: %s", request_id, fault.reason)
