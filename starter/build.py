"""Makes the starter gallery from folders of portraits and reviewed tables of names.

    python -m starter.build --portraits DIR --hangul DIR

The portraits are read, embedded and forgotten: only vectors and facts are kept.
"""

from __future__ import annotations

import csv
import json
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import click
import numpy as np

from lookalike import config
from lookalike.cli.terminal import FOLDER, progress
from lookalike.errors import PhotoError
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.vectors import Floats
from lookalike.gallery import starter
from lookalike.gallery.people import Person, Text
from lookalike.gallery.sources.values import stable_id
from lookalike.gallery.starter import COLLECTION


@dataclass(frozen=True, slots=True)
class Candidate:
    """Someone who may enter the gallery, and the photo to enter with."""

    person: Person
    photo: Path


@dataclass(frozen=True, slots=True)
class Report:
    """How many people entered, and who was left out and why."""

    people: int
    left_out: tuple[tuple[str, str], ...]

    def reasons(self) -> dict[str, int]:
        return dict(Counter(reason for _, reason in self.left_out).most_common())


def candidates(
    portraits: Path, hangul: Path, tables: Path
) -> Iterator[Candidate | tuple[str, str]]:
    """Everyone in the two folders: a candidate, or a name and why it is left out.

    Args:
        portraits: `names.csv` (qid, birth, death, description, file) and the photos.
        hangul: photos named after the person in Hangul.
        tables: `names_ko.csv`, `names_en.csv`, `excluded.csv` and `faults.csv`, reviewed by hand.
    """
    left_out = {row["id"]: "reviewed list" for row in _rows(tables / "excluded.csv")}
    left_out |= {row["id"]: row["reason"] for row in _rows(tables / "faults.csv")}
    everyone = [*_from_wikidata(portraits, tables), *_from_hangul(hangul, tables)]
    for candidate in everyone:
        key = candidate.person.wikidata or candidate.person.name.ko or ""
        if key in left_out:
            yield key, left_out[key]
        else:
            yield candidate


def build(found: Iterable[Candidate | tuple[str, str]], analyzer: Analyzer, out: Path) -> Report:
    """Embed every candidate's portrait and write the gallery to the folder `out`."""
    people, vectors, left_out = [], [], []
    for each in found:
        if isinstance(each, tuple):
            left_out.append(each)
            continue
        try:
            face = analyzer.analyze(each.photo.read_bytes()).main_face()
        except PhotoError as error:
            left_out.append((each.person.id, str(error)))
            continue
        people.append(each.person)
        vectors.append(face.embedding)
    save(out, people, np.array(vectors), analyzer.embedder.contract)
    return Report(len(people), tuple(left_out))


def _from_wikidata(folder: Path, tables: Path) -> Iterator[Candidate]:
    names = {row["qid"]: row for row in _rows(tables / "names_ko.csv")}
    for row in _rows(folder / "names.csv"):
        known = names[row["qid"]]
        if known["en"] or known["ko"]:
            person = Person(
                id=row["qid"],
                collection=COLLECTION,
                name=Text(known["ko"] or None, known["en"] or None),
                description=Text(en=row["description"] or None),
                born=row["birth"] or None,
                died=row["death"] or None,
                wikidata=row["qid"],
            )
            yield Candidate(person, folder / row["file"])


def _from_hangul(folder: Path, tables: Path) -> Iterator[Candidate]:
    known = {row["hangul"]: row for row in _rows(tables / "names_en.csv")}
    for path in sorted(folder.glob("*.jpg")):
        name = unicodedata.normalize("NFC", path.stem)
        row = known[name]
        person = Person(
            id=stable_id(name),
            collection=COLLECTION,
            name=Text(name, row["en"] or None),
            description=Text(row["description_ko"] or None, row["description_en"] or None),
            groups=tuple(row["groups"].split(";")) if row["groups"] else (),
        )
        yield Candidate(person, path)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def save(folder: Path, people: list[Person], vectors: Floats, contract: str) -> None:
    """Write the three files, people in the order of their ids so that changes show in a diff."""
    order = sorted(range(len(people)), key=lambda place: people[place].id)
    lines = [json.dumps(_row(people[place]), ensure_ascii=False) for place in order]
    (folder / "people.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    np.save(folder / "vectors.npy", vectors[order].astype(np.float16))
    about = {"contract": contract, "people": len(people)}
    (folder / "about.json").write_text(json.dumps(about) + "\n", "utf-8")


def _row(person: Person) -> dict[str, Any]:
    """What differs from an empty person; the collection is known."""
    row = asdict(person) | {"name": asdict(person.name), "description": asdict(person.description)}
    row["name"] = {k: v for k, v in row["name"].items() if v}
    row["description"] = {k: v for k, v in row["description"].items() if v}
    return {key: value for key, value in row.items() if value and key != "collection"}


@click.command()
@click.option("--portraits", type=FOLDER, required=True, help="Folder with names.csv.")
@click.option("--hangul", type=FOLDER, required=True, help="Folder of photos named in Hangul.")
@click.option("--tables", type=FOLDER, help="Folder of the reviewed tables; this one unless set.")
@click.option("--out", type=FOLDER, help="Where to write; the installed package unless set.")
def main(portraits: Path, hangul: Path, tables: Path | None, out: Path | None) -> None:
    """Make the gallery that ships with the package."""
    # Built once and used by everyone: exact arithmetic is worth its time here.
    analyzer = Analyzer(replace(config.load(), precision="float32"))
    found = list(candidates(portraits, hangul, tables or Path(__file__).parent))
    with progress() as bar:
        followed = bar.track(found, description="Reading portraits")
        report = build(followed, analyzer, out or Path(starter.__file__).parent)
    click.echo(f"{report.people} people; {len(report.left_out)} left out:")
    for reason, count in report.reasons().items():
        names = ", ".join(name for name, why in report.left_out if why == reason)
        click.echo(f"  {count:4} {reason}: {names}")


if __name__ == "__main__":
    main()
