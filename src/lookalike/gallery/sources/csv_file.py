"""A table of text as spreadsheets save it -> its rows.

Excel parts cells with what the country writes between items of a list, and says so in a line
`sep=;` at most; saves in UTF-8, UTF-16 or the encoding of the country, CP949 in Korea; and keeps
columns that were emptied.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TextIO

from lookalike.errors import InvalidParameter

HeaderOf = Callable[[list[str], Path], list[str]]

_SUFFIXES = (".csv", ".tsv")
# The first wins where a header has as many columns with several.
_SEPARATORS = (",", ";", "\t")
_STATED = re.compile(r'"?sep=(.)"?,*\s*', re.IGNORECASE)
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CHUNK = 1 << 20


def is_table(path: Path) -> bool:
    """Whether a file is a table by its name, or as Excel's "Unicode text" is: .txt with tabs.

    Raises:
        InvalidParameter: a .txt file is no text.
    """
    suffix = path.suffix.lower()
    if suffix != ".txt":
        return suffix in _SUFFIXES
    with path.open(encoding=encoding_of(path)) as file:
        return "\t" in file.readline()


def encoding_of(path: Path) -> str:
    """The encoding of a text file: UTF-8 with or without a mark, UTF-16 with one, else CP949.

    Raises:
        InvalidParameter: it is in none of them.
    """
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith(b"PK"):
        raise InvalidParameter(f"{path.name} is a workbook or an archive; save it as CSV UTF-8.")
    for encoding in _likely(head):
        if _decodes(path, encoding):
            return encoding
    raise InvalidParameter(
        f"{path.name} is not UTF-8 text, and neither UTF-16 nor CP949; save it as UTF-8."
    )


def _likely(head: bytes) -> tuple[str, ...]:
    """The encodings that a file may be in which begins so: none of four bytes a letter (UTF-32),
    nor of two without a mark."""
    if head.startswith(_UTF_16):
        return () if head[2:] == b"\0\0" else ("utf-16",)
    return () if b"\0" in head else ("utf-8-sig", "cp949")


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def rows(path: Path, header_of: HeaderOf) -> Iterator[tuple[int, Mapping[str, str] | str]]:
    """Rows by the number that a spreadsheet shows, or what is wrong with one.

    The header is row 1; `header_of` gives its columns or raises InvalidParameter, as this does for
    a file that is no CSV. Columns without a name are none, but nothing may stand in them.
    """
    with path.open(encoding=encoding_of(path), newline="") as file:
        header: _Header | None = None
        number = 0
        try:
            for number, cells in enumerate(_records(file), 1):
                if header is None:
                    header = _Header.of(cells, path, header_of)
                elif any(cell.strip() for cell in cells):
                    yield number, header.row(cells)
        except csv.Error as error:
            raise InvalidParameter(f"{path.name}, row {number + 1}: {error}.") from None
    if header is None:
        raise InvalidParameter(f"{path.name} is empty.")


def _records(file: TextIO) -> Iterator[list[str]]:
    """The cells of each row; a line that only states the separator is no row, as in Excel."""
    first = file.readline()
    stated = _STATED.fullmatch(first)
    if stated:
        return csv.reader(file, delimiter=stated[1], strict=True)
    return csv.reader(
        chain([first] if first else [], file), delimiter=_separator(first), strict=True
    )


def _separator(header: str) -> str:
    """What parts a header into the most columns."""
    return max(_SEPARATORS, key=lambda each: len(next(csv.reader([header], delimiter=each), ())))


@dataclass(frozen=True, slots=True)
class _Header:
    """The columns of a table that have a name.

    Attributes:
        places: of their cells in a row.
    """

    names: tuple[str, ...]
    places: tuple[int, ...]

    @classmethod
    def of(cls, cells: Sequence[str], path: Path, header_of: HeaderOf) -> _Header:
        named = [place for place, cell in enumerate(cells) if cell.strip()]
        return cls(tuple(header_of([cells[place] for place in named], path)), tuple(named))

    def row(self, cells: Sequence[str]) -> Mapping[str, str] | str:
        if any(cell.strip() for place, cell in enumerate(cells) if place not in self.places):
            return f"{len(cells)} cells under {len(self.names)} columns"
        found = zip(self.names, self.places, strict=True)
        return {name: cells[place] for name, place in found if place < len(cells)}
