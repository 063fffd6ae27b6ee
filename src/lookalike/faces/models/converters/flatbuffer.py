"""A file of FlatBuffers, read where it lies: tables of fields that are known by their place.

A table begins with how far back its list of places is; that says, place by place, how far into the
table the field lies, or 0 where it is left out (FlatBuffers, "Internals").
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Table:
    """Reading past the end raises `struct.error` or `ValueError`.

    Attributes:
        at: where in the data it begins.
    """

    data: bytes
    at: int

    def number(self, place: int, kind: str, missing: int = 0) -> int:
        """A field of one of `struct`'s kinds."""
        found = self._field(place)
        return _unpacked(self.data, found, kind) if found else missing

    def table(self, place: int) -> Table | None:
        found = self._field(place)
        return _pointed(self.data, found) if found else None

    def tables(self, place: int) -> list[Table]:
        start, count = self._vector(place)
        return [_pointed(self.data, start + 4 * each) for each in range(count)]

    def numbers(self, place: int) -> NDArray[np.int32]:
        start, count = self._vector(place)
        return np.frombuffer(self.data, "<i4", count, start)

    def bytes(self, place: int) -> NDArray[Any]:
        start, count = self._vector(place)
        return np.frombuffer(self.data, np.uint8, count, start)

    def _vector(self, place: int) -> tuple[int, int]:
        """Where its first member is, and how many there are."""
        found = self._field(place)
        if not found:
            return 0, 0
        start = found + _unpacked(self.data, found, "I")
        return start + 4, _unpacked(self.data, start, "I")

    def _field(self, place: int) -> int:
        places = self.at - _unpacked(self.data, self.at, "i")
        offset = 4 + 2 * place
        if offset >= _unpacked(self.data, places, "H"):
            return 0
        inside = _unpacked(self.data, places + offset, "H")
        return self.at + inside if inside else 0


def root(data: bytes) -> Table:
    return _pointed(data, 0)


def _pointed(data: bytes, at: int) -> Table:
    return Table(data, at + _unpacked(data, at, "I"))


def _unpacked(data: bytes, at: int, kind: str) -> int:
    number: int = struct.unpack_from(f"<{kind}", data, at)[0]
    return number
