"""The pictures of a document: small ones inside it, and portraits, fetched while it waits.

The small ones are drawn for those without JavaScript, and exist only in the answer. Of portraits
only those whose author and licence are known are shown.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING

import cv2
import numpy as np

from lookalike.errors import PortraitUnavailable
from lookalike.faces import image
from lookalike.faces.image import Limits, Pixels, decode

if TYPE_CHECKING:
    from lookalike.gallery.people import Person
    from lookalike.gallery.wikimedia.portrait_cache import Portraits

_QUALITY = 88
# For how long a page waits for Wikimedia before it does without, in seconds.
_PATIENCE = 3.0


def reduced(photo: bytes, limits: Limits, side: int) -> Pixels:
    """The photo with at most `side` pixels on its longer side, (height, width, 3) uint8 RGB.

    Raises:
        PhotoError: the bytes are not a photo that can be used.
    """
    pixels = decode(photo, limits, side).pixels
    scale = min(1.0, side / max(pixels.shape[:2]))
    height, width = (max(1, round(each * scale)) for each in pixels.shape[:2])
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


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
