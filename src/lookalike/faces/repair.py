"""Files that browsers show and libraries refuse, made whole without touching a pixel."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator

# ITU-T T.81, table B.1.
_START, _END, _SCAN = b"\xff\xd8", b"\xff\xd9", 0xDA
# What may stand between the scans of one image: tables, restart interval, number of lines, comment,
# application data, the next scan.
_BETWEEN_SCANS = frozenset({0xC4, 0xCC, 0xDA, 0xDB, 0xDC, 0xDD, 0xFE, *range(0xE0, 0xF0)})
# In the data of a scan: 0xFF that is neither stuffed, nor a restart, nor a fill byte.
_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")

_PNG = b"\x89PNG\r\n\x1a\n"


def with_end(jpeg: bytes) -> bytes:
    """A JPEG with its end marker where its image ends; as it is if it has one.

    What follows an image without end marker (some phones append a trailer of their own) is left
    out. Whether pixels are missing is for the decoder to say.
    """
    end = len(jpeg)
    scans = 0
    for place, marker in _markers(jpeg):
        if marker == _END[1]:
            return jpeg
        if scans and marker not in _BETWEEN_SCANS:
            end = place
            break
        scans += marker == _SCAN
    return jpeg[:end] + _END


def without_broken_extras(png: bytes) -> bytes:
    """A PNG without those chunks that do not matter to its pixels and fail their checksum.

    Pixels are in critical chunks, whose names begin with a capital (PNG, 5.4); they all stay.
    """
    kept = [_PNG]
    place = len(_PNG)
    while place + 12 <= len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        chunk = png[place : place + 12 + length]
        place += len(chunk)
        is_extra = chunk[4:5].islower()
        if not is_extra or zlib.crc32(chunk[4:-4]) == int.from_bytes(chunk[-4:]):
            kept.append(chunk)
    return b"".join(kept)


def _markers(jpeg: bytes) -> Iterator[tuple[int, int]]:
    """Where each marker is, and which, as long as they can be told from other data."""
    place = max(jpeg.find(_START), 0) + 2
    while found := _MARKER.search(jpeg, place):
        marker = found[1][0]
        yield found.start(), marker
        place = found.end() + int.from_bytes(jpeg[found.end() : found.end() + 2])
