"""An address as a QR code, which the camera of a phone opens."""

from __future__ import annotations

import numpy as np
import PIL.Image
import segno

# Light modules around it that readers need (ISO/IEC 18004).
_QUIET = 4


def picture(address: str, most: int) -> PIL.Image.Image:
    """Black on white, as large as whole pixels for each module let it be, up to `most` a side.

    Of its redundancy a seventh may be lost (level M), as chats do that make pictures smaller.
    """
    made = segno.make(address, error="m", micro=False)
    modules = np.array([list(row) for row in made.matrix], np.uint8)
    light = np.pad(1 - modules, _QUIET, constant_values=1) * np.uint8(255)
    scale = max(1, most // len(light))
    return PIL.Image.fromarray(light.repeat(scale, 0).repeat(scale, 1)).convert("RGB")
