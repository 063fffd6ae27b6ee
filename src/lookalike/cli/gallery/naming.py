"""Whom a command is about: people as they are given, by id or by name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from lookalike.errors import InvalidParameter, PersonNotFound
from lookalike.gallery.names.spelling import folded

if TYPE_CHECKING:
    from lookalike.gallery.gallery import Gallery
    from lookalike.gallery.people import Person


def person(gallery: Gallery, given: str, collection: str | None = None) -> Person:
    """The person of that id, or else of that name, however it is spelt.

    Raises:
        PersonNotFound: there is none.
        InvalidParameter: several people are called so.
        CollectionNotFound: there is no such collection.
    """
    with suppress(PersonNotFound):
        return gallery.person(given, collection)
    return _only(given, _called(gallery, given, collection))


def own_or_starter(gallery: Gallery, given: str, collection: str | None = None) -> Person:
    """The same, of one's own collections rather than of the starter."""
    from lookalike.gallery import starter

    found = _everyone(gallery, given, collection)
    own = [each for each in found if each.collection != starter.COLLECTION]
    return _only(given, own or found)


def own_person(gallery: Gallery, given: str, collection: str | None = None) -> Person:
    """The same of people whom one may change.

    Raises:
        PersonNotFound, CollectionNotFound: see above.
        InvalidParameter: several people are called so, or they are in the read-only starter alone.
    """
    from lookalike.gallery import starter

    who = own_or_starter(gallery, given, collection)
    if who.collection == starter.COLLECTION:
        raise InvalidParameter(
            f"{who.label} is in the starter gallery alone, which is read-only. Add photos of them "
            f"to a collection of your own, or hide them: lookalike gallery takedown {who.id}"
        )
    return who


def _everyone(gallery: Gallery, given: str, collection: str | None) -> list[Person]:
    """All of that id, or else of that name."""
    everyone = _people(gallery, collection)
    return [each for each in everyone if each.id == given] or _called(gallery, given, collection)


def _called(gallery: Gallery, given: str, collection: str | None) -> list[Person]:
    name = folded(given)
    everyone = _people(gallery, collection, given) if name else ()
    return [each for each in everyone if name in map(folded, each.name.known)]


def _people(gallery: Gallery, collection: str | None, query: str = "") -> Iterator[Person]:
    """Those of one collection, or of all, those too that are searched only when they are named."""
    every = (each.id for each in gallery.collections())
    for name in every if collection is None else (collection,):
        yield from gallery.people(name, query)


def _only(given: str, found: Sequence[Person]) -> Person:
    """The one of them, who may be in several collections.

    Raises:
        PersonNotFound, InvalidParameter: there is none, or there are several.
    """
    if not found:
        raise PersonNotFound(f"Nobody in the gallery has the id or name {given!r}.")
    if len({each.id for each in found}) > 1:
        said = ", ".join(f"{each.id} ({each.label}, {each.collection})" for each in found)
        raise InvalidParameter(f"Several people are called {given!r}: {said}. Give the id.")
    return found[0]
