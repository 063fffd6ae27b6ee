"""The vectors of every photo of LFW, kept for the benchmarks that need them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rich.progress import track

from lookalike import config
from lookalike.evaluate import Which, embed
from lookalike.evaluate.vectors import Thing
from lookalike.faces.photo import Face, Photo
from lookalike.faces.vectors import Floats


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

    def shown(things: Iterable[Thing], total: int) -> Iterable[Thing]:
        return track(things, "LFW", total)

    found = embed(photos, settings, Which.CENTRAL, settings.cache / "benchmarks", shown)
    return Embedded(found.contract, found.names, found.vectors)


def central(photo: Photo) -> Face | None:
    """The face nearest to the middle of the photo."""
    return Which.CENTRAL.face_of(photo)
