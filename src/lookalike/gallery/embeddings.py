"""The embeddings of a collection, as they are searched: of its people, and of its faces."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from uuid import NAMESPACE_OID, uuid5

import numpy as np
from numpy.typing import NDArray

from lookalike.faces.vectors import Floats
from lookalike.gallery.people import Person


@dataclass(frozen=True, slots=True, eq=False)
class FaceEmbedding:
    """The (dimension,) vector of a face; `person` is None for a face of nobody."""

    id: str
    person: str | None
    vector: Floats


@dataclass(frozen=True, slots=True, eq=False)
class PeopleEmbeddings:
    """Everyone in a collection: people, and (n, dimension) vectors with the row of their person.

    Those without a portrait, as a change of the model may leave some, come last.
    """

    id: str
    people: tuple[Person, ...]
    vectors: Floats
    owners: NDArray[np.intp]

    def faces(self) -> tuple[FaceEmbedding, ...]:
        """The portraits one by one, with ids that are the same every time."""
        seen: Counter[str] = Counter()
        found = []
        for owner, vector in zip(self.owners, self.vectors, strict=True):
            person = self.people[owner].id
            face = uuid5(NAMESPACE_OID, f"{self.id}/{person}/{seen[person]}")
            found.append(FaceEmbedding(str(face), person, vector))
            seen[person] += 1
        return tuple(found)

    def without(self, gone: Callable[[Person], bool]) -> PeopleEmbeddings:
        """All but the people of whom that holds."""
        stay = [row for row, person in enumerate(self.people) if not gone(person)]
        if len(stay) == len(self.people):
            return self
        place = {row: number for number, row in enumerate(stay)}
        faces = [face for face, owner in enumerate(self.owners) if int(owner) in place]
        return PeopleEmbeddings(
            id=self.id,
            people=tuple(self.people[row] for row in stay),
            vectors=self.vectors[faces],
            owners=np.array([place[int(self.owners[face])] for face in faces], np.intp),
        )
