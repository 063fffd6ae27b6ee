"""Photos that browsers show although something in their files is missing or broken."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import PIL.Image
import pillow_heif
import pytest

from lookalike.errors import DamagedImage, ImageTooLarge, TooManyPixels
from lookalike.faces.image import Image, Limits, decode

LIMITS = Limits(max_bytes=20_000_000, max_pixels=64_000_000, max_side=20_000)
SIDE = 960
END = b"\xff\xd9"
XMP_TURN = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
    b'xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/></rdf:RDF></x:xmpmeta>'
)
# What stands behind the image in files of phones: bytes of any value, a video, another photo.
TRAILERS = {
    "nothing": b"",
    "zeros": bytes(500),
    "samsung": b"SEFH\x6b\0\0\0" + bytes(range(256)) * 4 + b"SEFT",
    "video": b"\0\0\0\x18ftypmp42" + b"\xff\x00\x01\xff\xd8\xff\xe0" * 30,
}
JPEGS: dict[str, dict[str, Any]] = {
    "baseline": {},
    "progressive": {"progressive": True},
    "restarts": {"restart_marker_rows": 1},
}


@pytest.fixture(scope="module")
def portrait(photos: Mapping[str, bytes]) -> PIL.Image.Image:
    # Wider than high, so that turning shows.
    return PIL.Image.open(io.BytesIO(photos["astronaut.png"])).convert("RGB").crop((0, 0, 512, 400))


def encoded(picture: PIL.Image.Image, format: str, **options: Any) -> bytes:
    written = io.BytesIO()
    picture.save(written, format, **options)
    return written.getvalue()


def same(one: Image, other: Image) -> bool:
    return (one.width, one.height) == (other.width, other.height) and np.array_equal(
        one.pixels, other.pixels
    )


def chunk(name: bytes, content: bytes, wrong: int = 0) -> bytes:
    """Of a PNG; `wrong`: how far its checksum is off."""
    checksum = zlib.crc32(name + content) ^ wrong
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)


@pytest.mark.parametrize("trailer", TRAILERS)
@pytest.mark.parametrize("kind", JPEGS)
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_a_jpeg_without_end_marker(
    portrait: PIL.Image.Image, kind: str, mode: str, trailer: str
) -> None:
    whole = encoded(portrait.convert(mode), "JPEG", quality=90, **JPEGS[kind])
    assert whole.endswith(END)
    image = decode(whole.removesuffix(END) + TRAILERS[trailer], LIMITS, SIDE)
    assert same(image, decode(whole, LIMITS, SIDE))


def test_a_photo_behind_an_image_without_end_marker(portrait: PIL.Image.Image) -> None:
    whole = encoded(portrait, "JPEG", quality=90)
    image = decode(whole.removesuffix(END) + whole, LIMITS, SIDE)
    assert same(image, decode(whole, LIMITS, SIDE))


def test_at_reduced_scale_too(portrait: PIL.Image.Image) -> None:
    whole = encoded(portrait, "JPEG", quality=90)
    image = decode(whole.removesuffix(END), LIMITS, 200)
    assert image.pixels.shape[:2] == (200, 256)
    assert same(image, decode(whole, LIMITS, 200))


@pytest.mark.parametrize("kind", JPEGS)
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("share", [0.5, 0.9, 0.98])
def test_cut_jpegs_stay_refused(
    portrait: PIL.Image.Image, kind: str, mode: str, share: float
) -> None:
    whole = encoded(portrait.convert(mode), "JPEG", quality=90, **JPEGS[kind])
    with pytest.raises(DamagedImage, match="damaged or cut short"):
        decode(whole[: int(len(whole) * share)], LIMITS, SIDE)


@pytest.mark.parametrize("name", [b"tEXt", b"zTXt", b"gAMA", b"iTXt", b"prVt"])
@pytest.mark.parametrize("behind", [False, True])
def test_a_png_with_a_broken_chunk_that_does_not_matter(
    portrait: PIL.Image.Image, name: bytes, behind: bool
) -> None:
    whole = encoded(portrait, "PNG")
    place = whole.index(b"IEND") - 4 if behind else whole.index(b"IDAT") - 4
    broken = whole[:place] + chunk(name, b"a\0\0b", wrong=1) + whole[place:]
    assert same(decode(broken, LIMITS, SIDE), decode(whole, LIMITS, SIDE))


def test_a_png_with_a_broken_header_stays_refused(portrait: PIL.Image.Image) -> None:
    whole = bytearray(encoded(portrait, "PNG"))
    whole[29] ^= 1
    with pytest.raises(DamagedImage, match="broken from its header on"):
        decode(bytes(whole), LIMITS, SIDE)


def test_a_broken_interlaced_png_is_refused(portrait: PIL.Image.Image) -> None:
    """Pillow has no interlaced writer: the passes of Adam7 (PNG, 8.2) are put together here."""
    pixels = np.asarray(portrait)
    starts = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2))
    rows = [
        b"\0" + row.tobytes()
        for top, left, down, right in (*starts, (1, 0, 2, 1))
        for row in pixels[top::down, left::right]
    ]
    header = struct.pack(">IIBBBBB", *portrait.size, 8, 2, 0, 0, 1)
    data = chunk(b"IDAT", zlib.compress(b"".join(rows)))
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    whole = start + data + chunk(b"IEND", b"")
    assert same(decode(whole, LIMITS, SIDE), decode(encoded(portrait, "PNG"), LIMITS, SIDE))
    with pytest.raises(DamagedImage, match="PNG data is damaged or cut short"):
        decode(start + data[: len(data) // 2], LIMITS, SIDE)


def heic(picture: PIL.Image.Image, orientation: int) -> bytes:
    """The writer says in the container how the image is turned."""
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation
    written = io.BytesIO()
    pillow_heif.from_pillow(picture).save(written, quality=90, exif=exif.tobytes())
    return written.getvalue()


def test_a_heic_that_exif_alone_turns(portrait: PIL.Image.Image) -> None:
    turned = heic(portrait, 6)
    by_container = decode(turned, LIMITS, SIDE)
    assert (by_container.width, by_container.height) == (400, 512)
    # A box of an unknown name is passed over, and EXIF still says what it said.
    assert turned.count(b"irot") == 1
    by_exif = decode(turned.replace(b"irot", b"free"), LIMITS, SIDE)
    assert same(by_exif, by_container)


@pytest.mark.parametrize("format", ["JPEG", "WebP", "AVIF"])
def test_xmp_alone_turns_nothing(portrait: PIL.Image.Image, format: str) -> None:
    image = decode(encoded(portrait, format, xmp=XMP_TURN), LIMITS, SIDE)
    assert (image.width, image.height) == portrait.size


def test_bounds_name_their_settings(portrait: PIL.Image.Image) -> None:
    jpeg, png = encoded(portrait, "JPEG"), encoded(portrait, "PNG")
    with pytest.raises(ImageTooLarge, match=r"1,000 are allowed \(LOOKALIKE_MAX_BYTES\)"):
        decode(jpeg, Limits(1_000, 64_000_000, 20_000), SIDE)
    with pytest.raises(TooManyPixels, match=r"at most 500 \(LOOKALIKE_MAX_SIDE\)"):
        decode(jpeg, Limits(20_000_000, 64_000_000, 500), SIDE)
    with pytest.raises(TooManyPixels, match=r"100,000 .* in JPEG \(LOOKALIKE_MAX_PIXELS\)"):
        decode(jpeg, Limits(20_000_000, 100_000, 20_000), SIDE)
    with pytest.raises(TooManyPixels, match=r"50,000 .* in PNG \(half of LOOKALIKE_MAX_PIXELS\)"):
        decode(png, Limits(20_000_000, 100_000, 20_000), SIDE)


def test_an_avif_is_called_one(portrait: PIL.Image.Image) -> None:
    """Pillow leaves AVIF files that it cannot open to the plugin for HEIC."""
    data = encoded(portrait, "AVIF")
    place = data.index(b"ispe") + 8
    with pytest.raises((ImageTooLarge, DamagedImage), match="AVIF"):
        decode(data[:place] + struct.pack(">II", 17_000, 17_000) + data[place + 8 :], LIMITS, SIDE)


def test_a_jpeg_with_a_scan_over_and_over_is_refused_before_it_is_decoded(
    portrait: PIL.Image.Image,
) -> None:
    jpeg = encoded(portrait, "JPEG", progressive=True, quality=30)
    last = jpeg.rindex(b"\xff\xda")
    bomb = jpeg[:-2] + jpeg[last:-2] * 100 + b"\xff\xd9"
    with pytest.raises(ImageTooLarge, match=r"11\d scans, .*; at most 32 are allowed"):
        decode(bomb, LIMITS, 896)
    # As many as an encoder may write are nothing odd.
    decode(jpeg[:-2] + jpeg[last:-2] * 5 + b"\xff\xd9", LIMITS, 896)
