"""What a search can be narrowed to: as far as sources state it of the people of a gallery."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lookalike.gallery.gallery import Collection, Gallery
    from lookalike.web.services import Services

# A group of one is a name, not a group.
_SMALLEST_GROUP = 2
_MOST_GROUPS = 60
_GENDERS = ("female", "male")


@dataclass(frozen=True, slots=True)
class Choices:
    """
    Attributes:
        genders: those that are stated of somebody: `female`, `male`.
        groups: with the number of their people, the largest first.
        collections: their ids.
    """

    genders: tuple[str, ...]
    groups: tuple[tuple[str, int], ...]
    collections: tuple[str, ...]

    @property
    def offered(self) -> bool:
        """Whether there is anything to choose."""
        return bool(self.genders or self.groups or len(self.collections) > 1)


def choices(services: Services, collection: str | None = None) -> Choices:
    """What a search of a visitor in the gallery, or in one collection of it, can be narrowed to."""
    offered = services.open_collections
    chosen = (each for each in offered if collection in (None, each.id))
    return _choices(services.gallery, tuple(chosen), collection)


@lru_cache(maxsize=4)
def _choices(
    gallery: Gallery, collections: tuple[Collection, ...], collection: str | None
) -> Choices:
    # The collections, with their sizes, are the key: they change when people come and go.
    found = gallery.facts(collection)
    groups = Counter[str]()
    for facts, people in found.items():
        groups.update(dict.fromkeys(facts.groups, people))
    stated = {facts.gender for facts in found}
    ranked = sorted(groups.items(), key=lambda each: (-each[1], each[0]))
    return Choices(
        genders=tuple(gender for gender in _GENDERS if gender in stated),
        groups=tuple(each for each in ranked if each[1] >= _SMALLEST_GROUP)[:_MOST_GROUPS],
        collections=tuple(each.id for each in collections if each.people),
    )
