"""The vectors of every photo of LFW, kept for the benchmarks that need them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from lookalike import config
from lookalike.evaluate import Which, embed
from lookalike.evaluate.vectors import chosen
from lookalike.faces.analyzer import Face, Photo
from lookalike.faces.runtime import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Embedded:
    """File names (`Name/Name_0001.jpg`) and their (n, dimension) vectors."""

    contract: str
    names: tuple[str, ...]
    vectors: Floats


def embedded(folder: Path, settings: config.Settings | None = None) -> Embedded:
    """The vectors of every photo below `folder`/lfw-deepfunneled, cached beside the models."""
    settings = settings or config.load()
    photos = {
        f"{path.parent.name}/{path.name}": path
        for path in sorted((folder / "lfw-deepfunneled").glob("*/*.jpg"))
    }

    def shown(data: Iterable[bytes], total: int) -> Iterable[bytes]:
        return track(data, "LFW", total)

    found = embed(photos, settings, Which.CENTRAL, settings.cache / "benchmarks", shown)
    return Embedded(found.contract, found.names, found.vectors)


def central(photo: Photo) -> Face | None:
    """The face nearest to the middle of the photo."""
    return chosen(photo, Which.CENTRAL)


def stranger_cosines(lfw: Embedded) -> NDArray[np.float32]:
    """The cosine of every pair of photos of two people."""
    found = lfw.vectors.any(axis=1)
    vectors = lfw.vectors[found]
    people = np.array([name.split("/")[0] for name in lfw.names])[found]
    parts = [
        (vectors[row + 1 :] @ vectors[row])[people[row + 1 :] != people[row]]
        for row in range(len(vectors))
    ]
    return np.concatenate(parts)
