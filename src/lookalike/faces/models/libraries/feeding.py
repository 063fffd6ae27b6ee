"""Pictures -> what a network is fed, before a library has it."""

from __future__ import annotations

import numpy as np

from lookalike.faces.image import Pixels
from lookalike.faces.models.manifest import Fed
from lookalike.faces.vectors import Floats

CHANNELS = 3


def plain(fed: Fed) -> bool:
    """Whether a network is fed pixels as they are."""
    return (fed.mean, fed.std) == (0, 1)


def normalised(pictures: Pixels, fed: Fed) -> Pixels | Floats:
    """(n, height, width, 3) as a network wants their values, still in the order red, green, blue.

    Libraries would do this as well, but in bfloat16 they would take off 123 where 122.782 is the
    mean.
    """
    if plain(fed):
        return pictures
    mean = np.broadcast_to(np.asarray(fed.mean, np.float32), CHANNELS)
    in_order = mean[::-1] if fed.colour == "bgr" else mean
    return np.asarray((pictures - in_order) / np.float32(fed.std))
