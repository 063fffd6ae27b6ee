"""Who on Wikidata may be somebody: people in public life of their name, against whom nothing
speaks that is stated of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lookalike.gallery.people import Person
from lookalike.gallery.wikimedia.client import Wikimedia
from lookalike.gallery.wikimedia.finding.proof import AGREED, ALONE, SAME_YEAR, Unproved
from lookalike.gallery.wikimedia.occupations import fields_of
from lookalike.gallery.wikimedia.reconciliation import DAY, Groups, same_group, same_start
from lookalike.gallery.wikimedia.wikidata import Item, Wikidata

# Of a name as frequent as 민 only the first are looked at: Wikidata begins with the best known.
_MOST = 8


@dataclass(frozen=True, slots=True)
class Candidate:
    """
    Attributes:
        bar: the similarity that their portrait has to reach.
    """

    item: Item
    bar: float


async def candidates(wikimedia: Wikimedia, person: Person) -> Sequence[Candidate]:
    """Those who have a portrait.

    Raises:
        Unproved: there are none.
        PortraitUnavailable: Wikidata cannot be asked now.
    """
    wikidata = Wikidata(wikimedia)
    hits = await wikidata.search(person.name.known)
    found = await wikidata.items(each for ids in hits.values() for each in ids)
    public = {each.id: each for each in found.values() if _is_public(each, person)}
    groups: Groups = {}
    if person.groups:
        groups = await wikidata.group_names(
            group for each in public.values() for group in each.groups
        )
    fitting = [each for each in public.values() if may_be(person, each, groups)]
    if not fitting:
        raise Unproved("nobody in public life of that name on Wikidata")
    return [Candidate(each, bar(person, each, groups)) for each in fitting if each.images][:_MOST]


def may_be(person: Person, item: Item, groups: Groups) -> bool:
    """Whether nothing speaks against it. Who was born then may have changed group and field."""
    born = same_start(person.born, item.born)
    if born is False or _differ(person.gender, item.gender):
        return False
    return bool(born) or False not in (
        same_group(person.groups, item, groups),
        _same_field(person, item),
    )


def bar(person: Person, item: Item, groups: Groups) -> float:
    """The similarity that proves it: the less, the more else speaks for it."""
    born = same_start(person.born, item.born)
    exact = born and min(len(person.born or ""), len(item.born or "")) >= DAY
    if exact or same_group(person.groups, item, groups):
        return AGREED
    return SAME_YEAR if born else ALONE


def _is_public(item: Item, person: Person) -> bool:
    if item.not_a_person:
        return False
    return bool(fields_of(item.occupations) or (person.groups and item.groups))


def _differ(one: str | None, other: str | None) -> bool:
    return None not in (one, other) and one != other


def _same_field(person: Person, item: Item) -> bool | None:
    theirs = fields_of(item.occupations)
    if not person.fields or not theirs:
        return None
    return not theirs.isdisjoint(person.fields)
