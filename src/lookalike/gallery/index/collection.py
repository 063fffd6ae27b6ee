"""One collection in memory: its people by the mean of their portraits, and its faces one by one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lookalike.faces.vectors import Floats, unit
from lookalike.gallery.index.named import Hit, NamedIndex
from lookalike.gallery.people import Person


@dataclass(frozen=True, slots=True, eq=False)
class Roster:
    """Everyone in a collection: people, and (n, dimension) vectors with the row of their person.

    Those without a portrait, as a change of the model may leave some, come last.
    """

    id: str
    people: tuple[Person, ...]
    vectors: Floats
    owners: NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class FaceVector:
    """A face as it is searched; `person` is None for a face of nobody."""

    id: str
    person: str | None
    vector: Floats


@dataclass(frozen=True, slots=True)
class Who:
    """Whom to search for: everything that is given must hold.

    Attributes:
        group: name of a group, in any case.
        gender: as the source states it; those of whom none does are left out.
    """

    group: str | None = None
    gender: str | None = None

    def holds(self, person: Person) -> bool:
        groups = {each.casefold() for each in person.groups}
        return (self.group is None or self.group.casefold() in groups) and (
            self.gender is None or self.gender == person.gender
        )


EVERYONE = Who()


class Members:
    """The people of a collection.

    A person is known by the mean of their portraits: it ranks the right one first more often than
    the best single portrait does, by 1.2 points with three of them and by 2.9 on Korean faces
    (`python -m benchmarks.evaluation portraits`).
    """

    def __init__(self, roster: Roster, dimension: int, kept: Path | None = None) -> None:
        """
        Args:
            kept: folder where the codes of many people are kept.
        """
        self.people = {person.id: person for person in roster.people}
        means = _means(roster.vectors, roster.owners)
        self.index = NamedIndex(_known(roster, means), means, dimension, kept)
        self._among: dict[Who, tuple[str, ...]] = {}

    def update(self, roster: Roster, asked: Iterable[str]) -> None:
        """Bring the people of the ids `asked` to what the roster says; others of them are gone."""
        self._among.clear()
        means = _means(roster.vectors, roster.owners)
        known = _known(roster, means)
        gone = set(asked) - {each.id for each in roster.people}
        for each in gone:
            self.people.pop(each, None)
        self.index.remove(set(asked) - set(known))
        self.index.put(known, means)
        self.people |= {person.id: person for person in roster.people}

    def nearest(self, probe: Floats, limit: int, who: Who = EVERYONE) -> list[Hit]:
        """The people nearest to a (dimension,) probe, best first."""
        return self.index.nearest(probe, limit, self._of(who))

    def vector(self, person_id: str) -> Floats | None:
        """The mean of a person's portraits; None: they have none."""
        return self.index.vector(person_id) if person_id in self.index else None

    def _of(self, who: Who) -> tuple[str, ...] | None:
        if who == EVERYONE:
            return None
        if who not in self._among:
            self._among[who] = tuple(id for id, each in self.people.items() if who.holds(each))
        return self._among[who]


class Faces:
    """The faces of a collection, those of nobody too."""

    def __init__(
        self, faces: Sequence[FaceVector], dimension: int, kept: Path | None = None
    ) -> None:
        """
        Args:
            kept: folder where the codes of many faces are kept.
        """
        self._owners: dict[str, str | None] = {}
        self._of_person: dict[str, set[str]] = {}
        self._own(faces)
        self.index = NamedIndex([each.id for each in faces], _stacked(faces), dimension, kept)

    def update(
        self, faces: Sequence[FaceVector], people: Iterable[str], ids: Iterable[str]
    ) -> None:
        """Bring the faces of some people, and some faces by id, to what `faces` says."""
        asked = set(ids).union(*(self._of_person.get(each, ()) for each in people))
        self._disown(asked)
        self.index.remove(asked - {each.id for each in faces})
        self.index.put([each.id for each in faces], _stacked(faces))
        self._own(faces)

    def nearest(self, probe: Floats, limit: int) -> list[Hit]:
        """The faces nearest to a (dimension,) probe, best first."""
        return self.index.nearest(probe, limit)

    def vector(self, face_id: str) -> Floats | None:
        """The vector of a face; None: there is no such face."""
        return self.index.vector(face_id) if face_id in self.index else None

    def _own(self, faces: Sequence[FaceVector]) -> None:
        for each in faces:
            self._owners[each.id] = each.person
            if each.person is not None:
                self._of_person.setdefault(each.person, set()).add(each.id)

    def _disown(self, ids: Iterable[str]) -> None:
        for each in ids:
            owner = self._owners.pop(each, None)
            if owner is not None:
                self._of_person[owner].discard(each)


def _known(roster: Roster, means: Floats) -> list[str]:
    """The ids of those who have a portrait."""
    return [each.id for each in roster.people[: len(means)]]


def _means(vectors: Floats, owners: NDArray[np.intp]) -> Floats:
    """(people, dimension) of length 1: the mean of each person's portraits, in their order."""
    if not len(owners):
        return np.empty(0, np.float32)
    first = np.searchsorted(owners, np.arange(owners[-1] + 1))
    sums: Floats = np.add.reduceat(vectors, first, axis=0)
    return unit(sums)


def _stacked(faces: Sequence[FaceVector]) -> Floats:
    return np.array([each.vector for each in faces], np.float32)
