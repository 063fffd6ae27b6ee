"""Where people are brought: a collection of one's own, as it is when that begins."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from lookalike.errors import InvalidParameter, NotFound
from lookalike.gallery.gallery import Gallery
from lookalike.gallery.people import Person
from lookalike.gallery.portraits import StoredPortrait


@dataclass(frozen=True, slots=True)
class Destination:
    """
    Attributes:
        collection: need not be there yet.
        enrolled: ids of the images whose faces are in it.
        bare: of those, the ones without a thumbnail.
        people: who is in it, by id.
    """

    gallery: Gallery
    collection: str
    enrolled: frozenset[str]
    bare: frozenset[str]
    people: Mapping[str, Person]

    @classmethod
    def of(cls, gallery: Gallery, collection: str) -> Destination:
        """
        Raises:
            InvalidParameter: the collection is read-only.
        """
        known = {each.id: each for each in gallery.collections()}
        if collection not in known:
            return cls(gallery, collection, frozenset(), frozenset(), {})
        if known[collection].read_only:
            raise InvalidParameter(f"The collection {collection!r} is read-only; choose another.")
        return cls(
            gallery,
            collection,
            enrolled=gallery.store.image_ids(collection),
            bare=gallery.store.image_ids(collection, bare=True),
            people={each.id: each for each in gallery.people(collection)},
        )

    def portraits(self, person_id: str) -> tuple[StoredPortrait, ...]:
        """What it has now of someone who was there at the beginning; of others nothing."""
        if person_id in self.people:
            with suppress(NotFound):
                return self.gallery.portraits(person_id, self.collection)
        return ()
