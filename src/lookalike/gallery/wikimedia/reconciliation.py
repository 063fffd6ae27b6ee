"""Which people of Wikidata a roster means: found where that is certain, never guessed.

Names are searched as labels and aliases in Korean and English. Whoever is found must be a human
being with a public occupation (or member of a group, where the roster states one), and must fit
what the roster states beside the name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lookalike.gallery.people import Text
from lookalike.gallery.sources.report import LeftOut, Progress
from lookalike.gallery.spelling import letters
from lookalike.gallery.wikimedia.build_cache import BuildCache
from lookalike.gallery.wikimedia.client import Wikimedia
from lookalike.gallery.wikimedia.connection import Connection
from lookalike.gallery.wikimedia.occupations import fields_in, fields_of
from lookalike.gallery.wikimedia.rosters.entries import Entry, Line
from lookalike.gallery.wikimedia.wikidata import Item, Wikidata

DAY = len("1993-05-16")
# Entries whose names are searched for together.
_TOGETHER = 10


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody of that name."""

    wikidata: str
    name: Text
    description: Text
    born: str | None


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """A name that the user must decide on, by putting one of the ids in its place."""

    where: str
    name: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Identified:
    """A person of a roster, found.

    Attributes:
        where: the line or row, the first of several.
        name, groups: as the roster states them.
    """

    wikidata: str
    where: str
    name: Text
    groups: tuple[str, ...]

    @classmethod
    def of(cls, entry: Entry, wikidata: str) -> Identified:
        return cls(wikidata, entry.where, entry.name, entry.groups)


Decision = Identified | Ambiguous | LeftOut
Groups = Mapping[str, tuple[str, ...]]


def decided(
    lines: Sequence[Line], connection: Connection, cache: BuildCache, progress: Progress
) -> tuple[Decision, ...]:
    """Who is meant by each line, in the order of the roster.

    Raises:
        PortraitUnavailable: Wikidata cannot be asked who is meant by a name.
    """
    decisions: dict[str, Decision] = {}
    unknown = []
    for line in lines:
        if isinstance(line, LeftOut):
            decisions[line.where] = line
        elif known := line.wikidata or cache.chosen(line):
            decisions[line.where] = Identified.of(line, known)
        else:
            unknown.append(line)
    found = zip(unknown, connection.asked(_decide, unknown, _TOGETHER), strict=True)
    try:
        for entry, decision in progress(found, len(unknown), "Finding names"):
            decisions[entry.where] = decision
            if isinstance(decision, Identified):
                cache.choose(entry, decision.wikidata)
    finally:
        cache.save()
    return tuple(decisions[line.where] for line in lines)


def together(decisions: Iterable[Decision]) -> list[Identified]:
    """Everyone who was found, once, with the groups of all the lines they are on."""
    found: dict[str, Identified] = {}
    for each in decisions:
        if isinstance(each, Identified):
            first = found.get(each.wikidata, each)
            name = first.name.completed(each.name)
            groups = tuple(dict.fromkeys([*first.groups, *each.groups]))
            found[each.wikidata] = Identified(each.wikidata, first.where, name, groups)
    return list(found.values())


async def _decide(wikimedia: Wikimedia, entries: Sequence[Entry]) -> tuple[Decision, ...]:
    """Who is meant by each of some entries that have no id."""
    wikidata = Wikidata(wikimedia)
    hits = await wikidata.search(name for entry in entries for name in entry.names)
    items = await wikidata.items(each for ids in hits.values() for each in ids)
    groups = await wikidata.group_names(_groups_to_compare(entries, hits, items))
    return tuple(_decision(entry, _found(entry, hits, items), groups) for entry in entries)


def _groups_to_compare(
    entries: Sequence[Entry],
    hits: Mapping[str, tuple[str, ...]],
    items: Mapping[str, Item],
) -> list[str]:
    found = (each for entry in entries if entry.groups for each in _found(entry, hits, items))
    return [group for each in found for group in each.groups]


def _found(
    entry: Entry, hits: Mapping[str, tuple[str, ...]], items: Mapping[str, Item]
) -> list[Item]:
    """The people in public life who have one of the names of an entry."""
    ids = dict.fromkeys(each for name in entry.names for each in hits[name])
    people = {items[each].id: items[each] for each in ids if each in items}
    return [each for each in people.values() if _is_public(each, entry)]


def _is_public(item: Item, entry: Entry) -> bool:
    if item.not_a_person:
        return False
    return bool(fields_of(item.occupations) or (entry.groups and item.groups))


def _decision(entry: Entry, people: Sequence[Item], groups: Groups) -> Decision:
    fitting = [each for each in people if _fits(entry, each, groups)]
    if len(fitting) == 1:
        return Identified.of(entry, fitting[0].id)
    name = " · ".join(entry.names[:2])
    if not people:
        return LeftOut(f"{name} ({entry.where})", "nobody in public life found of that name")
    choices = tuple(
        Choice(each.id, each.name, each.description, each.born) for each in fitting or people
    )
    return Ambiguous(entry.where, name, choices)


def _fits(entry: Entry, item: Item, groups: Groups) -> bool:
    """Whether what a roster states speaks for somebody, and nothing against them."""
    born = same_start(entry.born, item.born)
    if born and min(len(entry.born or ""), len(item.born or "")) >= DAY:
        return True
    signs = (born, same_group(entry.groups, item, groups), _same_field(entry, item))
    stated = entry.born or entry.groups or fields_in(entry.occupations)
    return False not in signs and (True in signs or not stated)


def same_start(one: str | None, other: str | None) -> bool | None:
    """Whether two dates agree as far as both go; None if either is unknown."""
    if not one or not other:
        return None
    length = min(len(one), len(other))
    return one[:length] == other[:length]


def same_group(stated: Sequence[str], item: Item, groups: Groups) -> bool | None:
    """Whether somebody is in one of the groups that are stated; None if either is unknown.

    Args:
        groups: all names of the groups of Wikidata, by their ids.
    """
    theirs = {letters(name) for each in item.groups for name in groups.get(each, ())}
    if not stated or not theirs:
        return None
    return any(letters(name) in theirs for name in stated)


def _same_field(entry: Entry, item: Item) -> bool | None:
    stated, theirs = fields_in(entry.occupations), fields_of(item.occupations)
    if not stated or not theirs:
        return None
    return bool(stated & theirs)
