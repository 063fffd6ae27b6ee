"""What is not let in, and why: told by whichever front end it was for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response


@dataclass(frozen=True, slots=True)
class Refusal:
    """
    Attributes:
        status: of the answer in HTTP.
        code: its stable name in problem details.
        detail: what was wrong, and what is allowed.
        retry_after: seconds after which it may be tried again; None: it stays so.
    """

    status: int
    code: str
    detail: str
    retry_after: int | None = None

    @property
    def headers(self) -> dict[str, str]:
        """What goes with the answer: it is the last of its connection, of which nothing more is
        read."""
        again = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        return {"Connection": "close", **again}


# Answers a request that is refused, as the front end does that it was for.
Refuse = Callable[[Request, Refusal], Response]
