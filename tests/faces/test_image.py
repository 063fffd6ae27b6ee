"""Bytes -> Image: formats, orientation, reduced decoding, and hostile files made here."""

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
from PIL import ImageCms

from lookalike.errors import (
    DamagedImage,
    ImageTooLarge,
    ImageTooSmall,
    PhotoError,
    UnsupportedFormat,
)
from lookalike.faces.image import Limits, Pixels, decode

LIMITS = Limits(max_bytes=20_000_000, max_pixels=64_000_000, max_side=20_000)
SIDE = 960


@pytest.fixture(scope="module")
def portrait(photos: Mapping[str, bytes]) -> PIL.Image.Image:
    return PIL.Image.open(io.BytesIO(photos["astronaut.png"])).convert("RGB")


def encoded(picture: PIL.Image.Image, format: str, **options: Any) -> bytes:
    written = io.BytesIO()
    picture.save(written, format, **options)
    return written.getvalue()


def heic(picture: PIL.Image.Image) -> bytes:
    written = io.BytesIO()
    pillow_heif.from_pillow(picture).save(written, quality=90)
    return written.getvalue()


def difference(one: Pixels, other: PIL.Image.Image) -> float:
    return float(np.abs(one.astype(int) - np.asarray(other.convert("RGB")).astype(int)).mean())


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WebP", "AVIF"])
def test_formats(portrait: PIL.Image.Image, format: str) -> None:
    image = decode(encoded(portrait, format, quality=90), LIMITS, SIDE)
    assert (image.format, image.width, image.height, image.scale) == (format, 512, 512, 1.0)
    assert difference(image.pixels, portrait) < 4


def test_heic(portrait: PIL.Image.Image) -> None:
    image = decode(heic(portrait), LIMITS, SIDE)
    assert (image.format, image.width, image.height) == ("HEIC", 512, 512)
    assert difference(image.pixels, portrait) < 4


@pytest.mark.parametrize("mode", ["L", "CMYK", "RGB"])
def test_jpeg_modes(portrait: PIL.Image.Image, mode: str) -> None:
    converted = portrait.convert(mode)
    image = decode(encoded(converted, "JPEG", quality=95), LIMITS, SIDE)
    assert difference(image.pixels, converted) < 4


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "RGB", "I;16"])
def test_png_modes(portrait: PIL.Image.Image, mode: str) -> None:
    grey = portrait.convert("L")
    if mode == "I;16":
        converted = PIL.Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    else:
        converted = portrait.convert(mode)
    image = decode(encoded(converted, "PNG"), LIMITS, SIDE)
    shown = grey if mode == "I;16" else converted
    assert difference(image.pixels, shown) < 1.5


def test_transparency_is_shown_on_white() -> None:
    clear = PIL.Image.new("RGBA", (64, 64), (200, 0, 0, 0))
    assert (decode(encoded(clear, "PNG"), LIMITS, SIDE).pixels == 255).all()


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WebP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied_once(
    portrait: PIL.Image.Image, orientation: int, format: str
) -> None:
    upright = portrait.crop((100, 0, 400, 512))
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # PIL.Image.Transpose values
    stored = upright.transpose(undo[orientation]) if orientation > 1 else upright  # type: ignore[arg-type]
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation
    image = decode(encoded(stored, format, quality=95, exif=exif), LIMITS, SIDE)
    assert (image.width, image.height) == (300, 512)
    assert difference(image.pixels, upright) < 6


def test_exif_orientation_of_avif_is_applied_once(portrait: PIL.Image.Image) -> None:
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    upright = portrait.crop((100, 0, 400, 512))
    stored = upright.transpose(PIL.Image.Transpose.ROTATE_90)
    image = decode(encoded(stored, "AVIF", quality=90, exif=exif), LIMITS, SIDE)
    assert (image.width, image.height) == (300, 512)
    assert difference(image.pixels, upright) < 6


