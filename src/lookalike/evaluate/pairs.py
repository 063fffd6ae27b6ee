"""Verification protocols: pairs of photos, and whether each shows one person."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import InvalidParameter
from lookalike.evaluate.metrics import Flags
from lookalike.evaluate.vectors import Photos, Which


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """A protocol of n pairs.

    Attributes:
        name: of the protocol.
        photos: every photo that is in a pair.
        which: the face of a photo that is meant.
        rows: (n, 2) places in `photos`.
        people: (n, 2) who is shown, by number; for the intervals.
        same: (n,) whether a pair shows one person.
        folds: (n,) from 0 on; each is judged at the threshold of the others.
        columns: the table's other columns, (n,) texts each.
    """

    name: str
    photos: Photos
    which: Which
    rows: NDArray[np.intp]
    people: NDArray[np.intp]
    same: Flags
    folds: NDArray[np.intp]
    columns: dict[str, tuple[str, ...]]


def lfw(folder: Path) -> Pairs:
    """LFW's view 2: the pairs of `pairs.txt` in its folds, photos as they lie below the folder.

    In LFW the person meant is the one nearest to the middle of the photo (Huang et al., Labeled
    Faces in the Wild, UMass Amherst TR 07-49, 2007, section III).

    Raises:
        InvalidParameter: no `pairs.txt`, a line that is not one of it, or a photo is missing.
    """
    file = folder / "pairs.txt"
    if not file.is_file():
        raise InvalidParameter(f"{folder} has no pairs.txt; LFW's view 2 is read from it.")
    head, *lines = (line.split() for line in file.read_text("utf-8").splitlines() if line.strip())
    photos = {path.stem: path for path in sorted(folder.rglob("*.jpg"))}
    named = [_lfw_pair(parts, number) for number, parts in enumerate(lines, 2)]
    missing = [each for pair in named for each in pair if each not in photos]
    if missing:
        raise InvalidParameter(
            f"{len(missing)} photos of pairs.txt are not below {folder}; the first is "
            f"{missing[0]}.jpg."
        )
    used = sorted({each for pair in named for each in pair})
    people = [[each.rpartition("_")[0] for each in pair] for pair in named]
    same = np.array([one == other for one, other in people])
    return Pairs(
        name="LFW view 2",
        photos={each: photos[each] for each in used},
        which=Which.CENTRAL,
        rows=np.searchsorted(used, named),
        people=_numbered(people),
        same=same,
        folds=_lfw_folds(head, len(named)),
        columns={},
    )


def _lfw_pair(parts: list[str], number: int) -> tuple[str, str]:
    match parts:
        case [name, one, other] if one.isdigit() and other.isdigit():
            return f"{name}_{int(one):04d}", f"{name}_{int(other):04d}"
        case [name, one, another, other] if one.isdigit() and other.isdigit():
            return f"{name}_{int(one):04d}", f"{another}_{int(other):04d}"
    raise InvalidParameter(
        f"Line {number} of pairs.txt is {' '.join(parts)!r}; a line is `name n m` or "
        "`name n name m`."
    )


def _lfw_folds(head: list[str], pairs: int) -> NDArray[np.intp]:
    """The first line says how many folds, and how many pairs of a kind each has."""
    folds = int(head[0]) if head and head[0].isdigit() else 0
    if not folds or pairs % folds:
        raise InvalidParameter(
            f"pairs.txt begins with {' '.join(head)!r} and has {pairs} pairs; its first line is "
            "the number of folds and of pairs in each."
        )
    return np.arange(pairs) // (pairs // folds)


def _numbered(people: list[list[str]]) -> NDArray[np.intp]:
    _, numbers = np.unique(np.array(people), return_inverse=True)
    return numbers.reshape(-1, 2)
