"""What an event of one's own changes: its name, texts, colours, offers, and what it says of people.

Without a site file there is `Site()`, which is ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from urllib.parse import quote

from lookalike.gallery.people import Person, Text
from lookalike.gallery.spelling import folded_group

# What a link of each person has in place of their id.
ID = "{id}"
# Offers beside one result: more would hide it.
MOST_OFFERS = 3


@dataclass(frozen=True, slots=True)
class Colours:
    """As `#rrggbb`; each can be read on the page's paper and carry its colour as text."""

    accent: str
    accent_dark: str


@dataclass(frozen=True, slots=True)
class SitePerson:
    """What an event says of somebody. `name` stands for the gallery's where it is given."""

    id: str
    link: str | None = None
    name: Text = Text()


@dataclass(frozen=True, slots=True)
class Audience:
    """Beside which results an offer stands: everything that is stated must hold, of a list one.

    Attributes:
        people: ids of who was matched.
        groups, fields: of who was matched.
        genders: chosen by the visitor to search among; never guessed.
        shapes: of the face, `scores/face_shape.py`; only where the visitor asked for it.
        least, most: resemblance.
    """

    people: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    genders: tuple[str, ...] = ()
    shapes: tuple[str, ...] = ()
    least: float = 0.0
    most: float = 100.0

    def holds(self, match: Matched) -> bool:
        """Whether a result is one of these. static/offers.js decides alike."""
        groups = map(folded_group, match.person.groups)
        return (
            _meet(self.people, (match.person.id,))
            and _meet(map(folded_group, self.groups), groups)
            and _meet(self.fields, match.person.fields)
            and _meet(self.genders, (match.gender,))
            and _meet(self.shapes, (match.shape,))
            and self.least <= match.resemblance <= self.most
        )


@dataclass(frozen=True, slots=True)
class Matched:
    """A result, as far as offers depend on it.

    Attributes:
        gender: what the visitor chose to search among.
        shape: of their face, if they asked for it.
    """

    person: Person
    resemblance: float
    gender: str | None = None
    shape: str | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture file in the folder of the site file, and its size in pixels."""

    path: Path
    media_type: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Offer:
    """A product or style of the event's own, shown beside results.

    Attributes:
        id: by which it is counted.
        link: where it leads.
    """

    id: str
    title: Text
    text: Text = Text()
    link: str | None = None
    picture: Picture | None = None
    audience: Audience = Audience()


@dataclass(frozen=True, slots=True)
class Site:
    """
    Attributes:
        name: of the event, on the page and on its cards.
        tagline, heading, lead: texts that stand for the page's own where they are given.
        colours: None: the page's own.
        collection: the one that is searched; None: all of them.
        show_portraits: whether all portraits of it that have a licence and a thumbnail are shown.
        link: a web address with `{id}` for each person, or None.
        people: what is said of some of them.
        origins: web sites that may show `/embed` in a frame, and are told the results there.
        counts: whether visits, uploads, matches, shares and offers are counted.
        offers: shown beside results, the foremost first.
    """

    name: str = "Lookalike"
    tagline: Text = Text()
    heading: Text = Text()
    lead: Text = Text()
    colours: Colours | None = None
    collection: str | None = None
    show_portraits: bool = False
    link: str | None = None
    people: tuple[SitePerson, ...] = ()
    origins: tuple[str, ...] = ()
    counts: bool = False
    offers: tuple[Offer, ...] = ()

    @property
    def advises_by_shape(self) -> bool:
        """Whether any offer is for some shape of face."""
        return any(each.audience.shapes for each in self.offers)

    def offers_for(self, match: Matched) -> tuple[Offer, ...]:
        """What stands beside a result, `MOST_OFFERS` at most."""
        fitting = (each for each in self.offers if each.audience.holds(match))
        return tuple(islice(fitting, MOST_OFFERS))

    def offer(self, offer_id: str) -> Offer | None:
        return next((each for each in self.offers if each.id == offer_id), None)

    def link_of(self, person_id: str) -> str | None:
        """Where the event leads from a person."""
        own = next((each.link for each in self.people if each.id == person_id), None)
        if own is not None or self.link is None:
            return own
        return self.link.replace(ID, quote(person_id, safe=""))

    def name_of(self, person_id: str, name: Text) -> Text:
        """What a person is called here, `name` being what the gallery calls them."""
        own = next((each.name for each in self.people if each.id == person_id), Text())
        return own.completed(name)


def _meet(stated: Iterable[str], found: Iterable[str | None]) -> bool:
    """Whether nothing is stated, or one of it was found."""
    wanted = set(stated)
    return not wanted or not wanted.isdisjoint(found)
