"""What everything else sees of a network: pictures in, the float32 outputs out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from lookalike.faces.image import Pixels
from lookalike.faces.models.manifest import Fed
from lookalike.faces.vectors import Floats

# Pictures, rows, columns and colours.
Shape = tuple[int, int, int, int]

# In a shape: any number of rows.
ANY = -1
# Pictures in a batch: four faces and their mirror images, a face and its mirror image, a lone one.
# Each size has its own copy of the weights, so there are few; larger ones gain no speed.
_BATCHES = (8, 2, 1)


class Network(Protocol):
    """An opened model.

    A call takes (n, height, width, 3) RGB and returns the outputs in the order of its graph; the
    next may overwrite them. It may be called from one thread at a time.
    """

    def __call__(self, pictures: Pixels) -> tuple[Floats, ...]: ...


@dataclass(frozen=True, slots=True)
class Library:
    """What computes a network.

    Attributes:
        name: such as `openvino`.
        precision: of its arithmetic, such as `bfloat16`.
        times: the milliseconds of this and of others by which it was chosen; none where it was not.
    """

    name: str
    precision: str
    times: Mapping[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.name} {self.precision}"


class Runtime(Protocol):
    """A way to open models."""

    def open(self, fed: Fed, shape: Shape) -> Network:
        """Open a model for pictures of that shape; its first side may be `ANY`."""
        ...

    def library(self, fed: Fed) -> Library:
        """What computes a model that was opened."""
        ...


class Batches:
    """A network for any number of pictures, opened for a few sizes of batch.

    A fixed size runs up to a quarter faster than a free one, and eight pictures at once take three
    quarters of the time of four times two (SFace in bfloat16).
    """

    def __init__(self, runtime: Runtime, fed: Fed, side: int) -> None:
        self._runtime = runtime
        self._fed = fed
        self._side = side
        self._opened: dict[int, Network] = {}
        # A network that cannot be opened shows now.
        self._network(_BATCHES[1])

    def __call__(self, pictures: Pixels) -> tuple[Floats, ...]:
        """The outputs for (n, side, side, 3) RGB, n at least 1."""
        parts = [
            tuple(each.copy() for each in self._network(len(part))(part))
            for part in _parts(pictures)
        ]
        return tuple(np.concatenate(each) for each in zip(*parts, strict=True))

    def _network(self, count: int) -> Network:
        if count not in self._opened:
            shape = (count, self._side, self._side, 3)
            self._opened[count] = self._runtime.open(self._fed, shape)
        return self._opened[count]


def _parts(pictures: Pixels) -> Iterator[Pixels]:
    """All of them, as many at a time as there are batches for."""
    start = 0
    while start < len(pictures):
        count = next(size for size in _BATCHES if size <= len(pictures) - start)
        yield np.ascontiguousarray(pictures[start : start + count])
        start += count
