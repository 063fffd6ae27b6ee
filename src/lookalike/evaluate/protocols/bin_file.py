"""InsightFace's `.bin` files: a pickle of a list of encoded images and a list of flags.

A pickle can run anything, so this one may only make bytes, lists, numbers, and stand-ins for
numpy's arrays of bytes and flags.
"""

from __future__ import annotations

import io
import pickle  # nosec B403 # what it may make is listed below
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lookalike.errors import InvalidParameter

# What reading a pickle that is broken, or of something else, ends in.
_BROKEN = (
    pickle.UnpicklingError,
    ValueError,
    TypeError,
    EOFError,
    LookupError,
    AttributeError,
    OverflowError,
    MemoryError,
)


def read(path: Path) -> tuple[list[bytes], list[bool]]:
    """The encoded images, two for each pair in turn, and whether each pair shows one person.

    Raises:
        InvalidParameter: it is no such file, or asks for something else to be run.
    """
    try:
        images, flags = _SafeUnpickler(io.BytesIO(path.read_bytes()), encoding="bytes").load()
        crops, same = [_bytes(each) for each in images], _flags(flags)
    except InvalidParameter:
        raise
    except _BROKEN as error:
        raise _not_one(path.name, str(error)) from None
    if len(crops) != 2 * len(same) or not same:
        raise _not_one(path.name, f"{len(crops)} images for {len(same)} pairs")
    return crops, same


def _not_one(name: str, why: str) -> InvalidParameter:
    return InvalidParameter(
        f"{name} is no .bin file of InsightFace, a pickle of images and flags: {why or 'broken'}."
    )


class _DataType:
    """In the place of a numpy dtype."""

    def __init__(self, name: str | bytes, *_: object) -> None:
        text = name.decode("ascii") if isinstance(name, bytes) else name
        if text not in ("u1", "b1"):
            raise TypeError(f"an array of {text!r}")

    def __setstate__(self, _: object) -> None:
        """Byte order and the like: of no use for single bytes."""


class _Array:
    """In the place of a numpy array of single bytes, whose own state might be a harmful one."""

    data = b""

    def __setstate__(self, state: tuple[int, object, _DataType, bool, bytes]) -> None:
        *_, self.data = state


class _SafeUnpickler(pickle.Unpickler):
    """Makes what the two lists are made of, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        found = _ALLOWED.get((module.replace("numpy._core", "numpy.core"), name))
        if found is None:
            raise InvalidParameter(f"The pickle asks for {module}.{name}, which is not allowed.")
        return found


def _latin(text: str, encoding: str) -> bytes:
    """How Python 3 writes bytes in Python 2's pickles."""
    if encoding not in ("latin1", b"latin1"):
        raise ValueError(f"text in {encoding!r}")
    return text.encode("latin1")


_ALLOWED: dict[tuple[str, str], Callable[..., object]] = {
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _DataType,
    ("numpy.core.multiarray", "_reconstruct"): lambda *_: _Array(),
    ("numpy.core.multiarray", "scalar"): lambda _, data: any(data),
    ("numpy.core.numeric", "_frombuffer"): lambda data, *_: b"".join([data]),
    ("_codecs", "encode"): _latin,
    ("__builtin__", "bytes"): lambda: b"",
}


def _bytes(image: object) -> bytes:
    data = image.data if isinstance(image, _Array) else image
    if not isinstance(data, bytes):
        raise TypeError(f"an image of {type(data).__name__}")
    return data


def _flags(given: object) -> list[bool]:
    return list(map(bool, given.data if isinstance(given, _Array) else given))  # type: ignore[call-overload]
