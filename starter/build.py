"""Makes the starter gallery from folders of portraits and reviewed tables.

    python -m starter.build --portraits DIR --hangul DIR

The portraits are read, embedded and forgotten: only vectors, appearances and facts are kept.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import click
import numpy as np

from lookalike import config
from lookalike.cli.terminal import FOLDER, progress
from lookalike.errors import PhotoError
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.appearance.appearance import SIZE, Appearance
from lookalike.faces.models.manifest import LITE0, Folders, check_there
from lookalike.faces.vectors import Floats
from lookalike.gallery import starter
from lookalike.gallery.people import Person
from lookalike.gallery.starter import appearances
from starter import facts


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
        portraits: `names.csv` (qid, file) and the photos.
        hangul: photos named after the person in Hangul.
        tables: `names_ko.csv`, `names_en.csv`, `facts.csv`, `excluded.csv` and `faults.csv`,
            reviewed by hand.
    """
    left_out = {row["id"]: "reviewed list" for row in facts.rows(tables / "excluded.csv")}
    left_out |= {row["id"]: row["reason"] for row in facts.rows(tables / "faults.csv")}
    named, known = facts.names(tables), facts.people(tables)
    for key, photo in [*_by_id(portraits), *_by_name(hangul)]:
        if key in left_out:
            yield key, left_out[key]
        elif not named[key].known:
            yield key, "no name"
        elif key not in known:
            yield key, "no facts"
        else:
            yield Candidate(known[key], photo)


def build(found: Iterable[Candidate | tuple[str, str]], analyzer: Analyzer, out: Path) -> Report:
    """Embed every candidate's portrait and write the gallery to the folder `out`."""
    people, vectors, left_out = [], [], []
    looks: list[Appearance | None] = []
    for each in found:
        if isinstance(each, tuple):
            left_out.append(each)
            continue
        try:
            photo = each.photo.read_bytes()
            face = analyzer.analyze(photo, appearances=True).main_face()
        except PhotoError as error:
            left_out.append((each.person.id, str(error)))
            continue
        people.append(each.person)
        vectors.append(face.embedding)
        looks.append(face.appearance)
    save(out, people, np.array(vectors), looks, analyzer.embedder.contract)
    return Report(len(people), tuple(left_out))


def _by_id(folder: Path) -> Iterator[tuple[str, Path]]:
    """Photos by the Wikidata ids of whom they show."""
    for row in facts.rows(folder / "names.csv"):
        yield row["qid"], folder / row["file"]


def _by_name(folder: Path) -> Iterator[tuple[str, Path]]:
    """Photos by the names in Hangul of whom they show."""
    for path in sorted(folder.glob("*.jpg")):
        yield unicodedata.normalize("NFC", path.stem), path


def save(
    folder: Path,
    people: list[Person],
    vectors: Floats,
    looks: list[Appearance | None],
    contract: str,
) -> None:
    """Write the four files, people in the order of their ids so that changes show in a diff."""
    order = sorted(range(len(people)), key=lambda place: people[place].id)
    facts.write(folder, (people[place] for place in order), contract)
    np.save(folder / "vectors.npy", vectors[order].astype(np.float16))
    unknown = bytes(SIZE)
    packed = b"".join(look.packed() if look else unknown for look in (looks[p] for p in order))
    rows = np.frombuffer(packed, np.uint8).reshape(len(people), SIZE)
    np.save(folder / appearances.FILE, rows)


@click.command()
@click.option("--portraits", type=FOLDER, required=True, help="Folder with names.csv.")
@click.option("--hangul", type=FOLDER, required=True, help="Folder of photos named in Hangul.")
@click.option("--tables", type=FOLDER, help="Folder of the reviewed tables; this one unless set.")
@click.option("--out", type=FOLDER, help="Where to write; the installed package unless set.")
def main(portraits: Path, hangul: Path, tables: Path | None, out: Path | None) -> None:
    """Make the gallery that ships with the package."""
    # Built once and used by everyone: exact arithmetic is worth its time here.
    settings = replace(config.load(), precision="float32")
    check_there(LITE0.model, Folders.of(settings))
    analyzer = Analyzer(settings)
    found = list(candidates(portraits, hangul, tables or facts.TABLES))
    with progress() as bar:
        followed = bar.track(found, description="Reading portraits")
        report = build(followed, analyzer, out or Path(starter.__file__).parent)
    click.echo(f"{report.people} people; {len(report.left_out)} left out:")
    for reason, count in report.reasons().items():
        names = ", ".join(name for name, why in report.left_out if why == reason)
        click.echo(f"  {count:4} {reason}: {names}")


if __name__ == "__main__":
    main()
