"""A change of the model: vectors made anew from thumbnails, and who needs a portrait again.

A collection changes in one transaction, after all its thumbnails were embedded: a run that is
stopped or killed before leaves it as it was, of the old contract, and the next one begins afresh.
Collections follow each other, and those that are done stay done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby

from lookalike.errors import CollectionNotFound
from lookalike.faces.vectors import Floats
from lookalike.faces.workers import Vector, Workers, result
from lookalike.gallery.enrolled import Enrolled
from lookalike.gallery.people import Person
from lookalike.gallery.store import Store

_NO_THUMBNAIL = "no thumbnail was kept"


@dataclass(frozen=True, slots=True)
class Loss:
    """A face that no new vector can be made of, and why."""

    face: Enrolled
    why: str


@dataclass(frozen=True, slots=True)
class Bereft:
    """Someone who loses portraits, or the faces of nobody that are lost.

    Attributes:
        kept: how many of their portraits stay. With none they are not found until they have one.
    """

    person: Person | None
    kept: int
    lost: tuple[Loss, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What a migration of one collection does.

    Attributes:
        contract: the one it leaves.
        vectors: the new vector of every face by its id, None for those that are lost.
        bereft: everyone who loses portraits, those who keep none first.
    """

    collection: str
    contract: str
    vectors: dict[str, Floats | None]
    bereft: tuple[Bereft, ...]

    @property
    def remade(self) -> int:
        return sum(vector is not None for vector in self.vectors.values())


def stale(store: Store, contract: str, collection: str | None = None) -> dict[str, str]:
    """The collections of other contracts with theirs, all or the one that is named.

    Raises:
        CollectionNotFound: there is no collection of that name.
    """
    found = store.contracts()
    if collection is not None and collection not in found:
        known = ", ".join(found) or "none"
        raise CollectionNotFound(
            f"There is no collection {collection!r} of your own; there are: {known}."
        )
    return {
        name: made_with
        for name, made_with in found.items()
        if made_with != contract and collection in (None, name)
    }


def plan(
    store: Store,
    collection: str,
    workers: Workers,
    advance: Callable[[], None] = lambda: None,
) -> Plan:
    """Embed every thumbnail of a collection; nothing is written.

    Args:
        advance: called after each thumbnail.

    Raises:
        SetupError: a worker process was stopped.
    """
    faces = store.enrolled(collection)
    vectors: dict[str, Floats | None] = {each.id: None for each in faces}
    reasons: dict[str, str] = {}
    for face, vector in _embedded(store, collection, workers):
        advance()
        if isinstance(vector, str):
            reasons[face] = vector
        else:
            vectors[face] = vector
    bereft = _bereft(faces, vectors, reasons)
    return Plan(collection, store.contracts()[collection], vectors, bereft)


def _embedded(store: Store, collection: str, workers: Workers) -> Iterator[tuple[str, Vector]]:
    with closing(store.thumbnails(collection)) as kept:
        under_way = ((face, workers.embed(small)) for face, small in kept)
        for face, answer in workers.ahead(under_way):
            yield face, result(answer)


def _bereft(
    faces: tuple[Enrolled, ...], vectors: dict[str, Floats | None], reasons: dict[str, str]
) -> tuple[Bereft, ...]:
    found = []
    for _, group in groupby(faces, key=lambda face: face.person and face.person.id):
        own = list(group)
        lost = tuple(
            Loss(face, reasons.get(face.id, _NO_THUMBNAIL))
            for face in own
            if vectors[face.id] is None
        )
        if lost:
            found.append(Bereft(own[0].person, len(own) - len(lost), lost))
    return tuple(sorted(found, key=lambda each: each.kept > 0))
