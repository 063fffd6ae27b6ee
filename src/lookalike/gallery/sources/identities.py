"""Who in a collection the people of a source are: by their ids, or by name, group and face."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from lookalike.gallery.names import namesakes
from lookalike.gallery.names.namesakes import Alike
from lookalike.gallery.names.spelling import folded
from lookalike.gallery.people import Person
from lookalike.gallery.portraits import Portrait
from lookalike.gallery.sources.report import Doubled
from lookalike.gallery.sources.values import named_ids


class SourcePeople:
    """The people of one collection, those too who come with the import.

    Attributes:
        doubled: who was taken for somebody else than those of the same name.
    """

    def __init__(
        self,
        people: Iterable[Person],
        portraits: Callable[[Person], Sequence[Portrait]],
        alike: Alike | None = None,
    ) -> None:
        """
        Args:
            portraits: those that a person has now.
            alike: None: nobody is known by name and face.
        """
        self._portraits = portraits
        self._alike = alike
        self._by_id: dict[str, Person] = {}
        # Those whose id is made of their name, by that name.
        self._by_name: dict[str, str] = {}
        self._by_wikidata: dict[str, str] = {}
        self._names: dict[str, set[str]] = {}
        self.doubled: list[Doubled] = []
        for each in people:
            self.keep(each)

    def keep(self, person: Person) -> None:
        """Somebody is in the collection now, or other facts of them are known."""
        self._by_id[person.id] = person
        for name in map(folded, person.name.known):
            self._names.setdefault(name, set()).add(person.id)
        if person.wikidata:
            self._by_wikidata.setdefault(person.wikidata, person.id)
        if person.id in named_ids(person.collection, person.name):
            self._by_name.setdefault(folded(person.name.get("ko") or ""), person.id)

    def known(self, person: Person) -> Person | None:
        """Who of the collection somebody of a source is, by an id that says so: their own, that of
        Wikidata, or one of the same name however it is spelt."""
        ids = [person.id]
        if person.wikidata:
            ids += [self._by_wikidata.get(person.wikidata, "")]
        elif person.id in (named := named_ids(person.collection, person.name)):
            ids += [*named, self._by_name.get(folded(person.name.get("ko") or ""), "")]
        return next((self._by_id[each] for each in ids if each in self._by_id), None)

    def seen(self, person: Person, portraits: Sequence[Portrait]) -> Person | None:
        """The same, or else by name, group and face; by name and group alone where all portraits
        are enrolled already, unless several people have them."""
        known, fitting = self.known(person), self._fitting(person)
        if known or self._alike is None or not fitting:
            return known
        if not portraits:
            return fitting[0] if len(fitting) == 1 else None
        members = ((each, self._portraits(each)) for each in fitting)
        found = namesakes.ranked(members, portraits, self._alike)
        same = namesakes.agreeing(found)
        if same is None:
            other, similarity = found[0]
            self.doubled.append(Doubled(person.label, person.id, other.id, similarity or 0.0))
        return same

    def _fitting(self, person: Person) -> list[Person]:
        """Those who may be the person by name and group."""
        # Wikidata's ids tell people apart already, and a roster is built again by them.
        names = () if person.wikidata else map(folded, person.name.known)
        ids = sorted({each for name in names for each in self._names.get(name, ())})
        return [self._by_id[id] for id in ids if namesakes.fits(person, self._by_id[id])]
