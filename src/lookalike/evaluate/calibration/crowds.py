"""Crowds of strangers: photos of many people, of whom any two are strangers to each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import InvalidParameter
from lookalike.evaluate.protocols.protocol import Protocol
from lookalike.evaluate.protocols.table import Table, numbered, read
from lookalike.evaluate.vectors import Vectors, Which
from lookalike.faces.vectors import Floats
from lookalike.gallery.sources.image_file import file_of, is_image
from lookalike.scores.similarity import Cohort

# Beyond this cosine two photos are the same photo.
_SAME_PHOTO = 0.97
_FEWEST_PEOPLE = 20


@dataclass(frozen=True, slots=True, eq=False)
class CrowdPhotos(Protocol):
    """Photos and whom they show, by place."""

    people: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Crowd:
    """The n faces that were found.

    Attributes:
        vectors: (n, dimension) of length 1.
        people: (n,) whom they show, by number.
    """

    name: str
    vectors: Floats
    people: NDArray[np.intp]

    def of(self, chosen: NDArray[np.intp]) -> Crowd:
        """Only those people."""
        rows = np.isin(self.people, chosen)
        return Crowd(self.name, self.vectors[rows], self.people[rows])


def crowd_photos(path: Path, same: Mapping[str, str]) -> CrowdPhotos:
    """A folder with a folder or a file for each person, or a table with columns file and person.

    Args:
        same: people who are somebody else under another name, and who that is; empty: whose
            photos are left out.

    Raises:
        InvalidParameter: there are too few people, or the table is none.
    """
    shown = _of_folder(path) if path.is_dir() else _of_table(read(path, ("file", "person")))
    kept = {file: same.get(person, person) for file, person in shown.items()}
    kept = {file: person for file, person in kept.items() if person}
    if len(set(kept.values())) < _FEWEST_PEOPLE:
        raise InvalidParameter(
            f"{path} shows {len(set(kept.values()))} people; at least {_FEWEST_PEOPLE} are needed, "
            "each with a folder or a file."
        )
    photos = {str(file): file for file in kept}
    return CrowdPhotos(path.stem, photos, Which.CENTRAL, {}, tuple(kept.values()))


def crowd(shown: CrowdPhotos, vectors: Vectors) -> Crowd:
    """The faces that were found."""
    found = vectors.found
    return Crowd(shown.name, vectors.vectors[found], numbered(shown.people)[found])


def one_each(shown: Crowd, most: int = 1000) -> Floats:
    """A vector of each of so many people, the first."""
    _, rows = np.unique(shown.people, return_index=True)
    return shown.vectors[rows[:most]]


def without(cohort: Cohort, crowds: tuple[Crowd, ...]) -> Cohort:
    """A cohort without the photos that are in a crowd too."""
    kept = np.ones(len(cohort.vectors), np.bool_)
    for each in crowds:
        kept &= (cohort.vectors @ each.vectors.T).max(axis=1, initial=-1) < _SAME_PHOTO
    return Cohort(cohort.vectors[kept])


def _of_folder(root: Path) -> dict[Path, str]:
    shown: dict[Path, str] = {}
    for own in sorted(root.iterdir()):
        if own.is_dir():
            shown |= {path: own.name for path in sorted(own.iterdir()) if is_image(path)}
        elif is_image(own):
            shown[own] = own.stem
    return shown


def _of_table(table: Table) -> dict[Path, str]:
    files = (file_of(table.path.parent, each) for each in table.columns["file"])
    return dict(zip(files, table.columns["person"], strict=True))
