"""A table of people: CSV as spreadsheets save it, or JSON lines, beside the photos it names.

A row that cannot be used is a problem that names row and column, and the others go on. A table
that cannot be read at all is refused. Photos lie in the table's folder: no addresses, no way out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lookalike.errors import InvalidParameter
from lookalike.gallery.people import Credit
from lookalike.gallery.sources import columns, csv_file
from lookalike.gallery.sources.candidate import Candidate, Found, Picture, picture
from lookalike.gallery.sources.columns import Row, WrongColumn, texts
from lookalike.gallery.sources.image_file import file_of, is_image
from lookalike.gallery.sources.report import LeftOut
from lookalike.gallery.spelling import folded

COLUMNS = (*columns.NAMES[:3], "images", *columns.NAMES[3:])
# Singulars that a table with one each is bound to have.
_SAME = {
    "image": "images",
    "group": "groups",
    "link": "links",
    "license": "licence",
    "occupation": "occupations",
}


def is_table(path: Path) -> bool:
    """Whether a file may be a table of people.

    Raises:
        InvalidParameter: a .txt file is no text.
    """
    return _is_json(path) or csv_file.is_table(path)


def _is_json(path: Path) -> bool:
    return path.suffix.lower() == ".jsonl"


def read(path: Path, collection: str, credit: Credit | None = None) -> Iterator[Found]:
    """Everyone in a table, row by row; `credit` holds for what a row leaves out.

    Raises:
        InvalidParameter: the file is no such table.
    """
    rows = _json_rows(path) if _is_json(path) else csv_file.rows(path, _header)
    for number, row in rows:
        if isinstance(row, str):
            yield LeftOut(f"row {number}", row)
            continue
        try:
            yield _candidate(row, path.parent, collection, credit)
        except WrongColumn as error:
            yield LeftOut(f"row {number}", str(error))


def _json_rows(path: Path) -> Iterator[tuple[int, Row | str]]:
    with path.open(encoding=csv_file.encoding_of(path)) as file:
        empty = True
        for number, line in enumerate(file, 1):
            if line.strip():
                empty = False
                yield number, _json_row(line)
    if empty:
        raise InvalidParameter(f"{path.name} is empty.")


def _json_row(line: str) -> Row | str:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return "not JSON"
    if not isinstance(found, dict):
        return "not a JSON object"
    row: dict[str, str | list[str]] = {}
    for key, value in found.items():
        column = _column(key)
        if column not in COLUMNS:
            return f"{key}: no such column; there are: {', '.join(COLUMNS)}"
        if column in row:
            return f"{key}: the column is there twice"
        if value is not None:
            try:
                row[column] = _json_cell(value)
            except TypeError:
                return f"{key}: must be text or a list of texts"
    return row


def _json_cell(value: Any) -> str | list[str]:
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return value
    raise TypeError(value)


def known_columns(cells: list[str], path: Path, known: tuple[str, ...]) -> list[str]:
    """The columns that a header names.

    Raises:
        InvalidParameter: there is no such column, or it is there twice.
    """
    header = [_column(cell) for cell in cells]
    for cell, column in zip(cells, header, strict=True):
        if column not in known:
            raise InvalidParameter(
                f"{path.name}, row 1: there is no column {cell!r}; there are: {', '.join(known)}."
            )
        if header.count(column) > 1:
            raise InvalidParameter(f"{path.name}, row 1: the column {cell!r} is there twice.")
    return header


def _header(cells: list[str], path: Path) -> list[str]:
    header = known_columns(cells, path, COLUMNS)
    if not {"name", "name_ko", "name_en"} & set(header):
        raise InvalidParameter(f"{path.name}, row 1: name, name_ko or name_en is missing.")
    if "images" not in header:
        raise InvalidParameter(f"{path.name}, row 1: the column 'images' is missing.")
    return header


def _column(cell: str) -> str:
    name = folded(cell)
    return _SAME.get(name, name)


def _candidate(row: Row, folder: Path, collection: str, credit: Credit | None) -> Candidate:
    person = columns.person(row, collection)
    return Candidate(person, _pictures(row, folder), columns.credit(row, credit))


def _pictures(row: Row, folder: Path) -> tuple[Picture, ...]:
    names, fetched_at = texts(row, "images"), columns.fetched_at(row)
    if not names:
        raise WrongColumn("images", "empty")
    found = (_picture(name, folder.resolve()) for name in names)
    return tuple(replace(each, fetched_at=fetched_at) for each in found)


def _picture(name: str, folder: Path) -> Picture:
    if urlsplit(name).scheme in ("http", "https", "file", "ftp", "data"):
        raise WrongColumn(
            "images", f"{name!r} is an address; a table names files in its own folder"
        )
    try:
        path = file_of(folder, name).resolve()
        if not path.is_relative_to(folder):
            raise WrongColumn("images", f"{name!r} leaves the folder of the table")
        if not path.is_file():
            raise WrongColumn("images", f"there is no file {name!r}")
    except (OSError, ValueError):
        raise WrongColumn("images", f"{name!r} cannot be the name of a file") from None
    if not is_image(path):
        raise WrongColumn("images", f"{name!r} is not an image")
    return picture(path, path.relative_to(folder).as_posix())
