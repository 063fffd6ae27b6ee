"""The CSV tables that protocols are read from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import InvalidParameter
from lookalike.evaluate.figures import Columns
from lookalike.gallery.names.spelling import folded
from lookalike.gallery.sources import csv_file
from lookalike.gallery.sources.image_file import file_of


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A CSV file.

    Attributes:
        numbers: (n,) of its rows, as a spreadsheet shows them.
        columns: n texts each, by name in lower case.
    """

    path: Path
    numbers: tuple[int, ...]
    columns: Mapping[str, tuple[str, ...]]

    def __len__(self) -> int:
        return len(self.numbers)

    def words(self, column: str, meanings: Mapping[str, bool]) -> NDArray[np.bool_]:
        """(n,) what the words of a column mean.

        Raises:
            InvalidParameter: a row has another word.
        """
        for number, text in zip(self.numbers, self.columns[column], strict=True):
            if folded(text) not in meanings:
                raise InvalidParameter(
                    f"{self.path.name}, row {number}: {column} is {text!r}; allowed: "
                    f"{', '.join(meanings)}."
                )
        return np.array([meanings[folded(text)] for text in self.columns[column]], np.bool_)

    def numbered(self, column: str) -> NDArray[np.intp]:
        """(n,) the place of each row's text among those of the column; of zeros without one."""
        texts = self.columns.get(column)
        return np.zeros(len(self), np.intp) if texts is None else numbered(texts)

    def photos(
        self, columns: Sequence[str], root: Path | None
    ) -> tuple[dict[str, Path], NDArray[np.intp]]:
        """The files that some columns name, and (n, columns) their places.

        Args:
            root: the folder that they are relative to; the table's own unless given.

        Raises:
            InvalidParameter: a file is not there.
        """
        named = [self.columns[column] for column in columns]
        used = sorted({text for texts in named for text in texts})
        photos = {text: file_of(root or self.path.parent, text) for text in used}
        missing = [text for text, path in photos.items() if not path.is_file()]
        if missing:
            raise InvalidParameter(
                f"{len(missing)} photos of {self.path.name} are not below "
                f"{root or self.path.parent}; the first is {missing[0]!r}."
            )
        places = np.searchsorted(np.array(used), np.array(named).T)
        return photos, places.reshape(len(self), len(columns))

    def others(self, *known: str) -> Columns:
        """The further columns: those of groups.

        `gender1` and `gender2`, of a pair, become `gender`: what both are, or each of the two.
        """
        left = {name: texts for name, texts in self.columns.items() if name not in known}
        for name in [each[:-1] for each in left if each.endswith("1") and each[:-1] + "2" in left]:
            sides = zip(left.pop(name + "1"), left.pop(name + "2"), strict=True)
            left[name] = tuple(_together(*side) for side in sides)
        return left


def _together(one: str, other: str) -> str:
    if not one or not other:
        return ""
    return one if one == other else " and ".join(sorted((one, other)))


def read(path: Path, needed: Sequence[str], called: Mapping[str, str] | None = None) -> Table:
    """A table that has the columns it needs.

    Args:
        needed: names of columns, however they are capitalised.
        called: other names that a column may have.

    Raises:
        InvalidParameter: a column is missing or there twice, or a row has more cells than columns
            or lacks a value in a needed one.
    """
    needed = [folded(each) for each in needed]

    def header(cells: list[str], path: Path) -> list[str]:
        names = [folded(cell) for cell in cells]
        names = [(called or {}).get(name, name) for name in names]
        missing = [each for each in needed if each not in names]
        if missing:
            raise InvalidParameter(
                f"{path.name}, row 1: the column {missing[0]!r} is missing; there must be: "
                f"{', '.join(needed)}."
            )
        if len(set(names)) < len(names):
            raise InvalidParameter(f"{path.name}, row 1: a column is there twice.")
        return names

    rows = list(_rows(path, header, needed))
    if not rows:
        raise InvalidParameter(f"{path.name} has no rows.")
    names = dict.fromkeys(name for _, row in rows for name in row)
    columns = {name: tuple(row.get(name, "") for _, row in rows) for name in names}
    return Table(path, tuple(number for number, _ in rows), columns)


def _rows(
    path: Path, header: csv_file.HeaderOf, needed: Sequence[str]
) -> Iterator[tuple[int, Mapping[str, str]]]:
    for number, row in csv_file.rows(path, header):
        if isinstance(row, str):
            raise InvalidParameter(f"{path.name}, row {number}: {row}.")
        texts = {name: str(cell).strip() for name, cell in row.items()}
        empty = [each for each in needed if not texts.get(each)]
        if empty:
            raise InvalidParameter(f"{path.name}, row {number}: {empty[0]} is empty.")
        yield number, texts


def numbered(texts: Sequence[str] | Sequence[Sequence[str]]) -> NDArray[np.intp]:
    """The place of each text among the different ones, in the shape given."""
    given = np.array(texts)
    _, numbers = np.unique(given, return_inverse=True)
    return numbers.reshape(given.shape)
