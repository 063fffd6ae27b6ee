"""The pictures of a document: small ones inside it, and portraits, fetched while it waits.

The small ones are drawn for those without JavaScript, and exist only in the answer. Of portraits
only those whose author and licence are known are shown.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING

from lookalike.errors import PortraitUnavailable
from lookalike.faces import image
from lookalike.faces.image import Pixels

if TYPE_CHECKING:
    from lookalike.gallery.people import Person
    from lookalike.gallery.wikimedia.portrait_cache import Portraits

_QUALITY = 88
# For how long a page waits for Wikimedia before it does without, in seconds.
_PATIENCE = 3.0


def data_uri(pixels: Pixels) -> str:
    """A picture as an address that holds it whole."""
    return image.data_uri(pixels, _QUALITY)


async def fetch(portraits: Portraits, people: Iterable[Person]) -> None:
    """Have the portraits of these people here, as far as that is quickly done."""

    async def one(person: Person) -> None:
        try:
            await asyncio.wait_for(portraits.fetch(person), _PATIENCE)
        except (PortraitUnavailable, TimeoutError):
            return

    await asyncio.gather(*(one(each) for each in people if portraits.may_have(each)))
