"""A process whose decoder is at the mercy of the photo, as a broken one would be."""

from __future__ import annotations

import os
import re
from multiprocessing.connection import Connection
from typing import Any

import pytest

from lookalike.config import Settings
from lookalike.faces import analyzer
from lookalike.faces.apart import child
from lookalike.faces.image import decode

# Photos that begin so never end, without letting any other thread of the process on, or end it.
NEVER_ENDS, BREAKS_DOWN = b"never ends", b"breaks down"


def serve(settings: Settings, connection: Connection) -> None:
    def hostile(data: bytes, *more: Any) -> Any:
        if data.startswith(NEVER_ENDS):
            re.fullmatch(r"(a+)+b", "a" * 64)
        if data.startswith(BREAKS_DOWN):
            os.abort()
        return decode(data, *more)

    patch = pytest.MonkeyPatch()
    patch.setattr(analyzer, "decode", hostile)
    child.serve(settings, connection)
