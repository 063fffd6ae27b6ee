"""What is known of the people of the starter gallery, from the tables that are reviewed by hand.

    python -m starter.facts

writes it into the gallery that ships; who is in it and their vectors stay as they are.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from lookalike.errors import InvalidParameter
from lookalike.gallery import starter
from lookalike.gallery.people import Person, Text
from lookalike.gallery.sources import columns
from lookalike.gallery.sources.values import stable_id
from lookalike.gallery.starter import COLLECTION, FORMAT
from lookalike.gallery.wikimedia.finding import table

TABLES = Path(__file__).parent


def people(tables: Path = TABLES) -> dict[str, Person]:
    """Everybody of `facts.csv` by the key that the tables know them by: a Wikidata id, or a name
    in Hangul."""
    named = names(tables)
    found = {row["name"]: row["wikidata"] for row in table.read(tables / "wikidata.csv")}
    return {
        row["id"]: _person(row, named[row["id"]], found.get(row["id"], ""))
        for row in rows(tables / "facts.csv")
    }


def names(tables: Path) -> dict[str, Text]:
    """The names by the same keys; of people who are left out too."""
    known = {
        row["qid"]: Text(row["ko"] or None, row["en"] or None)
        for row in rows(tables / "names_ko.csv")
    }
    for row in rows(tables / "names_en.csv"):
        known[row["hangul"]] = Text(row["hangul"], row["en"] or None)
    return known


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(folder: Path, people: Iterable[Person], contract: str) -> None:
    """Write `people.jsonl` and `about.json`."""
    lines = [json.dumps(_row(each), ensure_ascii=False) for each in people]
    (folder / "people.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    about = {"format": FORMAT, "contract": contract, "people": len(lines)}
    (folder / "about.json").write_text(json.dumps(about) + "\n", "utf-8")


def _person(row: Mapping[str, str], name: Text, found: str) -> Person:
    """As any table of people is read; `name` and `source` are for whoever reads this one.

    Args:
        found: the Wikidata id of somebody whom the tables know by name, or nothing.
    """
    own = row["id"] if row["id"].startswith("Q") else ""
    wikidata = own or found
    stated = {each: value for each, value in row.items() if each not in ("id", "name", "source")}
    known = {"name_ko": name.ko or "", "name_en": name.en or "", "wikidata": wikidata}
    try:
        person = columns.person(stated | known, COLLECTION)
    except InvalidParameter as error:
        raise InvalidParameter(f"facts.csv, {row['id']}: {error}") from error
    return replace(person, id=own or stable_id(row["id"]))


def _row(person: Person) -> dict[str, Any]:
    """What differs from an empty person; the collection is known."""
    row = asdict(person) | {"name": asdict(person.name), "description": asdict(person.description)}
    row["name"] = {k: v for k, v in row["name"].items() if v}
    row["description"] = {k: v for k, v in row["description"].items() if v}
    return {key: value for key, value in row.items() if value and key != "collection"}


def main() -> None:
    folder = Path(starter.__file__).parent
    known = {each.id: each for each in people().values()}
    # Not with `starter.load`, which refuses files of an older format.
    shipped = (folder / "people.jsonl").read_text("utf-8").splitlines()
    contract = json.loads((folder / "about.json").read_text("utf-8"))["contract"]
    write(folder, [known[json.loads(line)["id"]] for line in shipped], contract)


if __name__ == "__main__":
    main()
