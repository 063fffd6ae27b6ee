"""Portraits of Wikimedia Commons, for a command that has no event loop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
from anyio.from_thread import start_blocking_portal

from lookalike.config import Settings
from lookalike.gallery.people import Person
from lookalike.gallery.wikimedia import portraits
from lookalike.gallery.wikimedia.client import Patience
from lookalike.gallery.wikimedia.portraits import Portraits

# The bytes of somebody's portrait, or raises PortraitUnavailable.
Fetch = Callable[[Person], bytes]


@contextmanager
def fetching(settings: Settings, client: httpx.AsyncClient, patience: Patience) -> Iterator[Fetch]:
    """Fetches what the server has not yet, and keeps it for the server."""
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(client):
        known = Portraits(
            portraits.folder(settings),
            client,
            enabled=settings.portraits == "on",
            patience=patience,
        )

        def fetch(person: Person) -> bytes:
            return portal.call(known.fetch, person).path.read_bytes()

        yield fetch
