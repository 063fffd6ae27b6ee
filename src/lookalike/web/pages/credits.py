"""Portraits that may be shown: those whose author and licence are known."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from fastapi import Request

from lookalike.errors import PortraitUnavailable
from lookalike.gallery.people import Credit, Person
from lookalike.gallery.portraits import Portraits

# For how long a page waits for Wikimedia before it does without, in seconds.
_PATIENCE = 3.0


def known_credits(request: Request, people: Iterable[str]) -> dict[str, Credit]:
    """The credits of the portraits that are here already, by person."""
    portraits: Portraits = request.app.state.portraits
    return {each: known.credit for each in people if (known := portraits.cached(each))}


async def fetch(request: Request, people: Iterable[Person]) -> None:
    """Have the portraits of a few people here, as far as that is quickly done."""
    portraits: Portraits = request.app.state.portraits

    async def one(person: Person) -> None:
        try:
            await asyncio.wait_for(portraits.fetch(person), _PATIENCE)
        except (PortraitUnavailable, TimeoutError):
            return

    await asyncio.gather(*(one(each) for each in people))
