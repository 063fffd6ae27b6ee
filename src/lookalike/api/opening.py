"""How programs come to an engine: opened here, or connected to on a server."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeVar

from lookalike.api.engine import Engine
from lookalike.api.local import Local, Setting, opened
from lookalike.errors import InvalidParameter

if TYPE_CHECKING:
    from lookalike.api.asynchronous import AsyncEngine

Client = TypeVar("Client")


def open(**settings: Setting) -> Engine:
    """An engine that looks at photos with our own networks, in this process.

    >>> with lookalike.open(limit=5) as engine:
    ...     len(engine.find("obama2.jpg").faces[0].people)
    5

    It takes 0.2 s of the processor, and 0.6 where there are galleries of your own; what is left of
    it, the first photo takes (docs/benchmarks.md). Networks that are not there, or damaged, show
    now. Nothing is sent anywhere, and no photo is kept.

    Args:
        settings: by name, those of docs/settings.md: `home="fans"`, `threads=2`, …; others are as
            the environment says.

    Raises:
        InvalidParameter: there is no such setting, or it is not of its type.
        SetupError: networks or galleries cannot be used.
    """
    return Engine(Local(opened(settings)))


def connect(url: str, token: str | None = None, *, timeout: float = 60) -> Engine:
    """An engine that asks a server of Lookalike's.

    >>> with lookalike.connect(url) as engine:
    ...     engine.find("obama2.jpg").faces[0].people[0].id
    'Q76'

    Photos are sent there, looked at and forgotten. Where it asks Amazon Rekognition, whose scores
    are other ones, nothing is answered (`NotOffered`).

    Args:
        url: of its page: `https://look.example/fans`.
        token: its `LOOKALIKE_ADMIN_TOKEN`, for who changes galleries.
        timeout: seconds without any answer after which it is given up.

    Raises:
        InvalidParameter: the address is none, or the token cannot be sent.
    """
    import httpx

    from lookalike.api.remote import Remote

    return Engine(Remote(_made(httpx.Client, url, token, timeout)))


@asynccontextmanager
async def open_async(**settings: Setting) -> AsyncIterator[AsyncEngine]:
    """`open` for programs with an event loop: `async with lookalike.open_async() as engine`."""
    from anyio import to_thread

    from lookalike.api.asynchronous import AsyncEngine
    from lookalike.api.local import AsyncLocal

    here = await to_thread.run_sync(opened, settings)
    async with AsyncEngine(AsyncLocal(here)) as engine:
        yield engine


@asynccontextmanager
async def connect_async(
    url: str, token: str | None = None, *, timeout: float = 60
) -> AsyncIterator[AsyncEngine]:
    """`connect` for programs with an event loop: `async with lookalike.connect_async(url)`."""
    import httpx

    from lookalike.api.asynchronous import AsyncEngine
    from lookalike.api.remote import AsyncRemote

    client = _made(httpx.AsyncClient, url, token, timeout)
    async with AsyncEngine(AsyncRemote(client)) as engine:
        yield engine


def _made(kind: Callable[..., Client], url: str, token: str | None, timeout: float) -> Client:
    """A client of httpx's.

    Raises:
        InvalidParameter: the address is none, or the token cannot be sent.
    """
    from urllib.parse import urlsplit

    import httpx

    headers = {} if token is None else {"Authorization": f"Bearer {_sendable(token)}"}
    wrong = InvalidParameter(f"url: {url!r}; it must be like https://look.example.")
    try:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
            raise wrong
        return kind(base_url=url, headers=headers, timeout=timeout)
    # Either looks at other parts of it, when it is read.
    except (ValueError, httpx.InvalidURL) as error:
        raise wrong from error


def _sendable(token: str) -> str:
    """The same token, which a header can carry.

    Raises:
        InvalidParameter: it holds what no header can carry; which is not repeated.
    """
    if not re.fullmatch(r"[!-~]([ -~]*[!-~])?", token):
        raise InvalidParameter(
            "token: it is sent in a header, and must be of ASCII's letters, digits and signs, "
            "without a space or an end of a line around them."
        )
    return token
