"""Portraits of a pack of another model: their vectors are made anew from their thumbnails."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace

from lookalike.faces.workers import Vector, Workers, result
from lookalike.gallery.people import Person
from lookalike.gallery.rows import Portrait

_NO_THUMBNAIL = "its vector is of another model, and there is no thumbnail to make one from"


@dataclass(frozen=True, slots=True)
class Unusable:
    """A portrait that no vector can be made of: where it is from, and why."""

    where: str
    why: str


def remade(
    people: Iterable[tuple[Person, Sequence[Portrait]]], known: Container[str], workers: Workers
) -> Iterator[tuple[Person, list[Portrait | Unusable]]]:
    """The same people with the same portraits, as vectors of the model in use.

    Args:
        known: ids of images that nobody needs a vector of: they are enrolled.
    """
    under_way = (
        (person, [(each, _begun(each, known, workers)) for each in portraits])
        for person, portraits in people
    )
    for person, pairs in workers.ahead(under_way):
        yield person, [_ended(portrait, vector) for portrait, vector in pairs]


def _begun(portrait: Portrait, known: Container[str], workers: Workers) -> Future[Vector] | Vector:
    if portrait.image_id in known:
        return portrait.vector
    return workers.embed(portrait.thumbnail) if portrait.thumbnail else _NO_THUMBNAIL


def _ended(portrait: Portrait, vector: Future[Vector] | Vector) -> Portrait | Unusable:
    made = result(vector) if isinstance(vector, Future) else vector
    if isinstance(made, str):
        return Unusable(portrait.image_id or "", made)
    return replace(portrait, vector=made)
