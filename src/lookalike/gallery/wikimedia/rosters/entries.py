"""A roster: an explicit list of the people a gallery shall have, by Wikidata id or by name.

A text file has one id or name a line, and `#` begins a comment. A CSV file has the columns below,
each of them optional; what it states beside a name tells people of that name apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lookalike.errors import InvalidParameter
from lookalike.gallery.people import Text
from lookalike.gallery.sources import csv_file
from lookalike.gallery.sources.columns import DATE, Row
from lookalike.gallery.sources.report import LeftOut
from lookalike.gallery.sources.table import known_columns
from lookalike.gallery.sources.values import clean_name, text_of, wikidata_id
from lookalike.gallery.wikimedia import rosters

COLUMNS = (
    "wikidata",
    "name",
    "name_ko",
    "name_en",
    "birth_name_ko",
    "birth_name_en",
    "groups",
    "born",
    "occupations",
)
_NAMES = ("name", "name_ko", "name_en", "birth_name_ko", "birth_name_en")
_LIKE_AN_ID = re.compile(r"[QqPpLlMm]\d+|\S*\bwikidata\.org/\S*")
_COMMENT = re.compile(r"(^|\s)#.*")


@dataclass(frozen=True, slots=True)
class Entry:
    """Someone on a roster.

    Attributes:
        where: line or row.
        wikidata: id, used as it is; the rest is for people without one.
        name: what they are known by.
        names: by all of which they are searched for, `name` included.
        groups, born, occupations: as the roster states them.
    """

    where: str
    wikidata: str | None
    name: Text
    names: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    born: str | None = None
    occupations: tuple[str, ...] = ()


# What a line of a roster says, or what is wrong with it.
Line = Entry | LeftOut


def read(roster: str) -> tuple[Line, ...]:
    """Everyone on a roster: one that ships with the package, by its name, or a file.

    Raises:
        InvalidParameter: it is neither, or cannot be read.
    """
    path = rosters.shipped(roster) or Path(roster)
    if not path.is_file():
        raise InvalidParameter(
            f"{roster!r} is neither a file nor a roster that ships with Lookalike: "
            f"{', '.join(rosters.NAMES)}."
        )
    return tuple(_table(path) if csv_file.is_table(path) else _text(path))


def _text(path: Path) -> Iterator[Line]:
    for number, line in enumerate(path.read_text(csv_file.encoding_of(path)).splitlines(), 1):
        words = _COMMENT.sub("", line).strip()
        if words:
            yield _checked(f"line {number}", {"wikidata" if _like_an_id(words) else "name": words})


def _table(path: Path) -> Iterator[Line]:
    for number, row in csv_file.rows(path, lambda cells, path: known_columns(cells, path, COLUMNS)):
        where = f"row {number}"
        yield LeftOut(where, row) if isinstance(row, str) else _checked(where, row)


def _checked(where: str, row: Row) -> Line:
    try:
        return _entry(where, {column: str(cell).strip() for column, cell in row.items()})
    except InvalidParameter as error:
        return LeftOut(where, str(error))


def _entry(where: str, row: dict[str, str]) -> Entry:
    wikidata, born = _wikidata(row), row.get("born") or None
    if born and not DATE.fullmatch(born):
        raise InvalidParameter(f"born: {born!r} is no date; write 1993, 1993-05 or 1993-05-16")
    named = {column: clean_name(row[column]) for column in _NAMES if row.get(column)}
    if not wikidata and not named:
        raise InvalidParameter("neither a Wikidata id nor a name")
    either = text_of(named.get("name", ""))
    return Entry(
        where=where,
        wikidata=wikidata,
        name=Text(
            named.get("name_ko") or either.ko or None, named.get("name_en") or either.en or None
        ),
        names=tuple(dict.fromkeys(named.values())),
        groups=_parts(row, "groups"),
        born=born,
        occupations=_parts(row, "occupations"),
    )


def _wikidata(row: dict[str, str]) -> str | None:
    stated = row.get("wikidata")
    try:
        return wikidata_id(stated) if stated else None
    except InvalidParameter:
        raise InvalidParameter(
            f"{stated!r} is no Wikidata id of a person; one looks like Q76"
        ) from None


def _like_an_id(words: str) -> bool:
    return _LIKE_AN_ID.fullmatch(words) is not None


def _parts(row: dict[str, str], column: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in row.get(column, "").split(";") if part.strip())
