"""Bodies of requests, of which no more is read than the API takes."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import ClientDisconnect, Request

from lookalike.rekognition.wire.faults import Fault


async def read_body(request: Request, most: int, too_large: Callable[[], Fault]) -> bytes:
    """
    Raises:
        Fault: it has more than `most` bytes, of which nothing more is read, or ends early.
    """
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > most:
        raise too_large()
    chunks = bytearray()
    try:
        async for chunk in request.stream():
            if len(chunks) + len(chunk) > most:
                raise too_large()
            chunks += chunk
    except ClientDisconnect:
        raise Fault("SerializationException", "The body ended early.") from None
    return bytes(chunks)
