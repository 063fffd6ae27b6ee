"""What everything else sees of a network: a float32 batch in, the float32 outputs out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from lookalike.faces.vectors import Floats

if TYPE_CHECKING:
    from lookalike.faces.models.manifest import Entry, Model

Shape = tuple[int, int, int, int]

# In a shape: any number of rows.
ANY = -1


class Network(Protocol):
    """An opened model. A call returns its outputs in the order of its graph.

    It may be called from one thread at a time.
    """

    def __call__(self, batch: Floats) -> tuple[Floats, ...]: ...


class Runtime(Protocol):
    """A way to open models."""

    def open(self, model: Model, shape: Shape) -> Network:
        """Open a model for batches of that shape; its first side may be `ANY`."""
        ...


def fed(batch: Floats, entry: Entry) -> Floats:
    """A batch of pixels 0 to 255 as the network of an entry wants it; may change it in place."""
    if (entry.mean, entry.std) != (0, 1):
        batch -= np.float32(entry.mean)
        batch /= np.float32(entry.std)
    return batch
