"""NextToken: where a list goes on, for the same list only."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import math
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from lookalike.rekognition.wire.faults import Fault, in_amazons_words
from lookalike.rekognition.wire.validation import Members

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
    found = rows(reached(request), limit + 1)
    if len(found) <= limit:
        return found, None
    return found[:limit], token(request, key(found[limit - 1]))


def token(request: Members, after: str) -> str:
    """What makes the same request go on after that place."""
    written = json.dumps([_list(request), after, round(time.time())]).encode()
    return base64.urlsafe_b64encode(written).decode()


def reached(request: Members, lives_s: float = math.inf) -> str:
    """The place that the request's token was made for; empty if it has none.

    Raises:
        Fault: InvalidPaginationTokenException, the token is not of this list, or older than that.
    """
    given = request.get("NextToken")
    if given is None:
        return ""
    after: str
    try:
        which, after, made = json.loads(base64.urlsafe_b64decode(given))
        # Half of a surrogate pair, which JSON may hold, is nothing that a database can look for.
        after.encode()
        expired = time.time() - made > lives_s
    except (ValueError, TypeError, AttributeError, binascii.Error):
        which, after, expired = None, "", False
    if which != _list(request):
        raise not_of_this_list()
    if expired:
        hours = lives_s / 3600
        raise _refused(f"NextToken is over {hours:.0f} hours old.")
    return after


def not_of_this_list() -> Fault:
    """The fault for a token that was made up, or made for something else."""
    return _refused("NextToken must be one that this list, with the same parameters, has answered.")


def _refused(why: str) -> Fault:
    return in_amazons_words("InvalidPaginationTokenException", why)


def _list(request: Members) -> str:
    """What list it is: every parameter but where it goes on and how many a page has."""
    same = {k: v for k, v in request.items() if k not in ("NextToken", "MaxResults")}
    return hashlib.sha256(json.dumps(same, sort_keys=True).encode()).hexdigest()[:_DIGEST]
