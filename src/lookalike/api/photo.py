"""Photos as programs have them, as the bytes of a file that everything else takes."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterable, Iterator
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
    if _is_file(given):
        return _read(cast("Readable", given), name)
    # Who gives one has imported its library.
    pillow, numpy = (sys.modules.get(each) for each in ("PIL.Image", "numpy"))
    if pillow is not None and isinstance(given, pillow.Image):
        return _written(given)
    if numpy is not None and isinstance(given, numpy.ndarray):
        return _written(_pictured(given, name))
    raise InvalidParameter(f"{name}: a {type(given).__name__}; allowed are {_ALLOWED}.")


def all_bytes(given: AnyPhoto | Iterable[AnyPhoto], name: str) -> tuple[bytes, ...]:
    """The files of several photos, or of one.

    Raises:
        InvalidParameter: one is none of what is allowed; it says which, from 1.
        OSError: a file cannot be read.
    """
    if isinstance(given, list | tuple) or (isinstance(given, Iterator) and not _is_file(given)):
        return tuple(photo_bytes(each, f"{name}, {n}") for n, each in enumerate(given, 1))
    return (photo_bytes(cast("AnyPhoto", given), name),)


def _is_file(given: object) -> bool:
    return hasattr(given, "read")


def _read(file: Readable, name: str) -> bytes:
    data = file.read()
    if not isinstance(data, bytes):
        raise InvalidParameter(f"{name}: the file was opened as text; open it with mode 'rb'.")
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
    if upright.width * upright.height <= _LOSSLESS:
        upright.save(written, "PNG", compress_level=1)
    else:
        upright.convert("RGB").save(written, "JPEG", quality=_QUALITY, subsampling=0)
    return written.getvalue()
