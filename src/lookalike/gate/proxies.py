"""Behind a proxy: under which path it offers the server, and which proxies are believed."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_network
from typing import TYPE_CHECKING

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from lookalike.config import Settings
from lookalike.errors import InvalidParameter

if TYPE_CHECKING:
    from fastapi import FastAPI, Request

_HEADER = b"x-forwarded-prefix"
# Parts of what a path may have without being encoded (RFC 3986, 2.3), none of them a dot or two.
_PREFIX = re.compile(r"(/(?!\.{1,2}(/|$))[A-Za-z0-9._~-]+){1,16}/?")
_LONGEST = 200


def install(app: FastAPI, settings: Settings) -> None:
    """Have an app offer all it offers under the path that a proxy has for it, too.

    Raises:
        InvalidParameter: the settings of the path, or of the proxies, are not as they must be.
    """
    found = checked(settings)
    app.add_middleware(Proxied, prefix=found.prefix, trusted=found.trusted)


@dataclass(frozen=True, slots=True)
class ProxySettings:
    """
    Attributes:
        prefix: what every address begins with; empty: as proxies say.
        trusted: addresses and networks of proxies, with commas between.
    """

    prefix: str
    trusted: str


def checked(settings: Settings) -> ProxySettings:
    """
    Raises:
        InvalidParameter: the settings of the path, or of the proxies, are not as they must be.
    """
    return ProxySettings(
        _prefix_of_settings(settings.path_prefix), _trusted(settings.trusted_proxies)
    )


@cache
def _believed(trusted: str) -> ProxyHeadersMiddleware:
    return ProxyHeadersMiddleware(_nothing, trusted)  # type: ignore[arg-type]


async def _nothing(scope: Scope, receive: Receive, send: Send) -> None:
    """An app that is never called."""


def trusts(trusted: str, host: str) -> bool:
    """Whether an address is one of `ProxySettings.trusted`."""
    return host in _believed(trusted).trusted_hosts


def root_of(request: Request) -> str:
    """The path that every address of ours begins with, without a slash at its end."""
    root: str = request.scope.get("root_path", "")
    return root.rstrip("/")


def own_path(scope: Scope) -> str:
    """The path that was asked for, without what a proxy put before it."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


class Proxied:
    """ASGI middleware: what a proxy says of a request is believed where the proxy is.

    A path begins with the prefix from here on, whether the proxy has cut it off or not.
    """

    def __init__(self, app: ASGIApp, prefix: str, trusted: str) -> None:
        """
        Args:
            prefix: as the settings have it; empty: as proxies say.
            trusted: addresses and networks of proxies, with commas between.
        """
        self._prefix = prefix
        # Tells who asked, and by which scheme.
        self._inner = ProxyHeadersMiddleware(app, trusted)  # type: ignore[arg-type]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope.get("root_path"):
            prefix = self._prefix or self._stated(scope)
            if prefix:
                scope["root_path"] = prefix
                scope["path"] = _below(prefix, scope["path"])
        await self._inner(scope, receive, send)  # type: ignore[arg-type]

    def _stated(self, scope: Scope) -> str:
        """What a proxy that is believed says, if it may be a path."""
        host, port = scope.get("client") or ("", None)
        # Where somebody else starts the app, uvicorn may have believed the proxy already: it has
        # put the visitor's address there, with a port that is none.
        if port != 0 and host not in self._inner.trusted_hosts:
            return ""
        values = [value for name, value in scope["headers"] if name == _HEADER]
        return (prefix_of(values[0].decode("latin-1")) or "") if len(values) == 1 else ""


def prefix_of(text: str) -> str | None:
    """`/look` of `/look` and `/look/`; None of what is no plain path."""
    text = text.strip()
    if text in ("", "/"):
        return ""
    known = len(text) <= _LONGEST and _PREFIX.fullmatch(text)
    return text.rstrip("/") if known else None


def _below(prefix: str, path: str) -> str:
    if path == prefix:
        return f"{prefix}/"
    return path if path.startswith(f"{prefix}/") else prefix + path


def _prefix_of_settings(text: str) -> str:
    prefix = prefix_of(text)
    if prefix is None:
        raise InvalidParameter(
            f"LOOKALIKE_PATH_PREFIX is {text!r}; it must be a path like /look, of letters, digits "
            "and . _ ~ - between the slashes."
        )
    return prefix


def _trusted(text: str) -> str:
    """Addresses of proxies, else those that uvicorn is told of, else this machine."""
    text = text.strip()
    if not text:
        return os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1,::1")
    for each in text.split(",") if text != "*" else ():
        try:
            ip_network(each.strip())
        except ValueError:
            raise InvalidParameter(
                f"LOOKALIKE_TRUSTED_PROXIES has {each.strip()!r}; it must be addresses and "
                "networks like 10.0.0.0/8 with commas between, or * for all."
            ) from None
    return text
