"""Bytes -> Image: limits are checked before decoding, EXIF orientation is applied once."""

from __future__ import annotations

import io
import struct
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
import PIL.Image
import pillow_heif
import simplejpeg
from numpy.typing import NDArray
from PIL import AvifImagePlugin, ImageCms, JpegImagePlugin, PngImagePlugin, WebPImagePlugin
from pillow_heif.as_plugin import HeifImageFile

from lookalike.errors import (
    DamagedImage,
    ImageTooLarge,
    ImageTooSmall,
    TooManyPixels,
    UnsupportedFormat,
)
from lookalike.faces import repair

if TYPE_CHECKING:
    from lookalike.config import Settings

Pixels = NDArray[np.uint8]

# The longer side at which a photo is decoded to find faces in it (see `detect`), and to cut small
# ones out of it.
FINE = 896
FINER = 2 * FINE

FORMATS = ("JPEG", "PNG", "WebP", "HEIC", "AVIF")
MIN_SIDE = 16

# Importing a plugin is what lets Pillow open its format.
_PLUGINS = (JpegImagePlugin, PngImagePlugin, WebPImagePlugin, AvifImagePlugin)
_PILLOW_FORMATS = ("JPEG", "PNG", "WEBP", "AVIF")
_FRUGAL = ("JPEG", "HEIC")
# The marker that a scan of a JPEG begins with; within one it never occurs (ITU-T T.81, B.1.1.5).
_SCAN = b"\xff\xda"
# Encoders write 10 or so, some a dozen; there may be a thumbnail, and other pictures behind.
_MOST_SCANS = 32
_EXIF_ORIENTATION = 0x0112
_PNG = b"\x89PNG\r\n\x1a\n"
_AVIF_BRANDS = (b"avif", b"avis")
# What libjpeg says of data behind an image that is all there.
_HARMLESS = "extraneous bytes before marker"
# What Pillow and its plugins raise on data that is broken.
_BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    RuntimeError,
    IndexError,
    KeyError,
    struct.error,
)

