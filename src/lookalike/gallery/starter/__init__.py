"""The gallery that ships with the package: facts and vectors of about 1,200 people, no pixels.

`people.jsonl` holds one person a line, `vectors.npy` their (n, dimension) float16 vectors in the
same order, `about.json` the format and the contract they were made with. In the repository
`python -m starter.build` makes all three, and `python -m starter.facts` the facts alone.
"""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import numpy as np

from lookalike.errors import ContractMismatch
from lookalike.faces.vectors import Floats, unit
from lookalike.gallery.embeddings import PeopleEmbeddings
from lookalike.gallery.people import Person, Text

COLLECTION = "starter"
# Of `people.jsonl`. 2: with gender, country, fields and groups of everybody.
FORMAT = 2


def fits(contract: str) -> bool:
    """Whether its vectors are of that contract."""
    return _made_with() == contract


def nobody() -> PeopleEmbeddings:
    """What stands in its place when it does not fit."""
    return PeopleEmbeddings(COLLECTION, (), np.empty(0, np.float32), np.empty(0, np.intp))


def load(contract: str) -> PeopleEmbeddings:
    """The starter gallery.

    Raises:
        ContractMismatch: it was made with another model.
    """
    lines = (resources.files(__package__) / "people.jsonl").read_text("utf-8").splitlines()
    return PeopleEmbeddings(
        id=COLLECTION,
        people=tuple(_person(json.loads(line)) for line in lines),
        vectors=vectors(contract),
        owners=np.arange(len(lines), dtype=np.intp),
    )


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
