"""Verification protocols: pairs of photos, and whether each shows one person."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import InvalidParameter
from lookalike.evaluate.metrics import Flags
from lookalike.evaluate.protocols import bin_file
from lookalike.evaluate.protocols.protocol import Protocol
from lookalike.evaluate.protocols.table import numbered, read
from lookalike.evaluate.vectors import Which

_FOLDS = 10
_SAME = {"1": True, "true": True, "same": True, "0": False, "false": False, "different": False}
_CALLED = {"label": "same", "issame": "same"}


@dataclass(frozen=True, slots=True, eq=False)
class Pairs(Protocol):
    """A protocol of n pairs.

    Attributes:
        rows: (n, 2) places in `photos`.
        people: (n, 2) who is shown, by number; for the intervals.
        same: (n,) whether a pair shows one person.
        folds: (n,) from 0 on; each is judged at the threshold of the others.
    """

    rows: NDArray[np.intp]
    people: NDArray[np.intp]
    same: Flags
    folds: NDArray[np.intp]

    def __post_init__(self) -> None:
        if self.same.all() or not self.same.any() or len(np.unique(self.folds)) < 2:
            raise InvalidParameter(
                f"{self.name} has {int(self.same.sum())} pairs of one person and "
                f"{int((~self.same).sum())} of two, in {len(np.unique(self.folds))} folds; there "
                "must be both kinds, and two folds at least."
            )

    def take(self, rows: NDArray[np.intp]) -> Pairs:
        """The same with its rows in another order."""
        return replace(
            self,
            columns={name: [texts[row] for row in rows] for name, texts in self.columns.items()},
            rows=self.rows[rows],
            people=self.people[rows],
            same=self.same[rows],
            folds=self.folds[rows],
        )


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
    head, *lines = (
        line.split() for line in file.read_text("utf-8", "replace").splitlines() if line.strip()
    )
    photos = {path.stem: path for path in sorted(folder.rglob("*.jpg"))}
    named = [_lfw_pair(parts, number) for number, parts in enumerate(lines, 2)]
    missing = [each for pair in named for each in pair if each not in photos]
    if missing:
        raise InvalidParameter(
            f"{len(missing)} photos of pairs.txt are not below {folder}; the first is "
            f"{missing[0]}.jpg."
        )
    used = sorted({each for pair in named for each in pair})
    people = numbered([[each.rpartition("_")[0] for each in pair] for pair in named])
    return Pairs(
        name="LFW view 2",
        photos={each: photos[each] for each in used},
        which=Which.CENTRAL,
        columns={},
        rows=np.searchsorted(used, named),
        people=people,
        same=people[:, 0] == people[:, 1],
        folds=_lfw_folds(head, len(named)),
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


def table(path: Path, which: Which = Which.LARGEST, root: Path | None = None) -> Pairs:
    """A CSV table of pairs: `file1`, `file2`, `same`; perhaps `fold`, `person1` and `person2`.

    Without folds, ten are made of the rows in turn. Without people, photos that are said to show
    one person, directly or through others, are one. What other columns say can be grouped by.

    Raises:
        InvalidParameter: it is no such table, or a photo is missing.
    """
    rows = read(path, ("file1", "file2", "same"), _CALLED)
    photos, places = rows.photos(("file1", "file2"), root)
    same = rows.words("same", _SAME)
    named = [rows.columns.get(each) for each in ("person1", "person2")]
    return Pairs(
        name=path.name,
        photos=photos,
        which=which,
        columns=rows.others("file1", "file2", "same", "fold", "person1", "person2"),
        rows=places,
        people=numbered(np.array(named).T.tolist()) if all(named) else joined(places, same),
        same=same,
        folds=rows.numbered("fold") if "fold" in rows.columns else np.arange(len(rows)) % _FOLDS,
    )


def packed(path: Path) -> Pairs:
    """A `.bin` file of InsightFace: LFW, CFP-FP, AgeDB-30, CALFW or CPLFW as aligned crops.

    The crops are embedded as they are: to look for a face in them again would measure another
    alignment than the one that the published figures are of. The folds are ten blocks, as
    InsightFace's own verification has them.

    Raises:
        InvalidParameter: it is no such file.
    """
    crops, flags = bin_file.read(path)
    digests = [hashlib.sha256(each).hexdigest() for each in crops]
    photos = {f"{number:05d}": each for number, each in enumerate(crops)}
    same = np.array(flags, np.bool_)
    return Pairs(
        name=path.name,
        photos=photos,
        which=Which.ALIGNED,
        columns={},
        rows=np.arange(len(crops)).reshape(-1, 2),
        people=joined(numbered(digests).reshape(-1, 2), same),
        same=same,
        folds=np.arange(len(same)) * _FOLDS // len(same),
    )


def joined(rows: NDArray[np.intp], same: Flags) -> NDArray[np.intp]:
    """(n, 2) who is shown: photos are of one person if pairs of one person join them."""
    leader = np.arange(rows.max(initial=-1) + 1)

    def led_by(photo: int) -> int:
        while leader[photo] != photo:
            leader[photo] = photo = leader[leader[photo]]
        return photo

    for one, other in rows[same].tolist():
        leader[led_by(one)] = led_by(other)
    return np.array([[led_by(each) for each in pair] for pair in rows.tolist()], np.intp)
