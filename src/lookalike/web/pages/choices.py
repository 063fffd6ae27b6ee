"""What a search can be narrowed to: as far as sources state it of the people of a gallery."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, get_args

from lookalike.gallery.people import Facts, Origin

if TYPE_CHECKING:
    from lookalike.gallery.gallery import Collection, Gallery
    from lookalike.web.services import Services

# A group of one is a name, not a group.
_SMALLEST_GROUP = 2
_MOST_GROUPS = 60
_GENDERS = ("female", "male")
_ORIGINS: tuple[str, ...] = get_args(Origin)


@dataclass(frozen=True, slots=True)
class Choices:
    """
    Attributes:
        genders: those that are stated of somebody: `female`, `male`.
        origins: `korean` and `international`, where there are both.
        fields: with the number of their people, the largest first.
        groups: with the number of their people, the largest first.
        known: whether of everybody it is stated of which country they are.
        living: whether some are dead, and some are not.
        collections: their ids.
    """

    genders: tuple[str, ...]
    origins: tuple[str, ...]
    fields: tuple[tuple[str, int], ...]
    groups: tuple[tuple[str, int], ...]
    known: bool
    living: bool
    collections: tuple[str, ...]

    @property
    def koreans_first(self) -> bool:
        """Whether Koreans may be shown the Koreans first: of nobody it is unknown who they are."""
        return bool(self.origins) and self.known

    @property
    def offered(self) -> bool:
        """Whether there is anything to choose."""
        return bool(
            self.genders or self.origins or self.fields or self.groups or len(self.collections) > 1
        )


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
    stated = {facts.gender for facts in found}
    origins = {facts.origin for facts in found}
    return Choices(
        genders=tuple(gender for gender in _GENDERS if gender in stated),
        origins=_ORIGINS if origins.issuperset(_ORIGINS) else (),
        fields=_largest(found, lambda facts: facts.fields),
        groups=_largest(found, lambda facts: facts.groups),
        known=None not in origins,
        living=len({facts.dead for facts in found}) > 1,
        collections=tuple(each.id for each in collections if each.people),
    )


def _largest(
    found: Counter[Facts], stated: Callable[[Facts], tuple[str, ...]]
) -> tuple[tuple[str, int], ...]:
    """What is stated of several people, with their number."""
    counts = Counter[str]()
    for facts, people in found.items():
        counts.update(dict.fromkeys(stated(facts), people))
    ranked = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return tuple(each for each in ranked if each[1] >= _SMALLEST_GROUP)[:_MOST_GROUPS]
