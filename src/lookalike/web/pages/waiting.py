"""Has the portraits of a few people fetched while a page waits: only those whose author and
licence are known are shown on it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from lookalike.errors import PortraitUnavailable
from lookalike.gallery.people import Person
from lookalike.gallery.wikimedia.portraits import Portraits

# For how long a page waits for Wikimedia before it does without, in seconds.
_PATIENCE = 3.0


async def fetch(portraits: Portraits, people: Iterable[Person]) -> None:
    """Have the portraits of these people here, as far as that is quickly done."""

    async def one(person: Person) -> None:
        try:
            await asyncio.wait_for(portraits.fetch(person), _PATIENCE)
        except (PortraitUnavailable, TimeoutError):
            return

    await asyncio.gather(*(one(each) for each in people if portraits.may_have(each)))
