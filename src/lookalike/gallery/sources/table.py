"""A table of people: CSV in UTF-8, or JSON lines, beside the photos it names.

A row that cannot be used is a problem that names row and column, and the others go on. A table
that cannot be read at all is refused. Photos lie in the table's folder: no addresses, no way out.
"""

from __future__ import annotations

import csv
import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lookalike.errors import InvalidParameter
from lookalike.gallery.people import Credit, Person, Text
from lookalike.gallery.sources.candidate import (
    Candidate,
    Found,
    Picture,
    Problem,
    clean_name,
    is_image,
    person_id,
    picture,
    text_of,
    web_address,
)

SUFFIXES = (".csv", ".jsonl")
GENDERS = ("female", "male", "other")
COLUMNS = (
    "name",
    "name_ko",
    "name_en",
    "images",
    "groups",
    "gender",
    "born",
    "died",
    "description_ko",
    "description_en",
    "links",
    "wikidata",
    "source",
    "author",
    "licence",
    "licence_url",
)
# Singulars that a table with one each is bound to have.
_SAME = {
    "image": "images",
    "group": "groups",
    "link": "links",
    "license": "licence",
    "occupation": "occupations",
}
DATE = re.compile(r"-?\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_WIKIDATA = re.compile(r"Q[1-9]\d{0,11}")

Row = Mapping[str, str | list[str]]


class _Wrong(Exception):
    """A cell that cannot be used."""

    def __init__(self, column: str, why: str) -> None:
        super().__init__(f"{column}: {why}")


def read(path: Path, collection: str, credit: Credit | None = None) -> Iterator[Found]:
    """Everyone in a table, row by row; `credit` holds for what a row leaves out.

    Raises:
        InvalidParameter: the file is no such table.
    """
    rows = _json_rows(path) if path.suffix.lower() == ".jsonl" else csv_rows(path, _header)
    try:
        for number, row in rows:
            if isinstance(row, str):
                yield Problem(f"row {number}", row)
                continue
            try:
                yield _candidate(row, path.parent, collection, credit)
            except _Wrong as error:
                yield Problem(f"row {number}", str(error))
    except UnicodeDecodeError:
        raise InvalidParameter(f"{path.name} is not UTF-8 text; save it as UTF-8.") from None


def csv_rows(
    path: Path, header_of: Callable[[list[str], Path], list[str]]
) -> Iterator[tuple[int, Row | str]]:
    """Rows by the number that a spreadsheet shows, or what is wrong with one.

    The header is row 1; `header_of` gives its columns or raises InvalidParameter, as this does for
    a file that is no CSV.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.reader(file, strict=True)
        header: list[str] | None = None
        number = 0
        try:
            for number, cells in enumerate(lines, 1):
                if header is None:
                    header = header_of(cells, path)
                elif len(cells) > len(header) and any(cells[len(header) :]):
                    yield number, f"{len(cells)} cells under {len(header)} columns"
                elif any(cell.strip() for cell in cells):
                    yield number, dict(zip(header, cells, strict=False))
        except csv.Error as error:
            raise InvalidParameter(f"{path.name}, row {number + 1}: {error}.") from None
    if header is None:
        raise InvalidParameter(f"{path.name} is empty.")


def _json_rows(path: Path) -> Iterator[tuple[int, Row | str]]:
    with path.open(encoding="utf-8-sig") as file:
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


def known_columns(cells: list[str], path: Path, columns: tuple[str, ...]) -> list[str]:
    """The columns that a header names.

    Raises:
        InvalidParameter: there is no such column, or it is there twice.
    """
    header = [_column(cell) for cell in cells]
    for cell, column in zip(cells, header, strict=True):
        if column not in columns:
            raise InvalidParameter(
                f"{path.name}, row 1: there is no column {cell!r}; there are: {', '.join(columns)}."
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
    name = cell.strip().casefold()
    return _SAME.get(name, name)


def _candidate(row: Row, folder: Path, collection: str, credit: Credit | None) -> Candidate:
    name, wikidata = _names(row), _text(row, "wikidata")
    if wikidata and not _WIKIDATA.fullmatch(wikidata):
        raise _Wrong("wikidata", f"{wikidata!r} is no Wikidata id; one looks like Q76")
    person = Person(
        id=person_id(collection, name, wikidata),
        collection=collection,
        name=name,
        description=Text(_text(row, "description_ko"), _text(row, "description_en")),
        born=_date(row, "born"),
        died=_date(row, "died"),
        groups=tuple(_list(row, "groups")),
        gender=_gender(row),
        wikidata=wikidata,
        websites=tuple(_address("links", each) for each in _list(row, "links")),
    )
    return Candidate(person, _pictures(row, folder), _credit(row, credit))


def _names(row: Row) -> Text:
    korean, english = _name(row, "name_ko"), _name(row, "name_en")
    either = _name(row, "name")
    if either:
        guessed = text_of(either)
        korean, english = korean or guessed.ko, english or guessed.en
    if not korean and not english:
        raise _Wrong("name", "empty")
    return Text(korean, english)


def _name(row: Row, column: str) -> str | None:
    value = _text(row, column)
    try:
        return clean_name(value) if value else None
    except InvalidParameter as error:
        raise _Wrong(column, str(error)) from None


def _gender(row: Row) -> str | None:
    value = (_text(row, "gender") or "").casefold() or None
    if value and value not in GENDERS:
        raise _Wrong("gender", f"{value!r}; it must be one of: {', '.join(GENDERS)}, or empty")
    return value


def _date(row: Row, column: str) -> str | None:
    value = _text(row, column)
    if value and not DATE.fullmatch(value):
        raise _Wrong(column, f"{value!r} is no date; write 1993, 1993-05 or 1993-05-16")
    return value


def _credit(row: Row, given: Credit | None) -> Credit | None:
    given = given or Credit(None, None, None, None)
    source, url = _text(row, "source"), _text(row, "licence_url")
    own = Credit(
        author=_text(row, "author") or given.author,
        licence=_text(row, "licence") or given.licence,
        licence_url=_address("licence_url", url) if url else given.licence_url,
        source_url=_address("source", source) if source else given.source_url,
    )
    return None if own == Credit(None, None, None, None) else own


def _pictures(row: Row, folder: Path) -> tuple[Picture, ...]:
    names = _list(row, "images")
    if not names:
        raise _Wrong("images", "empty")
    return tuple(_picture(name, folder.resolve()) for name in names)


def _picture(name: str, folder: Path) -> Picture:
    if urlsplit(name).scheme in ("http", "https", "file", "ftp", "data"):
        raise _Wrong("images", f"{name!r} is an address; a table names files in its own folder")
    try:
        path = _file(folder, name)
        if not path.is_relative_to(folder):
            raise _Wrong("images", f"{name!r} leaves the folder of the table")
        if not path.is_file():
            raise _Wrong("images", f"there is no file {name!r}")
    except (OSError, ValueError):
        raise _Wrong("images", f"{name!r} cannot be the name of a file") from None
    if not is_image(path):
        raise _Wrong("images", f"{name!r} is not an image")
    return picture(path, folder)


def _file(folder: Path, name: str) -> Path:
    """The file of that name, whichever of Unicode's two forms the table and the disk use."""
    spellings = (name, unicodedata.normalize("NFC", name), unicodedata.normalize("NFD", name))
    paths = [(folder / each).resolve() for each in spellings]
    return next((path for path in paths if path.is_file()), paths[0])


def _address(column: str, value: str) -> str:
    try:
        return web_address(value)
    except InvalidParameter as error:
        raise _Wrong(column, str(error)) from None


def _text(row: Row, column: str) -> str | None:
    value = row.get(column, "")
    if isinstance(value, list):
        raise _Wrong(column, "must be one text, not a list")
    return value.strip() or None


def _list(row: Row, column: str) -> list[str]:
    value = row.get(column, "")
    parts = value.split(";") if isinstance(value, str) else value
    return [part.strip() for part in parts if part.strip()]
