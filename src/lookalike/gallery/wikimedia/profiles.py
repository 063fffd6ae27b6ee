"""What Wikidata and Commons say of the people on a roster, all but their pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lookalike.errors import PortraitUnavailable
from lookalike.gallery.names.spelling import letters
from lookalike.gallery.wikimedia import commons
from lookalike.gallery.wikimedia.client import Wikimedia
from lookalike.gallery.wikimedia.commons import CommonsFile
from lookalike.gallery.wikimedia.connection import Connection
from lookalike.gallery.wikimedia.reconciliation import Identified
from lookalike.gallery.wikimedia.wikidata import BATCH, Item, Wikidata

# Of 660 portraits that Wikidata names, 8 % show a face narrower than the 112 pixels that the
# embedder takes when they are 500 pixels wide, 28 % at the next smaller width that Commons makes
# (330), and 0.5 % at the next larger one (960), which has about three times the bytes.
_WIDTH = 500


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of someone.

    Attributes:
        item: None if Wikidata has none of that id.
        groups: those that they are a member of, the name of each to show.
        files: on Commons, by the name that Wikidata states; those of others may be among them.
    """

    who: Identified
    item: Item | None
    groups: tuple[str, ...]
    files: Mapping[str, CommonsFile]
    asked_at: datetime


def profiles(people: Sequence[Identified], connection: Connection) -> Iterator[Profile]:
    """Everyone's, of which the next fifty are under way; they end early when Wikimedia cannot be
    asked."""
    try:
        yield from connection.asked(_ask, people, BATCH, 1)
    except PortraitUnavailable as error:
        connection.stopped = str(error)


async def _ask(wikimedia: Wikimedia, people: Sequence[Identified]) -> list[Profile]:
    asked_at = wikimedia.now()
    wikidata = Wikidata(wikimedia)
    items = await wikidata.items(each.wikidata for each in people)
    human = [each for each in items.values() if not each.not_a_person]
    names = await wikidata.group_names(group for each in human for group in each.groups)
    images = (image for each in human for image in each.images)
    files = await commons.files(wikimedia, images, _WIDTH)

    def profile(who: Identified) -> Profile:
        item = items.get(who.wikidata)
        groups = _groups(who, item, names) if item else ()
        return Profile(who, item, groups, files, asked_at)

    return [profile(each) for each in people]


def _groups(who: Identified, item: Item, names: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Groups as Wikidata calls them, then those that only the roster knows."""
    known = [names[each] for each in item.groups if each in names]
    same = {letters(name) for own in known for name in own}
    labels = [own[0] for own in known]
    further = [group for group in who.groups if letters(group) not in same]
    return tuple(dict.fromkeys([*labels, *further]))
