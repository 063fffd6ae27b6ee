"""What an event of one's own changes: its name, texts and colours, and what it says of people.

Without a site file there is `Site()`, which is ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from lookalike.gallery.people import Text

# What a link of each person has in place of their id.
ID = "{id}"


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
        origins: web sites that may show `/embed` in a frame.
        counts: whether visits, uploads, matches and shares are counted.
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
