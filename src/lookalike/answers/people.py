"""People of galleries, and the galleries, as the JSON of `shapes`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lookalike.answers import shapes
from lookalike.engine.interface import ELSEWHERE
from lookalike.gallery.spelling import group_in_hangul
from lookalike.site import Site

if TYPE_CHECKING:
    from lookalike.gallery.gallery import Collection
    from lookalike.gallery.people import Credit, Facts, Person
    from lookalike.gallery.wikimedia.portrait_cache import Portraits


def portrait(who: Person) -> shapes.Portrait | None:
    """Where a portrait may be had; the command line, which has no server, offers every one."""
    return _fetched(who) if who.wikidata else None


def same(who: Person) -> Person:
    """What the gallery knows of somebody is all that is known."""
    return who


@dataclass(frozen=True, slots=True)
class Shown:
    """What depends on who answers.

    Attributes:
        offer: which portraits can be had.
        completed: somebody with what was found of them beside the gallery.
        site: what it says of people.
        root: the path that addresses begin with.
    """

    offer: Callable[[Person], shapes.Portrait | None] = portrait
    site: Site = Site()
    completed: Callable[[Person], Person] = same
    root: str = ""

    def portrait(self, who: Person) -> shapes.Portrait | None:
        """Where the portrait of somebody may be had; of Amazon's celebrities there is none."""
        offered = None if who.collection == ELSEWHERE else self.offer(who)
        if offered is None or not self.root:
            return offered
        return offered.model_copy(update={"url": self.root + offered.url})


# As the command line shows people.
PLAIN = Shown()


def offers(portraits: Portraits) -> Callable[[Person], shapes.Portrait | None]:
    """Offers those that a server has, or may fetch."""

    def offered(who: Person) -> shapes.Portrait | None:
        if not portraits.may_have(who):
            return None
        known = portraits.cached(who.id)
        return _fetched(who, known.credit if known else None)

    return offered


def person(who: Person, shown: Shown = PLAIN) -> shapes.Person:
    """Somebody of a gallery, or of Amazon's celebrities."""
    who = shown.completed(who)
    return shapes.Person(
        id=who.id,
        collection=who.collection,
        name=shapes.Name.model_validate(shown.site.name_of(who.id, who.name)),
        description=shapes.Name.model_validate(who.description),
        born=who.born,
        died=who.died,
        groups=who.groups,
        group_names=tuple(_group(each) for each in who.groups),
        gender=who.gender,
        country=who.country,
        fields=who.fields,
        links=_links(who, shown.site),
        portrait=shown.portrait(who),
    )


def _fetched(who: Person, credit: Credit | None = None) -> shapes.Portrait:
    """The portrait that is fetched from Wikimedia."""
    known = None if credit is None else shapes.Credit.model_validate(credit)
    return shapes.Portrait(url=f"/api/v1/people/{who.id}/portrait", credit=known)


def people(found: tuple[Person, ...], total: int, shown: Shown = PLAIN) -> shapes.People:
    """A page of `total` people."""
    return shapes.People(total=total, people=tuple(person(each, shown) for each in found))


def filters(found: Counter[Facts]) -> shapes.Filters:
    """What people of whom that is stated can be chosen by, the most frequent first."""
    return shapes.Filters(
        groups=_counted(found, lambda facts: facts.groups),
        genders=_counted(found, lambda facts: (facts.gender,)),
        countries=_counted(found, lambda facts: (facts.country,)),
        fields=_counted(found, lambda facts: facts.fields),
    )


def collections(found: tuple[Collection, ...]) -> shapes.Collections:
    """In the same order."""
    known = tuple(shapes.Collection.model_validate(each) for each in found)
    return shapes.Collections(collections=known)


def _counted(
    found: Counter[Facts], stated: Callable[[Facts], Iterable[str | None]]
) -> tuple[shapes.Filter, ...]:
    """How many people have each thing that facts state."""
    counts = Counter[str]()
    for facts, people in found.items():
        counts.update({each: people for each in stated(facts) if each})
    return tuple(shapes.Filter(name=name, people=count) for name, count in counts.most_common())


def _group(name: str) -> shapes.Name:
    """A group in both languages, as far as its name in Hangul is known."""
    return shapes.Name(ko=group_in_hangul(name), en=name)


def _links(who: Person, site: Site) -> tuple[shapes.Link, ...]:
    """The site's own link, of the kind `site`, and the gallery's."""
    own = site.link_of(who.id)
    first = () if own is None else (shapes.Link(kind="site", url=own),)
    return first + tuple(shapes.Link.model_validate(each) for each in who.links)
