"""What is seen of a face as a few numbers, by which photos of one person are near one another.

`components.npz` holds mean and axes of each measurement: principal components, turned and weighed
by a linear discriminant analysis of people with several photos, so that expression, light and a
turned head count little. `python -m benchmarks.resemblance.fitting` makes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np

from lookalike.faces.appearance.appearance import Appearance
from lookalike.faces.appearance.shape import shapes
from lookalike.faces.vectors import Floats, unit

FILE = "components.npz"
_MEASURED = ("shape", "parts", "wholes")
# Of int8.
_LARGEST = 127


@dataclass(frozen=True, slots=True, eq=False)
class Measurement:
    """
    Attributes:
        mean: (m,), of the faces that it was fitted to.
        axes: (m, k), directions times weights.
    """

    mean: Floats
    axes: Floats

    def of(self, row: Floats) -> Floats:
        """(k,) of (m,), of length 1."""
        # As `@`, but without threads of numpy's: their waiting for one another takes ten times as
        # long where cores are busy.
        return unit(np.einsum("m,mk->k", row - self.mean, self.axes))


@dataclass(frozen=True, slots=True, eq=False)
class Components:
    """
    Attributes:
        mean_shape: (468, 3), what meshes are turned to.
    """

    mean_shape: Floats
    shape: Measurement
    parts: Measurement
    wholes: Measurement

    def appearance(self, points: Floats, parts: Floats, wholes: Floats) -> Appearance:
        """
        Args:
            points: (468, 3), of the mesh.
            parts, wholes: what was seen, (112, 14, 14) and (192, 7, 7), the means of a head's and
                its mirror image's.
        """
        shape = self.shape.of(shapes(points[None], self.mean_shape)[0].astype(np.float32))
        outline = self.parts.of(parts.reshape(-1)), self.wholes.of(wholes.reshape(-1))
        return Appearance(shape, unit(np.concatenate(outline)))

    def save(self, path: Path) -> None:
        """Each axis in int8, in parts of its largest number."""
        kept = {"mean_shape": self.mean_shape}
        for name in _MEASURED:
            of: Measurement = getattr(self, name)
            largest = np.abs(of.axes).max(axis=0)
            axes = np.round(of.axes / largest * _LARGEST).astype(np.int8)
            kept |= {f"{name}_mean": of.mean.astype(np.float16), f"{name}_axes": axes}
            kept[f"{name}_largest"] = largest.astype(np.float32)
        np.savez_compressed(path, allow_pickle=False, **kept)


def opened(path: Path | None = None) -> Components:
    """Those of a file; that which ships unless it is said."""
    with (path or resources.files(__package__) / FILE).open("rb") as file, np.load(file) as kept:
        shape, parts, wholes = (
            Measurement(
                mean=kept[f"{name}_mean"].astype(np.float32),
                axes=kept[f"{name}_axes"] * (kept[f"{name}_largest"] / np.float32(_LARGEST)),
            )
            for name in _MEASURED
        )
        return Components(kept["mean_shape"], shape, parts, wholes)