# EXIF 2.32, table 6: how stored pixels become displayed ones.
_UPRIGHT: dict[int, Callable[[Pixels], Pixels]] = {
    2: lambda p: p[:, ::-1],
    3: lambda p: p[::-1, ::-1],
    4: lambda p: p[::-1],
    5: lambda p: p.transpose(1, 0, 2),
    6: lambda p: np.rot90(p, -1),
    7: lambda p: np.rot90(p, 2).transpose(1, 0, 2),
    8: lambda p: np.rot90(p, 1),
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What is refused before anything is decoded.

    `max_pixels` is for JPEG and HEIC. PNG, WebP and AVIF take up to 15 bytes a pixel while they
    are decoded, twice as many, so half as many pixels are allowed: 500 MB in either case.
    """

    max_bytes: int
    max_pixels: int
    max_side: int

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        """Those of an installation."""
        return cls(settings.max_bytes, settings.max_pixels, settings.max_side)

    def pixels(self, format: str) -> int:
        """The most pixels of a photo of one of `FORMATS`."""
        return self.max_pixels if format in _FRUGAL else self.max_pixels // 2


@dataclass(frozen=True, slots=True, eq=False)
class Image:
    """A decoded photo, upright, in sRGB.

    Attributes:
        pixels: (height, width, 3) uint8 RGB, perhaps smaller than the photo.
        width, height: size of the photo as displayed, in pixels.
        format: one of `FORMATS`.
    """

    pixels: Pixels
    width: int
    height: int
    format: str

    @property
    def scale(self) -> float:
        """Pixels of `pixels` for each pixel of the photo, 0 to 1."""
        return float(self.pixels.shape[1] / self.width)


def decode(data: bytes, limits: Limits, side: int) -> Image:
    """Decode a photo to about `side` pixels on its longer side, never fewer if it has them.

    Raises:
        UnsupportedFormat, DamagedImage, ImageTooLarge, TooManyPixels, ImageTooSmall: what is wrong.
    """
    if len(data) > limits.max_bytes:
        raise ImageTooLarge(
            f"The photo has {len(data):,} bytes; at most {limits.max_bytes:,} are allowed "
            "(LOOKALIKE_MAX_BYTES)."
        )
    picture = _open(data)
    _check_size(picture, limits)
    _check_scans(picture, data)
    try:
        pixels = _decode(picture, data, side)
        orientation = _orientation(picture, data)
    except _BROKEN as error:
        raise _damaged(picture.format) from error
    if orientation in _UPRIGHT:
        pixels = _UPRIGHT[orientation](pixels)
    width, height = picture.size if orientation < 5 else picture.size[::-1]
    return Image(np.ascontiguousarray(pixels), width, height, _public_name(picture.format))


def resized(pixels: Pixels, width: int, height: int) -> Pixels:
    """A smaller picture, without aliasing: halved while it can be, then interpolated.

    Averaging by 2 is vectorised, by other factors it takes six times as long.
    """
    while pixels.shape[0] >= 2 * height and pixels.shape[1] >= 2 * width:
        rows, columns = (each // 2 for each in pixels.shape[:2])
        even = pixels[: 2 * rows, : 2 * columns]
        pixels = np.asarray(cv2.resize(even, (columns, rows), interpolation=cv2.INTER_AREA))
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_LINEAR))


def reduced(data: bytes, limits: Limits, side: int) -> Pixels:
    """A photo for people to look at, with at most `side` pixels on its longer side.

    Raises:
        PhotoError: see `decode`.
    """
    pixels = decode(data, limits, side).pixels
    scale = min(1.0, side / max(pixels.shape[:2]))
    height, width = (max(1, round(each * scale)) for each in pixels.shape[:2])
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def jpeg(pixels: Pixels, quality: int) -> bytes:
    """A JPEG of (height, width, 3) RGB pixels with all of their colour, of quality 1 to 100."""
    written: bytes = simplejpeg.encode_jpeg(np.ascontiguousarray(pixels), quality, "RGB", "444")
    return written


def data_uri(pixels: Pixels, quality: int) -> str:
    """The JPEG of a picture as an address that holds it whole."""
    return "data:image/jpeg;base64," + b64encode(jpeg(pixels, quality)).decode()


def _open(data: bytes) -> PIL.Image.Image:
    """Read the header only; the pixels stay encoded until `load`."""
    if not data:
        raise DamagedImage("The photo is empty: it has 0 bytes.")
    try:
        return PIL.Image.open(io.BytesIO(data), formats=_PILLOW_FORMATS)
    except PIL.UnidentifiedImageError:
        if data.startswith(_PNG) and (mended := repair.without_broken_extras(data)) != data:
            return _open(mended)
        return _open_heif(data)
    except (PIL.Image.DecompressionBombError, PIL.Image.DecompressionBombWarning):
        raise TooManyPixels("The photo claims more pixels than any camera makes.") from None
    except _BROKEN as error:
        raise DamagedImage(f"The photo cannot be read: {_reason(error)}.") from error


def _open_heif(data: bytes) -> PIL.Image.Image:
    """HEIC, which Pillow cannot read, and AVIF that it does not. The plugin is used without
    registering it globally."""
    if not pillow_heif.is_supported(data):
        allowed = ", ".join(FORMATS)
        if data.startswith((b"\xff\xd8", _PNG[:4], b"RIFF")):
            raise DamagedImage(f"The image is broken from its header on. Allowed: {allowed}.")
        raise UnsupportedFormat(f"This is not an image of a format we read. Allowed: {allowed}.")
    format = "AVIF" if data[8:12] in _AVIF_BRANDS else "HEIF"
    try:
        picture: PIL.Image.Image = HeifImageFile(io.BytesIO(data))  # type: ignore[no-untyped-call]
    except _BROKEN as error:
        raise _damaged(format) from error
    picture.format = format
    return picture


def _check_size(picture: PIL.Image.Image, limits: Limits) -> None:
    size = width, height = picture.size
    format = _public_name(picture.format)
    most = limits.pixels(format)
    if max(size) > limits.max_side:
        raise TooManyPixels(
            f"The photo is {width} x {height} pixels; a side may have at most "
            f"{limits.max_side:,} (LOOKALIKE_MAX_SIDE)."
        )
    if width * height > most:
        raise TooManyPixels(
            f"The photo is {width} x {height} = {width * height:,} pixels; "
            f"at most {most:,} are allowed in {format} "
            f"({'' if most == limits.max_pixels else 'half of '}LOOKALIKE_MAX_PIXELS)."
        )
    if min(size) < MIN_SIDE:
        raise ImageTooSmall(
            f"The photo is {width} x {height} pixels; each side needs at least {MIN_SIDE}."
        )


def _check_scans(picture: PIL.Image.Image, data: bytes) -> None:
    """Each scan of a JPEG is a pass over all of its pixels, and may have a hundred bytes."""
    scans = data.count(_SCAN) if picture.format in ("JPEG", "MPO") else 0
    if scans > _MOST_SCANS:
        raise ImageTooLarge(
            f"The JPEG has {scans:,} scans, which take too long; at most {_MOST_SCANS} are allowed."
        )


def _orientation(picture: PIL.Image.Image, data: bytes) -> int:
    """As EXIF states it. XMP may state one too, which browsers ignore, and Pillow does not."""
    exif = PIL.Image.Exif()
    try:
        exif.load(picture.info.get("exif") or b"")
        value = exif.get(_EXIF_ORIENTATION, 1)
    except _BROKEN:
        return 1
    if picture.format == "HEIF" and _EXIF_ORIENTATION in exif and not _is_turned(data):
        # The plugin has set it to 1, for libheif has turned what the container says is turned.
        value = picture.info["original_orientation"]
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _is_turned(heif: bytes) -> bool:
    """Whether the container says how its images are turned (ISO/IEC 23008-12, 6.5.10 and 6.5.12);
    what EXIF says then is for those who do not read that."""
    place = heif.find(b"ipco")
    properties = heif[place : place + int.from_bytes(heif[place - 4 : place])]
    return b"irot" in properties or b"imir" in properties


def _decode(picture: PIL.Image.Image, data: bytes, side: int) -> Pixels:
    if picture.format in ("JPEG", "MPO"):
        pixels = _decode_jpeg(picture, data, side)
    else:
        pixels = _decode_other(picture, side)
    return _to_srgb(pixels, picture.info.get("icc_profile"))


def _decode_jpeg(picture: PIL.Image.Image, data: bytes, side: int) -> Pixels:
    """Decode at a half, a quarter or an eighth where that leaves `side` pixels: far faster."""
    factor = max((f for f in (1, 2, 4, 8) if max(picture.size) >= f * side), default=1)
    width, height = (-(-each // factor) for each in picture.size)
    plain = picture.mode in ("RGB", "L")
    try:
        if plain:
            return _decoded(data, width, height)
        return _decode_other(picture, side)
    except (ValueError, OSError):
        ended = repair.with_end(data)
    if ended is data:
        # Any oddity ends up here. Pillow forgives what does no harm and refuses lost pixels.
        picture.draft("RGB", (width, height))
        return np.asarray(picture.convert("RGB"))
    pixels = _decoded(ended, width, height, lenient=True)
    return pixels if plain else _decode_other(PIL.Image.open(io.BytesIO(ended)), side)


def _decoded(jpeg: bytes, width: int, height: int, *, lenient: bool = False) -> Pixels:
    """Decode at the smallest scale with so many pixels.

    Raises:
        ValueError: there is anything odd; `lenient`: there are pixels missing.
    """
    size = {"min_width": width, "min_height": height}
    try:
        pixels: Pixels = simplejpeg.decode_jpeg(jpeg, "RGB", **size)
    except ValueError as error:
        if not lenient or _HARMLESS not in str(error):
            raise
        pixels = simplejpeg.decode_jpeg(jpeg, "RGB", strict=False, **size)
    return pixels


def _decode_other(picture: PIL.Image.Image, side: int) -> Pixels:
    picture.load()
    factor = max(picture.size) // side
    if picture.mode.startswith("I"):
        picture = picture.convert("I").point(lambda value: value / 256).convert("L")
    if factor > 1 and picture.mode in ("RGB", "RGBA", "L", "CMYK"):
        picture = picture.reduce(factor)
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        white = PIL.Image.new("RGBA", picture.size, "white")
        picture = PIL.Image.alpha_composite(white, picture)
    return np.asarray(picture.convert("RGB"))


def _to_srgb(pixels: Pixels, profile: bytes | None) -> Pixels:
    if not profile or b"sRGB" in profile[:4096]:
        return pixels
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if source.profile.xcolor_space.strip() != "RGB":
            return pixels
        converted = ImageCms.profileToProfile(
            PIL.Image.fromarray(pixels), source, ImageCms.createProfile("sRGB")
        )
    except (ImageCms.PyCMSError, *_BROKEN):
        return pixels  # A broken profile is no reason to refuse a sound photo.
    return pixels if converted is None else np.asarray(converted)


def _damaged(format: str | None) -> DamagedImage:
    return DamagedImage(f"The {_public_name(format)} data is damaged or cut short.")


def _public_name(format: str | None) -> str:
    names = {"MPO": "JPEG", "WEBP": "WebP", "HEIF": "HEIC"}
    return names.get(format or "", format or "image")


def _reason(error: Exception) -> str:
    return str(error).rstrip(".") or type(error).__name__
