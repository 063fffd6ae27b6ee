"""Photos that tell of a place, a camera and more, in every way that files have for it."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Mapping
from types import MappingProxyType

import PIL.Image
import pillow_heif
from PIL.PngImagePlugin import PngInfo

from tests.support.browser import encoded

# Each is in the bytes of every photo made here, and may be in nothing that is sent.
MAKER, TITLE, COMMENT = "Leica-4711", "secret-title", "secret-comment"
ALL = (MAKER, TITLE, COMMENT)

_ORIENTATION, _MAKE, _GPS = 0x0112, 0x010F, 0x8825
_XMP = f"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/" dc:title="{TITLE}"/></rdf:RDF></x:xmpmeta>""".encode()
# How a photo that is stored otherwise is turned to be shown (EXIF 2.32, table 6).
_STORED: Mapping[int, Callable[[PIL.Image.Image], PIL.Image.Image]] = MappingProxyType(
    {
        1: lambda upright: upright,
        3: lambda upright: upright.rotate(180),
        6: lambda upright: upright.rotate(90, expand=True),
        7: lambda upright: upright.transpose(PIL.Image.Transpose.TRANSVERSE),
    }
)


def told(photo: bytes, format: str, orientation: int) -> bytes:
    """A photo, upright when it is turned as its EXIF says, in a file that tells everything."""
    upright = PIL.Image.open(io.BytesIO(photo)).convert("RGB")
    stored = _STORED[orientation](upright)
    return _WRITERS[format](stored, _exif(orientation))


def _exif(orientation: int) -> bytes:
    exif = PIL.Image.Exif()
    exif[_MAKE] = f"{MAKER} {COMMENT}"
    exif[_ORIENTATION] = orientation
    exif.get_ifd(_GPS)[1] = "N"
    exif.get_ifd(_GPS)[2] = (37.0, 33.0, 59.0)
    return exif.tobytes()


def _jpeg(stored: PIL.Image.Image, exif: bytes) -> bytes:
    options = {"quality": 92, "exif": exif, "xmp": _XMP, "comment": COMMENT}
    written = encoded(stored, "JPEG", progressive=True, **options)
    iptc = f"Photoshop 3.0\0 {TITLE}".encode()
    behind = encoded(stored.resize((64, 64)), "JPEG", exif=exif) + f"SEFT {COMMENT}".encode()
    return written[:2] + _segment(0xED, iptc) + written[2:] + behind


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def _png(stored: PIL.Image.Image, exif: bytes) -> bytes:
    info = PngInfo()
    info.add_text("Title", TITLE)
    info.add_text("Comment", COMMENT * 9, zip=True)
    info.add_itxt("XML:com.adobe.xmp", _XMP.decode())
    return encoded(stored, "PNG", exif=exif, pnginfo=info) + COMMENT.encode()


def _webp(stored: PIL.Image.Image, exif: bytes) -> bytes:
    return encoded(stored, "WebP", quality=90, exif=exif, xmp=_XMP)


def _heic(stored: PIL.Image.Image, exif: bytes) -> bytes:
    written = io.BytesIO()
    made = pillow_heif.from_pillow(stored)
    made.save(written, quality=90, exif=exif, xmp=_XMP)
    trailer = COMMENT.encode()
    return written.getvalue() + struct.pack(">I4s", 8 + len(trailer), b"sefd") + trailer


def _avif(stored: PIL.Image.Image, exif: bytes) -> bytes:
    return encoded(stored, "AVIF", quality=80, speed=10, exif=exif, xmp=_XMP)


_WRITERS: Mapping[str, Callable[[PIL.Image.Image, bytes], bytes]] = MappingProxyType(
    {"JPEG": _jpeg, "PNG": _png, "WebP": _webp, "HEIC": _heic, "AVIF": _avif}
)
