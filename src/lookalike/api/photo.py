"""Photos as programs have them, as the bytes of a file that everything else takes."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, cast

from lookalike.errors import InvalidParameter

if TYPE_CHECKING:
    import numpy as np
    import PIL.Image
    from numpy.typing import NDArray


class Readable(Protocol):
    """A file that was opened to read bytes."""

    def read(self, /) -> bytes: ...


# The bytes of a file (JPEG, PNG, WebP, HEIC or AVIF), its path, an open file, a picture of Pillow,
# or an array: (height, width, 3) uint8 RGB, (height, width, 4) with transparency, or (height,
# width) grey.
AnyPhoto: TypeAlias = (
    "bytes | str | os.PathLike[str] | Readable | PIL.Image.Image | NDArray[np.uint8]"
)

_ALLOWED = (
    "bytes, a path, a file opened to read bytes, a picture of Pillow, or an array of uint8 (height "
    "x width x 3 in RGB, x 4 with transparency, or height x width in grey)"
)
# Pixels of a picture that is written without loss: its PNG then is no larger than a photo may be.
# The JPEG of a larger one is of this quality, with all of its colour.
_LOSSLESS, _QUALITY = 6_000_000, 98
# Modes of Pillow that PNG has.
_OF_PNG = ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")


def photo_bytes(given: AnyPhoto, name: str = "photo") -> bytes:
    """The file of a photo.

    Args:
        name: what errors call it.

    Raises:
        InvalidParameter: it is none of what is allowed.
        OSError: the file cannot be read.
    """
    if isinstance(given, bytes | bytearray | memoryview):
        return bytes(given)
    if isinstance(given, str | os.PathLike):
        return Path(given).read_bytes()
    if hasattr(given, "read"):
        return _read(given, name)
    if _is_of("PIL.Image", "Image", given):
        return _written(cast("PIL.Image.Image", given))
    if _is_of("numpy", "ndarray", given):
        return _written(_pictured(cast("NDArray[Any]", given), name))
    raise InvalidParameter(f"{name}: a {type(given).__name__}; allowed are {_ALLOWED}.")


def all_bytes(given: AnyPhoto | Iterable[AnyPhoto], name: str) -> tuple[bytes, ...]:
    """The files of several photos, or of one.

    Raises:
        InvalidParameter: one is none of what is allowed; it says which, from 1.
        OSError: a file cannot be read.
    """
    if _is_one(given):
        return (photo_bytes(cast("AnyPhoto", given), name),)
    several = enumerate(cast("Iterable[AnyPhoto]", given), 1)
    return tuple(photo_bytes(each, f"{name}, {number}") for number, each in several)


def _is_one(given: object) -> bool:
    """Whether it is not several photos: an array and bytes have parts, and are one."""
    whole = isinstance(given, bytes | bytearray | memoryview | str) or hasattr(given, "read")
    return whole or _is_of("numpy", "ndarray", given) or not isinstance(given, Iterable)


def _is_of(module: str, name: str, given: object) -> bool:
    """Whether it is of a class whose library need not be there: who gives one has imported it."""
    known = sys.modules.get(module)
    return known is not None and isinstance(given, getattr(known, name))


def _read(file: Readable, name: str) -> bytes:
    data = file.read()
    if not isinstance(data, bytes):
        raise InvalidParameter(
            f"{name}: reading the file gave {type(data).__name__}, not bytes; open it with mode "
            "'rb'."
        )
    return data


def _pictured(array: NDArray[Any], name: str) -> PIL.Image.Image:
    import PIL.Image

    channels = array.shape[2:]
    if array.dtype != "uint8" or array.ndim not in (2, 3) or channels not in ((), (3,), (4,)):
        shape = " x ".join(map(str, array.shape))
        raise InvalidParameter(
            f"{name}: an array of {array.dtype}, {shape or 'no sides'}; allowed are {_ALLOWED}."
        )
    return PIL.Image.fromarray(array)


def _written(picture: PIL.Image.Image) -> bytes:
    """The file of a picture, turned as its EXIF says."""
    from PIL import ImageOps

    upright = ImageOps.exif_transpose(picture)
    written = io.BytesIO()
    if upright.width * upright.height > _LOSSLESS:
        _on_white(upright).save(written, "JPEG", quality=_QUALITY, subsampling=0)
    else:
        kept = upright if upright.mode in _OF_PNG else upright.convert("RGB")
        kept.save(written, "PNG", compress_level=1)
    return written.getvalue()


def _on_white(picture: PIL.Image.Image) -> PIL.Image.Image:
    """Without transparency, as photos with it are looked at."""
    import PIL.Image

    seen = picture.convert("RGBA")
    white = PIL.Image.new("RGB", picture.size, "white")
    white.paste(seen, mask=seen.getchannel("A"))
    return white
