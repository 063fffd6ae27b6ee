"""Pages of other origins that may call the Rekognition API from a browser (CORS)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from lookalike.config import Settings
from lookalike.errors import InvalidParameter
from lookalike.gate.names import ANY
from lookalike.gate.proxies import own_path

_ORIGIN = re.compile(r"https?://[a-z0-9.\-\[\]:]+")
# What Amazon's SDK for browsers reads of an answer beside its body.
_EXPOSED = (
    *("x-amzn-RequestId", "x-amzn-ErrorType", "x-amzn-ErrorMessage"),
    *("Date", "Retry-After", "Warning", "X-Lookalike-Reason"),
)
# Seconds that a browser need not ask again; Chromium keeps no answer longer than two hours.
_KEPT_S = 7200


@dataclass(frozen=True, slots=True)
class Origins:
    """
    Attributes:
        listed: such as `https://app.example`, in lower case; `*` is any.
    """

    listed: tuple[str, ...] = ()

    @classmethod
    def of(cls, settings: Settings) -> Origins:
        """
        Raises:
            InvalidParameter: what is set is no origin, or any where nobody has to sign.
        """
        origins = [each.strip().lower() for each in settings.cors_origins.split(",")]
        listed = tuple(each.removesuffix("/") for each in origins if each)
        for each in listed:
            if each != ANY and not _ORIGIN.fullmatch(each):
                raise InvalidParameter(
                    f"LOOKALIKE_CORS_ORIGINS has {each!r}; it must be origins like "
                    "https://app.example or http://localhost:3000 with commas between, or * for "
                    "any."
                )
        if ANY in listed and not settings.checks_signatures:
            raise InvalidParameter(
                "LOOKALIKE_CORS_ORIGINS is *, and signatures are not checked: every website could "
                "use this server through its visitors. List the origins, or set LOOKALIKE_AUTH=on."
            )
        return cls(listed)

    def allow(self, origin: str | None) -> bool:
        """Whether pages of an origin may call; a request without one was sent by none."""
        return origin is not None and (ANY in self.listed or origin.lower() in self.listed)


class BrowserCalls:
    """ASGI middleware: answers what browsers ask before they send to the Rekognition API, and lets
    pages of the origins read its answers."""

    def __init__(self, app: ASGIApp, origins: Origins) -> None:
        self._app = app
        self._shared = CORSMiddleware(
            app,
            allow_origins=origins.listed,
            allow_methods=("POST",),
            # Mirrors those that are asked for: each of Amazon's SDKs adds some of its own.
            allow_headers=("*",),
            expose_headers=_EXPOSED,
            max_age=_KEPT_S,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        called = scope["type"] == "http" and called_by_programs(scope)
        await (self._shared if called else self._app)(scope, receive, send)


def called_by_programs(scope: Scope) -> bool:
    """Whether a request is for the Rekognition API, or asks whether one may be sent."""
    return scope["method"] in ("POST", "OPTIONS") and own_path(scope) == "/"
