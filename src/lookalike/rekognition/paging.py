"""NextToken: where a list goes on, for the same list only."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Sequence
from typing import TypeVar

from lookalike.rekognition.faults import Fault
from lookalike.rekognition.validation import Members

Row = TypeVar("Row")

_DIGEST = 12


def page(
    request: Members,
    most: int,
    rows: Callable[[str, int], Sequence[Row]],
    key: Callable[[Row], str],
) -> tuple[Sequence[Row], str | None]:
    """One page of a list and the token of the next.

    Args:
        most: rows of a page unless MaxResults asks for fewer.
        rows: those after a key, at most so many.
        key: of a row.

    Raises:
        Fault: InvalidPaginationTokenException, the token is not of this list.
    """
    # MaxResults may be 0, which AWS's model allows and its documentation does not explain.
    limit = min(request.get("MaxResults") or most, most)
    found = rows(_after(request), limit + 1)
    if len(found) <= limit:
        return found, None
    return found[:limit], _token(request, key(found[limit - 1]))


def _token(request: Members, after: str) -> str:
    written = json.dumps([_list(request), after]).encode()
    return base64.urlsafe_b64encode(written).decode()


def _after(request: Members) -> str:
    token = request.get("NextToken")
    if token is None:
        return ""
    after: str
    try:
        which, after = json.loads(base64.urlsafe_b64decode(token))
        # Half of a surrogate pair, which JSON may hold, is nothing that a database can look for.
        after.encode()
    except (ValueError, TypeError, AttributeError, binascii.Error):
        which, after = None, ""
    if which != _list(request):
        raise Fault(
            "InvalidPaginationTokenException",
            "NextToken must be one that this list, with the same parameters, has answered.",
        )
    return after


def _list(request: Members) -> str:
    """What list it is: every parameter but where it goes on and how many a page has."""
    same = {k: v for k, v in request.items() if k not in ("NextToken", "MaxResults")}
    return hashlib.sha256(json.dumps(same, sort_keys=True).encode()).hexdigest()[:_DIGEST]
