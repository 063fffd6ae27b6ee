"""How somebody looks, as two vectors of length 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lookalike.faces.vectors import Floats, unit

# Raised when what appearances are made by changes: others must not be compared with them.
VERSION = 1
OF_SHAPE, OF_OUTLINE = 17, 188
_KEPT = np.dtype("<f2")
# Bytes that one takes where it is kept.
SIZE = 1 + (OF_SHAPE + OF_OUTLINE) * _KEPT.itemsize


@dataclass(frozen=True, slots=True, eq=False)
class Appearance:
    """
    Attributes:
        shape: (`OF_SHAPE`,) float32 of length 1, the face's.
        outline: (`OF_OUTLINE`,) float32 of length 1, of hair and head: parts and wholes, which
            count the same, so that the cosine of two is the mean of theirs.
    """

    shape: Floats
    outline: Floats

    @classmethod
    def of(cls, numbers: Floats) -> Appearance:
        """Of both in a row, of any length."""
        return cls(unit(numbers[:OF_SHAPE]), unit(numbers[OF_SHAPE:]))

    @property
    def numbers(self) -> Floats:
        """Both in a row."""
        return np.concatenate([self.shape, self.outline])

    def packed(self) -> bytes:
        """As it is kept: the version, and float16."""
        return bytes([VERSION]) + self.numbers.astype(_KEPT).tobytes()


def unpacked(data: bytes | None) -> Appearance | None:
    """What was kept; None where that is nothing, damaged, or of another version."""
    if data is None or len(data) != SIZE or data[0] != VERSION:
        return None
    numbers = np.frombuffer(data, _KEPT, offset=1).astype(np.float32)
    return Appearance.of(numbers) if np.isfinite(numbers).all() else None


def mean(appearances: Sequence[Appearance]) -> Appearance | None:
    """Of somebody with several; None where there is none."""
    if not appearances:
        return None
    return Appearance.of(np.mean([each.numbers for each in appearances], axis=0))
