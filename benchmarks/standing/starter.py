"""The starter gallery as a crowd, and the crowds in it that visitors choose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from lookalike.faces.appearance.appearance import OF_OUTLINE, OF_SHAPE
from lookalike.faces.vectors import Floats
from lookalike.gallery import starter
from lookalike.gallery.people import FIELDS, Origin, Person, Who
from lookalike.gallery.starter.appearances import StarterAppearances
from lookalike.scores.standing import Faces

# Of a field alone, with so many people.
_FIELD = 30


@dataclass(frozen=True, slots=True, eq=False)
class Gallery:
    """Everybody who ships."""

    people: tuple[Person, ...]
    vectors: Floats
    looks: Floats

    @property
    def faces(self) -> Faces:
        return Faces(self.vectors, self.looks)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(each.name.en or "" for each in self.people)

    @property
    def korean(self) -> NDArray[np.bool_]:
        return np.array([each.origin == "korean" for each in self.people])

    @property
    def women(self) -> NDArray[np.bool_]:
        return np.array([each.gender == "female" for each in self.people])

    def crowd(self, who: Who) -> Faces:
        """Those for whom `who` holds."""
        rows = np.array([who.holds(each) for each in self.people])
        return Faces(self.vectors[rows], self.looks[rows])


def gallery(contract: str) -> Gallery:
    shipped = starter.load(contract)
    known = StarterAppearances(shipped.people).of([each.id for each in shipped.people])
    nothing = np.zeros(OF_SHAPE + OF_OUTLINE, np.float32)
    looks = [known[each.id].numbers if each.id in known else nothing for each in shipped.people]
    return Gallery(shipped.people, shipped.vectors, np.array(looks))


def offered(everybody: Gallery) -> Iterator[Who]:
    """Whom visitors choose: by gender, by origin, the living; and by a field alone."""
    origins: tuple[Origin | None, ...] = (None, *get_args(Origin))
    for living, gender, origin in product((False, True), (None, "female", "male"), origins):
        yield Who(gender=gender, origin=origin, living=living)
    for field in FIELDS:
        if sum(field in each.fields for each in everybody.people) >= _FIELD:
            yield Who(field=field)
