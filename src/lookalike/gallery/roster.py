"""Who people are, read when they are shown: of the starter, and of the user's own collections."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from lookalike.gallery import starter
from lookalike.gallery.contents import Contents
from lookalike.gallery.people import Facts, Person, Who
from lookalike.gallery.starter import Starter

# People who are remembered when they were shown, with about 1 KB each.
_KNOWN = 2_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody is: one id may be in several collections."""

    collection: str
    id: str


class Listed:
    """People in order, of whom those are read who are asked for."""

    def __init__(
        self, places: Sequence[Place], read: Callable[[Sequence[Place]], Mapping[Place, Person]]
    ) -> None:
        self._places = places
        self._read = read

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, part: slice) -> tuple[Person, ...]:
        """Those of a part of the list who are still there."""
        places = self._places[part]
        people = self._read(places)
        return tuple(people[each] for each in places if each in people)


class Roster:
    """Up to date for as long as it is told of every change."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._starter: Mapping[str, Person] = {}
        self._known: dict[Place, Person] = {}

    def begin(self, shipped: Starter) -> None:
        """What the starter holds from now on."""
        self._starter = {each.id: each for each in shipped.people}

    def changed(self) -> None:
        """Others may be in the user's own collections now."""
        self._known.clear()

    def people(self, places: Sequence[Place]) -> Mapping[Place, Person]:
        """Those of the places where somebody is."""
        found = {each: self._known[each] for each in places if each in self._known}
        missing: dict[str, list[str]] = {}
        for each in places:
            if each not in found:
                missing.setdefault(each.collection, []).append(each.id)
        for collection, ids in missing.items():
            people = self._of(collection, ids)
            found |= {Place(collection, id): person for id, person in people.items()}
        self._remember(found)
        return found

    def names(self, collection: str, words: str, who: Who) -> Iterable[tuple[str, str]]:
        """See `Contents.names`."""
        if collection != starter.COLLECTION:
            return self._contents.names(collection, words, who)
        return (
            (each.name.get("ko") or "", each.id)
            for each in self._starter.values()
            if who.holds(each) and each.name.holds(words)
        )

    def facts(self, collections: Iterable[str]) -> Counter[Facts]:
        """What is stated of people, and of how many."""
        found = Counter[Facts]()
        for each in collections:
            if each == starter.COLLECTION:
                found.update(person.facts for person in self._starter.values())
            else:
                found.update(self._contents.facts(each))
        return found

    def _of(self, collection: str, ids: Sequence[str]) -> Mapping[str, Person]:
        if collection == starter.COLLECTION:
            return {each: self._starter[each] for each in ids if each in self._starter}
        return self._contents.people(collection, ids)

    def _remember(self, people: Mapping[Place, Person]) -> None:
        if len(self._known) + len(people) > _KNOWN:
            self._known.clear()
        own = ((p, each) for p, each in people.items() if p.collection != starter.COLLECTION)
        self._known |= islice(own, _KNOWN)
