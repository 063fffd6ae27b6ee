"""The gallery that ships with the package: facts and vectors of about 1,200 people, no pixels.

`people.jsonl` holds one person a line, `vectors.npy` their (n, dimension) float16 vectors in the
same order, `appearances.npy` how they look, `about.json` the format and the contract they were made
with. In the repository `python -m starter.build` makes all four, and `python -m starter.facts` the
facts alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import numpy as np

from lookalike.database.changes import Change, Mark
from lookalike.errors import ContractMismatch
from lookalike.faces.vectors import Floats, unit
from lookalike.gallery.index.collection import label_of
from lookalike.gallery.index.columns import Columns, encoded
from lookalike.gallery.people import Person, Text

COLLECTION = "starter"
# Of `people.jsonl`. 2: with gender, country, fields and groups of everybody.
FORMAT = 2


@dataclass(frozen=True, slots=True, eq=False)
class Starter:
    """Its people, and (n, dimension) vectors in the same order: everyone has one portrait."""

    people: tuple[Person, ...]
    vectors: Floats

    @property
    def face_ids(self) -> tuple[str, ...]:
        """Of the portraits, the same every time."""
        named = (f"{COLLECTION}/{person.id}/0" for person in self.people)
        return tuple(str(uuid5(NAMESPACE_OID, each)) for each in named)

    def without(self, gone: Callable[[Person], bool]) -> Starter:
        """All but the people of whom that holds."""
        stay = [row for row, person in enumerate(self.people) if not gone(person)]
        return Starter(tuple(self.people[row] for row in stay), self.vectors[stay])


class StarterSource:
    """Its vectors as they are searched; they never change."""

    def __init__(self, starter: Starter) -> None:
        self._starter = starter

    def people(self, ids: Collection[str] | None = None) -> Columns:
        labels = [label_of(each.facts) for each in self._starter.people]
        return self._columns([each.id for each in self._starter.people], labels)

    def faces(
        self, people: Collection[str] | None = None, ids: Collection[str] | None = None
    ) -> Columns:
        return self._columns(self._starter.face_ids, [each.id for each in self._starter.people])

    def since(self, mark: Mark) -> tuple[Sequence[Change], Mark] | None:
        return (), mark

    def _columns(self, names: Sequence[str], labels: Sequence[str]) -> Columns:
        halves = self._starter.vectors.astype(np.float16)
        return Columns.of(encoded(names), encoded(labels), halves)


def fits(contract: str) -> bool:
    """Whether its vectors are of that contract."""
    return _made_with() == contract


def nobody(dimension: int) -> Starter:
    """What stands in its place when it does not fit."""
    return Starter((), np.empty((0, dimension), np.float32))


def load(contract: str) -> Starter:
    """The starter gallery.

    Raises:
        ContractMismatch: it was made with another model.
    """
    lines = (resources.files(__package__) / "people.jsonl").read_text("utf-8").splitlines()
    return Starter(tuple(_person(json.loads(line)) for line in lines), vectors(contract))


def vectors(contract: str) -> Floats:
    """The (n, dimension) vectors of its people.

    Raises:
        ContractMismatch: they were made with another model.
    """
    if not fits(contract):
        raise ContractMismatch(
            f"The starter gallery was made with {_made_with()}, but {contract} is in use; "
            "make it again in the repository with: python -m starter.build"
        )
    with (resources.files(__package__) / "vectors.npy").open("rb") as file:
        return unit(np.load(file).astype(np.float32))


def _made_with() -> str:
    """The contract of the vectors.

    Raises:
        ContractMismatch: it is of another format.
    """
    about = json.loads((resources.files(__package__) / "about.json").read_text("utf-8"))
    if about.get("format") != FORMAT:
        raise ContractMismatch(
            f"The starter gallery has format {about.get('format', 1)}, but this version reads "
            f"{FORMAT}; make it again in the repository with: python -m starter.facts"
        )
    return str(about["contract"])


def _person(row: dict[str, Any]) -> Person:
    return Person(
        id=row["id"],
        collection=COLLECTION,
        name=Text(**row["name"]),
        description=Text(**row.get("description", {})),
        born=row.get("born"),
        died=row.get("died"),
        groups=tuple(row.get("groups", ())),
        gender=row.get("gender"),
        country=row.get("country"),
        fields=tuple(row.get("fields", ())),
        wikidata=row.get("wikidata"),
    )