def test_large_jpegs_are_decoded_smaller(portrait: PIL.Image.Image) -> None:
    image = decode(encoded(portrait.resize((4000, 3000)), "JPEG"), LIMITS, SIDE)
    assert (image.width, image.height) == (4000, 3000)
    assert image.pixels.shape == (750, 1000, 3)
    assert image.scale == 0.25


def test_a_foreign_colour_profile_is_converted(portrait: PIL.Image.Image) -> None:
    xyz_like = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    renamed = xyz_like.replace("sRGB".encode("utf-16-be"), "Test".encode("utf-16-be"))
    image = decode(
        encoded(portrait, "JPEG", quality=95, icc_profile=renamed.replace(b"sRGB", b"Test")),
        LIMITS,
        SIDE,
    )
    assert difference(image.pixels, portrait) < 4


def png(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG that claims any size."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    parts = ((b"IHDR", header), *chunks, (b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )


def text_bomb() -> bytes:
    inflated = zlib.compress(b"x" * 100_000_000)
    return png(100, 100, (b"zTXt", b"k\0\0" + inflated))


def test_bombs_are_refused_before_decoding() -> None:
    with pytest.raises(ImageTooLarge, match="pixels"):
        decode(png(30_000, 30_000), LIMITS, SIDE)
    with pytest.raises(ImageTooLarge, match=r"36,000,000 pixels; at most 32,000,000 .* in PNG"):
        decode(png(6_000, 6_000), LIMITS, SIDE)
    with pytest.raises(ImageTooLarge, match="a side may have at most 20,000"):
        decode(png(60_000, 100), LIMITS, SIDE)
    with pytest.raises(DamagedImage, match="too large"):
        decode(text_bomb(), LIMITS, SIDE)


def test_too_many_bytes_names_both_numbers() -> None:
    with pytest.raises(ImageTooLarge, match="2,000 bytes; at most 1,000"):
        decode(b"x" * 2000, Limits(1000, 1000, 1000), SIDE)


def test_too_small_names_the_size() -> None:
    with pytest.raises(ImageTooSmall, match="8 x 40 pixels"):
        decode(encoded(PIL.Image.new("RGB", (8, 40)), "PNG"), LIMITS, SIDE)


@pytest.mark.parametrize(
    "data",
    [
        b"<html><body>Not found</body></html>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a\x01\x00\x01\x00\x00\xff\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x00;",
        b"II*\0\x08\0\0\0\0\0",
        b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom",
        b"\x00\x01",
    ],
)
def test_other_formats_name_what_is_read(data: bytes) -> None:
    with pytest.raises(UnsupportedFormat, match="Allowed: JPEG, PNG, WebP, HEIC, AVIF"):
        decode(data, LIMITS, SIDE)


def test_an_empty_file_says_so() -> None:
    with pytest.raises(DamagedImage, match="0 bytes"):
        decode(b"", LIMITS, SIDE)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WebP", "AVIF", "HEIC"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.95])
def test_files_cut_short_are_refused_or_read(
    portrait: PIL.Image.Image, format: str, share: float
) -> None:
    whole = heic(portrait) if format == "HEIC" else encoded(portrait, format, quality=90)
    with pytest.raises(PhotoError):
        decode(whole[: int(len(whole) * share)], LIMITS, SIDE)


def test_flipped_bytes_never_end_in_another_error(portrait: PIL.Image.Image) -> None:
    random = np.random.default_rng(7)
    for format in ("JPEG", "PNG", "WebP", "AVIF", "HEIC"):
        small = portrait.resize((128, 128))
        whole = heic(small) if format == "HEIC" else encoded(small, format)
        for _ in range(40):
            broken = bytearray(whole)
            for place in random.integers(0, len(broken), 8):
                broken[place] = random.integers(0, 256)
            try:
                image = decode(bytes(broken), LIMITS, SIDE)
            except PhotoError:
                continue
            assert image.pixels.dtype == np.uint8
