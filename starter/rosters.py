"""Makes the rosters that ship: who of the starter gallery, and of a table of idols, is on which.

    python -m starter.rosters [idols.csv]

`korea` and `world` come from the starter gallery. The table of idols has the columns stage_name,
hangul, birth_name, birth_name_hangul, group and birth_date.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from lookalike.faces.models.manifest import SFACE
from lookalike.gallery import starter
from lookalike.gallery.people import Person
from lookalike.gallery.sources.values import clean_name
from lookalike.gallery.wikimedia.occupations import fields_in
from lookalike.gallery.wikimedia.rosters import shipped

_KOREA = ("name_ko", "name_en", "groups", "occupations")
_WORLD = ("wikidata", "name_ko", "name_en")
_KPOP = ("groups", "name_ko", "name_en", "birth_name_ko", "birth_name_en", "born")
# Full names in Hangul up to this length are written without a space.
_SYLLABLES = 4


def korea(people: Iterable[Person]) -> str:
    """Those of the starter who are known by name alone."""
    return _csv(_KOREA, (_korean(each) for each in people if not each.wikidata))


def world(people: Iterable[Person]) -> str:
    """Those of the starter who have a Wikidata id."""
    return _csv(
        _WORLD,
        (
            {"wikidata": each.wikidata, "name_ko": each.name.ko or "", "name_en": each.name.en}
            for each in people
            if each.wikidata
        ),
    )


def kpop(path: Path) -> str:
    """The idols of a table."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return _csv(_KPOP, (_idol(row) for row in csv.DictReader(file)))


def _korean(person: Person) -> dict[str, str]:
    words = [word.strip() for word in (person.description.ko or "").split(",")]
    return {
        "name_ko": person.name.ko or "",
        "name_en": person.name.en or "",
        "groups": ";".join(person.groups),
        "occupations": ";".join(word for word in words if fields_in([word])),
    }


def _idol(row: Mapping[str, str]) -> dict[str, str]:
    return {
        "groups": row["group"],
        "name_ko": _korean_name(row["hangul"]),
        "name_en": row["stage_name"],
        "birth_name_ko": _korean_name(row["birth_name_hangul"]),
        "birth_name_en": row["birth_name"],
        "born": _date(row["birth_date"]),
    }


def _korean_name(words: str) -> str:
    name = clean_name(words) if words.strip() else ""
    joined = name.replace(" ", "")
    return joined if len(joined) <= _SYLLABLES else name


def _date(words: str) -> str:
    """An ISO date; some are written as `September 14, 1991`."""
    if "," not in words:
        return words
    return datetime.strptime(words, "%B %d, %Y").date().isoformat()


def _csv(columns: tuple[str, ...], rows: Iterable[Mapping[str, str | None]]) -> str:
    written = io.StringIO()
    writer = csv.DictWriter(written, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(_sorted(rows, columns))
    return written.getvalue()


def _sorted(
    rows: Iterable[Mapping[str, str | None]], columns: tuple[str, ...]
) -> Iterator[Mapping[str, str | None]]:
    yield from sorted(rows, key=lambda row: [row[column] or "" for column in columns])


def main(arguments: list[str]) -> None:
    people = starter.load(SFACE.contract).people
    made = {"korea": korea(people), "world": world(people)}
    if arguments:
        made["kpop"] = kpop(Path(arguments[0]))
    for name, text in made.items():
        path = shipped(name)
        assert path is not None
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
