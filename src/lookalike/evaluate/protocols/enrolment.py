"""Who of a folder or of two tables is enrolled and who is probed: protocols of identification."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lookalike.errors import InvalidParameter
from lookalike.evaluate.protocols.identification import COLUMNS
from lookalike.evaluate.protocols.table import Table
from lookalike.gallery.names.spelling import folded
from lookalike.gallery.sources.image_file import is_image

# Person -> what is known of them, by column.
PeopleColumns = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class EnrolmentRow:
    """One row of a protocol; see `identification.table`."""

    file: Path
    person: str
    role: str
    round: int = 1


@dataclass(frozen=True, slots=True)
class Split:
    """How a folder is split.

    Attributes:
        portraits: how many of each person's photos are enrolled, drawn by chance.
        left_out: the share of people who are not enrolled, drawn by chance, 0 to 1.
        rounds: how often both are drawn.
    """

    portraits: int = 1
    left_out: float = 0.0
    rounds: int = 1
    seed: int = 0


def folder(root: Path, split: Split) -> Iterator[EnrolmentRow]:
    """One folder a person; those with too few photos for a probe are not part of it.

    Raises:
        InvalidParameter: nobody has enough photos.
    """
    people = {
        own.name: [path for path in sorted(own.iterdir()) if is_image(path)]
        for own in sorted(root.iterdir())
        if own.is_dir()
    }
    able = {name: photos for name, photos in people.items() if len(photos) > split.portraits}
    if not able:
        raise InvalidParameter(
            f"Nobody below {root} has more than {split.portraits} photos in a folder of their own."
        )
    random = np.random.default_rng(split.seed)
    for number in range(1, split.rounds + 1):
        absent = set(random.permutation(list(able))[: round(split.left_out * len(able))].tolist())
        for name, photos in able.items():
            enrolled = set(random.permutation(len(photos))[: split.portraits].tolist())
            for place, path in enumerate(photos):
                enrols = place in enrolled and name not in absent
                yield EnrolmentRow(path, name, "enrol" if enrols else "probe", number)


@dataclass(frozen=True, slots=True)
class RoleTable:
    """A table whose photos all have one role.

    Attributes:
        column: of the files.
        root: what these are relative to; the table's own folder if None.
        role: enrol or probe.
    """

    rows: Table
    column: str
    root: Path | None
    role: str


def tables(given: Iterable[RoleTable], person: str) -> Iterator[EnrolmentRow]:
    """What several tables list.

    Args:
        person: the column of each that says who it is.

    Raises:
        InvalidParameter: a photo is missing.
    """
    for each in given:
        photos, places = each.rows.photos((folded(each.column),), each.root)
        paths = tuple(photos.values())
        for place, who in zip(places[:, 0], each.rows.columns[folded(person)], strict=True):
            yield EnrolmentRow(paths[place], who, each.role)


def people_columns(rows: Table) -> PeopleColumns:
    """What a table with a column `person` says of each."""
    names = [name for name in rows.columns if name != "person"]
    return {
        person: {name: rows.columns[name][place] for name in names}
        for place, person in enumerate(rows.columns["person"])
    }


def write(rows: Iterable[EnrolmentRow], to: Path, known: PeopleColumns | None = None) -> int:
    """Write a protocol, files relative to where it lies, and say how many rows it has.

    Args:
        known: becomes further columns, to group by.
    """
    known = known or {}
    further = list(dict.fromkeys(name for each in known.values() for name in each))
    made = list(rows)
    with to.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*COLUMNS, "round", *further])
        for row in made:
            path = Path(os.path.relpath(row.file, to.parent)).as_posix()
            own = known.get(row.person, {})
            cells = (own.get(name, "") for name in further)
            writer.writerow([path, row.person, row.role, row.round, *cells])
    return len(made)
