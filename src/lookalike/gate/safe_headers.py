"""Headers that keep a browser from taking an answer for more than it is, on every answer."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lookalike.gate.proxies import own_path

# For what is no page: it shows, runs and asks for nothing, and stands in no frame.
_NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Content-Security-Policy": _NOTHING,
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
)
# Pages that describe the API, made by somebody else: their scripts stand in them, and set styles.
_DESCRIPTIONS = ("/docs", "/docs/oauth2-redirect", "/redoc")
_DESCRIPTION = (
    "default-src 'none'; script-src 'self' {scripts}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; worker-src blob:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_SCRIPT = re.compile(rb"<script>(.*?)</script>", re.DOTALL)


class SafeHeaders:
    """ASGI middleware: an answer has what is missing of `HEADERS`. A page says itself who may show
    it in a frame, and old browsers that know no such policy are told nothing else then."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun: list[Message] = []

        async def completed(message: Message) -> None:
            if message["type"] == "http.response.start":
                begun.append(message)
                return
            if begun:
                described = own_path(scope) in _DESCRIPTIONS
                own = _description(message.get("body", b"")) if described else None
                await send(_completed(begun.pop(), own))
            await send(message)

        await self._app(scope, receive, completed)


def _completed(message: Message, policy: str | None) -> Message:
    headers = MutableHeaders(raw=list(message.get("headers", ())))
    if policy is not None:
        headers.setdefault("Content-Security-Policy", policy)
    framed = "content-security-policy" in headers and policy is None
    for name, value in HEADERS.items():
        if not (framed and name == "X-Frame-Options"):
            headers.setdefault(name, value)
    return {**message, "headers": headers.raw}


def _description(page: bytes) -> str:
    """The policy of a page that runs what stands in it, and nothing else that might come in."""
    return _DESCRIPTION.format(scripts=" ".join(_hashes(page)))


def _hashes(page: bytes) -> Iterator[str]:
    for script in _SCRIPT.findall(page):
        digest = base64.b64encode(hashlib.sha256(script).digest()).decode()
        yield f"'sha256-{digest}'"
