"""The people of the trial: a gallery of portraits, and strangers who look for their like in it.

The gallery is that of the trial data: portraits of Wikimedia and of Korean celebrities. Strangers
are people of LFW who are not in it, and its own Korean celebrities, each with themselves left out.
What is fitted is fitted to several photos each of other people of LFW, and to such of the gallery
as are no strangers in the trial.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lookalike.evaluate.vectors import Which

KOREAN, LFW, WIKI = "Korean", "LFW", "Wikimedia"
_SEED = 14
# At most so many photos of each person of LFW that something is fitted to.
_SEVERAL = 3


@dataclass(frozen=True, slots=True)
class Shown:
    """A photo, of whom, and from which of the sets."""

    path: Path
    person: str
    origin: str

    @property
    def name(self) -> str:
        """Folder and file."""
        return f"{self.path.parent.name}/{self.path.name}"

    @property
    def which(self) -> Which:
        """The face that is meant: LFW's photos were cut around it."""
        return Which.CENTRAL if self.origin == LFW else Which.SUBJECT


def gallery(data: Path) -> tuple[Shown, ...]:
    wiki = [
        Shown(path, path.stem, WIKI) for path in sorted((data / "wiki_portraits").glob("*.jpg"))
    ]
    korean = [Shown(path, path.stem, KOREAN) for path in sorted((data / "kr_gallery").iterdir())]
    return (*wiki, *korean)


def strangers(data: Path, count: int) -> tuple[Shown, ...]:
    """The first photo of each of `count` people of LFW, drawn among those not in the gallery."""
    return tuple(each for folder in _drawn(data)[:count] for each in _photos(folder)[:1])


def taught(data: Path, besides: int, count: int) -> tuple[Shown, ...]:
    """Several photos of each of the first `count` people of LFW after `besides` that have them."""
    several = [each for each in map(_photos, _drawn(data)[besides:]) if len(each) > 1]
    return tuple(each for photos in several[:count] for each in photos)


def _drawn(data: Path) -> list[Path]:
    """The folders of LFW's people, in random order."""
    known = _known(data)
    folders = sorted((data / "lfw" / "lfw-deepfunneled").iterdir())
    folders = [each for each in folders if each.is_dir() and each.name not in known]
    return [folders[each] for each in np.random.default_rng(_SEED).permutation(len(folders))]


def _photos(folder: Path) -> tuple[Shown, ...]:
    paths = sorted(folder.glob("*.jpg"))[:_SEVERAL]
    return tuple(Shown(path, folder.name, LFW) for path in paths)


def _known(data: Path) -> frozenset[str]:
    """Folders of LFW whose people are in the gallery, by Wikidata or by name."""
    with (data / "wiki_portraits" / "names.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return frozenset(name for row in rows for name in (row["lfw_folder"], _folder(row["name"])))


def _folder(name: str) -> str:
    return name.replace(" ", "_")
