"""What everything else sees of a network: pictures in, the float32 outputs out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from lookalike.faces.image import Pixels
from lookalike.faces.models.manifest import Fed
from lookalike.faces.vectors import Floats

# Pictures, rows, columns and colours.
Shape = tuple[int, int, int, int]

# In a shape: any number of rows.
ANY = -1


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
