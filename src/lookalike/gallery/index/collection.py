"""One collection in memory: its people by the mean of their portraits, and its faces one by one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

import numpy as np

from lookalike.faces.vectors import Floats, unit
from lookalike.gallery.embeddings import FaceEmbedding, PeopleEmbeddings
from lookalike.gallery.index.codes import Codes
from lookalike.gallery.index.vectors import Hit, VectorIndex
from lookalike.gallery.people import EVERYONE, Person, Who

Ids = Collection[str]
# Read everyone, or the people of those ids.
ReadPeople = Callable[[Ids | None], PeopleEmbeddings]
# Read all faces, or those of some people and those of some ids.
ReadFaces = Callable[[Ids | None, Ids | None], Sequence[FaceEmbedding]]


class PeopleIndex:
    """The people of a collection.

    A person is known by the mean of their portraits: it ranks the right one first more often than
    the best single portrait does, by 1.2 points with three of them and by 2.9 on Korean faces
    (`python -m benchmarks.evaluation portraits`).

    Attributes:
        by_id: everyone, those too who have no portrait.
        vectors: the means, by id.
    """

    def __init__(self, people: Iterable[Person], vectors: VectorIndex) -> None:
        self.by_id = {person.id: person for person in people}
        self.vectors = vectors
        self._among: dict[Who, tuple[str, ...]] = {}

    def update(self, found: PeopleEmbeddings, asked: Ids) -> None:
        """Bring the people of the ids `asked` to what was found; others of them are gone."""
        self._among.clear()
        known, means = _means(found)
        for each in set(asked) - {each.id for each in found.people}:
            self.by_id.pop(each, None)
        self.vectors.remove(set(asked) - set(known))
        self.vectors.put(known, means)
        self.by_id |= {person.id: person for person in found.people}

    def nearest(self, probe: Floats, limit: int, who: Who = EVERYONE) -> list[Hit]:
        """The people nearest to a (dimension,) probe, by id, best first."""
        if who == EVERYONE:
            return self.vectors.nearest(probe, limit)
        if who not in self._among:
            self._among[who] = tuple(id for id, each in self.by_id.items() if who.holds(each))
        return self.vectors.nearest(probe, limit, self._among[who])


class FaceIndex:
    """The faces of a collection, those of nobody too.

    Attributes:
        vectors: by id of the face.
    """

    def __init__(self, faces: Iterable[FaceEmbedding], vectors: VectorIndex) -> None:
        self.vectors = vectors
        self._owners: dict[str, str | None] = {}
        self._of_person: dict[str, set[str]] = {}
        self._own(faces)

    def update(self, found: Sequence[FaceEmbedding], people: Ids, ids: Ids) -> None:
        """Bring the faces of some people, and some faces by id, to what was found."""
        asked = set(ids).union(*(self._of_person.get(each, ()) for each in people))
        self._disown(asked)
        names, vectors = _stacked(found)
        self.vectors.remove(asked - set(names))
        self.vectors.put(names, vectors)
        self._own(found)

    def _own(self, faces: Iterable[FaceEmbedding]) -> None:
        for each in faces:
            self._owners[each.id] = each.person
            if each.person is not None:
                self._of_person.setdefault(each.person, set()).add(each.id)

    def _disown(self, ids: Iterable[str]) -> None:
        for each in ids:
            owner = self._owners.pop(each, None)
            if owner is not None:
                self._of_person[owner].discard(each)


class CollectionIndex:
    """People and faces, each read when first asked for. Not safe to change while it is searched:
    `Gallery` does both under one lock."""

    def __init__(
        self,
        collection: str,
        read_people: ReadPeople,
        read_faces: ReadFaces,
        dimension: int,
        codes: Codes | None = None,
    ) -> None:
        """
        Args:
            codes: those of large collections; None: it is searched without.
        """
        self._collection = collection
        self._read_people = read_people
        self._read_faces = read_faces
        self._dimension = dimension
        self._codes = codes
        self._people: PeopleIndex | None = None
        self._faces: FaceIndex | None = None

    @property
    def people(self) -> PeopleIndex:
        if self._people is None:
            found = self._read_people(None)
            self._people = PeopleIndex(found.people, self._opened("people", *_means(found)))
        return self._people

    @property
    def faces(self) -> FaceIndex:
        if self._faces is None:
            found = self._read_faces(None, None)
            self._faces = FaceIndex(found, self._opened("faces", *_stacked(found)))
        return self._faces

    def update(self, people: Ids, faces: Ids) -> None:
        """Read again, of what is in memory, some people and some faces by id."""
        if people and self._people is not None:
            self._people.update(self._read_people(people), people)
            self._see_to("people", self._people.vectors)
        if self._faces is not None:
            self._faces.update(self._read_faces(people, faces), people, faces)
            self._see_to("faces", self._faces.vectors)

    def _opened(self, kind: str, names: Sequence[str], vectors: Floats) -> VectorIndex:
        rows = vectors.reshape(len(names), self._dimension)
        if self._codes is None:
            return VectorIndex.of(names, rows)
        opened = self._codes.opened(f"{self._collection}/{kind}", names, rows)
        self._see_to(kind, opened)
        return opened

    def _see_to(self, kind: str, vectors: VectorIndex) -> None:
        if self._codes is not None:
            self._codes.see_to(f"{self._collection}/{kind}", vectors)


def _means(found: PeopleEmbeddings) -> tuple[list[str], Floats]:
    """The ids of those who have a portrait, and the means of their portraits: (people, dimension)
    of length 1, in the same order."""
    if not len(found.owners):
        return [], np.empty(0, np.float32)
    first = np.searchsorted(found.owners, np.arange(found.owners[-1] + 1))
    sums: Floats = np.add.reduceat(found.vectors, first, axis=0)
    means = unit(sums)
    return [each.id for each in found.people[: len(means)]], means


def _stacked(faces: Sequence[FaceEmbedding]) -> tuple[list[str], Floats]:
    """Ids, and their vectors in the same order: (faces, dimension)."""
    return [each.id for each in faces], np.array([each.vector for each in faces], np.float32)
