"""Embeds LFW once and keeps the vectors for the benchmarks that need them.

    python -m benchmarks.lfw ../shared/data/lfw

Every photo of the folder is analysed with the shipped pipeline. In LFW the subject is the face
nearest to the middle; a photo without a face gets a row of zeros and counts as a failure.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.progress import track

from lookalike import config
from lookalike.errors import PhotoError
from lookalike.faces.analyzer import Analyzer, Face, Photo
from lookalike.faces.runtime import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Embedded:
    """File names (`Name/Name_0001.jpg`) and their (n, dimension) vectors."""

    contract: str
    names: tuple[str, ...]
    vectors: Floats

    def row(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self.names)}


def embedded(folder: Path, settings: config.Settings | None = None) -> Embedded:
    """The vectors of every photo below `folder`/lfw-deepfunneled, cached beside the models."""
    settings = settings or config.load()
    analyzer = Analyzer(settings)
    contract = analyzer.embedder.contract
    name = f"lfw-{contract.replace('/', '-v')}-{settings.runtime}-{settings.precision}.npz"
    cache = settings.cache / "benchmarks" / name
    if cache.is_file():
        with np.load(cache) as saved:
            return Embedded(contract, tuple(saved["names"].tolist()), saved["vectors"])
    photos = sorted((folder / "lfw-deepfunneled").glob("*/*.jpg"))
    vectors = np.zeros((len(photos), analyzer.embedder.dimension), np.float32)
    for number, path in enumerate(track(photos, "LFW")):
        try:
            face = central(analyzer.analyze(path.read_bytes()))
        except PhotoError:
            continue
        if face is not None:
            vectors[number] = face.embedding
    names = tuple(f"{path.parent.name}/{path.name}" for path in photos)
    cache.parent.mkdir(parents=True, exist_ok=True)
    np.savez(cache, names=np.array(names), vectors=vectors)
    return Embedded(contract, names, vectors)


def central(photo: Photo) -> Face | None:
    """The face nearest to the middle of the photo."""

    def distance(face: Face) -> float:
        x = face.box.left + face.box.width / 2 - photo.width / 2
        y = face.box.top + face.box.height / 2 - photo.height / 2
        return x * x + y * y

    return min(photo.faces, key=distance, default=None)


def main() -> None:
    found = embedded(Path(sys.argv[1]))
    missed = int((~found.vectors.any(axis=1)).sum())
    print(f"{len(found.names)} photos, {missed} without a face, {found.contract}")


if __name__ == "__main__":
    main()
