"""How programs come to an engine: opened here, or connected to on a server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from lookalike.api.engine import Engine
from lookalike.api.local import Local, Setting, opened

if TYPE_CHECKING:
    from lookalike.api.asynchronous import AsyncEngine


def open(**settings: Setting) -> Engine:
    """An engine that looks at photos with our own networks, in this process.

    >>> with lookalike.open(limit=5) as engine:
    ...     len(engine.find("obama2.jpg").faces[0].people)
    5

    Networks that cannot be used show now; some are opened with the first photo. Nothing is sent
    anywhere, and no photo is kept.

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
        InvalidParameter: the address is none.
    """
    import httpx

    from lookalike.api.remote import Remote

    return Engine(Remote(httpx.Client(**_client(url, token, timeout))))


@asynccontextmanager
async def open_async(**settings: Setting) -> AsyncIterator[AsyncEngine]:
    """`open` for programs with an event loop: `async with lookalike.open_async() as engine`."""
    from anyio import to_thread

    from lookalike.api.asynchronous import AsyncEngine
    from lookalike.api.local import AsyncLocal

    engine = await to_thread.run_sync(opened, settings)
    async with AsyncEngine(AsyncLocal(engine)) as opening:
        yield opening


@asynccontextmanager
async def connect_async(
    url: str, token: str | None = None, *, timeout: float = 60
) -> AsyncIterator[AsyncEngine]:
    """`connect` for programs with an event loop: `async with lookalike.connect_async(url)`."""
    import httpx

    from lookalike.api.asynchronous import AsyncEngine
    from lookalike.api.remote import AsyncRemote

    client = httpx.AsyncClient(**_client(url, token, timeout))
    async with AsyncEngine(AsyncRemote(client)) as engine:
        yield engine


def _client(url: str, token: str | None, timeout: float) -> dict[str, Any]:
    """
    Raises:
        InvalidParameter: the address is none.
    """
    from urllib.parse import urlsplit

    from lookalike.errors import InvalidParameter

    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InvalidParameter(f"url: {url!r}; it must be like https://look.example.")
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return {"base_url": url, "headers": headers, "timeout": timeout}
