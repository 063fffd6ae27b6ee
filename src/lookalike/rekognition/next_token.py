"""NextToken: where the next page of a job's results begins. Opaque, checked, good for a day."""

from __future__ import annotations

import base64
import binascii
import hashlib
import time

from lookalike.rekognition.faults import Fault

# Amazon's.
_LIVES_S = 24 * 3600
_DIGEST = 8


def write(job: str, order: str, start: int) -> str:
    """The token for the results of a job, in one order, from place `start` on."""
    content = f"{start} {int(time.time())}".encode()
    return base64.urlsafe_b64encode(_digest(job, order, content) + content).decode()


def read(token: str, job: str, order: str) -> int:
    """The place that a token stands for.

    Raises:
        Fault: InvalidPaginationTokenException, it is damaged, too old, or of another request.
    """
    try:
        decoded = base64.urlsafe_b64decode(token)
    except (binascii.Error, ValueError):
        raise _invalid("it is not one that this server gave") from None
    digest, content = decoded[:_DIGEST], decoded[_DIGEST:]
    if digest != _digest(job, order, content):
        raise _invalid("it is damaged, or of another job or another SortBy")
    start, written = map(int, content.split())
    if time.time() - written > _LIVES_S:
        raise _invalid("it is more than a day old")
    return start


def _digest(job: str, order: str, content: bytes) -> bytes:
    """Finds mistakes. It keeps no secret: whoever knows a job may read all of its results."""
    return hashlib.sha256(b"\0".join([job.encode(), order.encode(), content])).digest()[:_DIGEST]


def _invalid(why: str) -> Fault:
    return Fault("InvalidPaginationTokenException", f"NextToken is not valid: {why}.")
