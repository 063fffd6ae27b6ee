"""What Wikidata and Commons say of some people, and which of their portraits are still to fetch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from lookalike.errors import NotFound
from lookalike.gallery.gallery import Gallery
from lookalike.gallery.people import Person
from lookalike.gallery.portraits import StoredPortrait
from lookalike.gallery.sources.candidate import Problem
from lookalike.gallery.wikimedia import commons
from lookalike.gallery.wikimedia.client import Wikimedia
from lookalike.gallery.wikimedia.commons import File
from lookalike.gallery.wikimedia.names import Wanted
from lookalike.gallery.wikimedia.wikidata import Item, Wikidata, plain

# Of 660 portraits that Wikidata names, 8 % show a face narrower than the 112 pixels that the
# embedder takes when they are 500 pixels wide, 28 % at the next smaller width that Commons makes
# (330), and 0.5 % at the next larger one (960), which has about three times the bytes.
_WIDTH = 500


@dataclass(frozen=True, slots=True)
class Answers:
    """What was answered about some people of a roster.

    Attributes:
        items: by the id that was asked for.
        groups: their names by id, the one to show first.
        files: by the name that Wikidata states.
    """

    wanted: Sequence[Wanted]
    items: Mapping[str, Item]
    groups: Mapping[str, tuple[str, ...]]
    files: Mapping[str, File]
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Planned:
    """Someone with the pictures to fetch, and how many the collection has already."""

    person: Person
    files: tuple[File, ...]
    already: int
    asked_at: datetime


async def ask(wanted: Sequence[Wanted], wikimedia: Wikimedia) -> Answers:
    """Everything about some people but their pictures.

    Raises:
        PortraitUnavailable: Wikimedia cannot be asked now.
    """
    asked_at = wikimedia.now()
    wikidata = Wikidata(wikimedia)
    items = await wikidata.items(each.wikidata for each in wanted)
    people = [each for each in items.values() if not each.not_a_person]
    groups = await wikidata.group_names(group for each in people for group in each.groups)
    images = (image for each in people for image in each.images)
    return Answers(wanted, items, groups, await commons.files(wikimedia, images, _WIDTH), asked_at)


class Plan:
    """Of one run: it sees when two ids are one person, and two people have one picture."""

    def __init__(self, gallery: Gallery, collection: str, refused: Mapping[str, str]) -> None:
        """
        Args:
            refused: why pictures cannot be portraits, by the sha1 of their files.
        """
        self._gallery = gallery
        self._collection = collection
        self._refused = refused
        there = collection in {each.id for each in gallery.collections()}
        self.people = {each.id: each for each in gallery.people(collection)} if there else {}
        self._blocked = gallery.store.blocked()
        self._planned: dict[str, str] = {}
        self._shown: dict[str, str] = {}
        self._current: dict[str, dict[str, datetime]] = {}

    def found(self, answers: Answers) -> Iterator[Planned | Problem]:
        """Everyone who was asked for, and what is wrong with some."""
        for wanted in answers.wanted:
            item = answers.items.get(wanted.wikidata)
            called = f"{wanted.wikidata} ({wanted.where})"
            if item is None:
                yield Problem(called, "Wikidata has no such item")
                continue
            name = item.name.get("en")
            if item.not_a_person:
                yield Problem(f"{called}, {name}", item.not_a_person)
                continue
            person = item.person(
                self._collection, _groups(wanted, item, answers.groups), wanted.name
            )
            if self._planned.setdefault(item.id, wanted.where) != wanted.where:
                yield Problem(called, f"the same person as on {self._planned[item.id]}")
            elif not person.name.get("en"):
                yield Problem(called, "no name in Korean or English")
            elif self._blocked.holds(person):
                yield Problem(called, "asked to be left out")
            else:
                yield from self._portraits(person, item.images, answers)

    def outdated(self) -> Iterator[tuple[str, StoredPortrait]]:
        """Portraits that came from Commons and have others in their place, with their person's id.

        To be asked at the end. Nobody loses their last portrait by it.
        """
        for person_id, pages in self._current.items():
            own = self._from_commons(person_id)
            old = [each for each in own if not _is_current(each, pages)]
            if len(old) < len(own):
                yield from ((person_id, each) for each in old)

    def _portraits(
        self, person: Person, images: Sequence[str], answers: Answers
    ) -> Iterator[Planned | Problem]:
        called = f"{person.id} {person.name.get('en')}"
        if not images and person.id not in self.people:
            yield Problem(called, "no image on Wikidata")
        files = {}
        for name in images:
            file = answers.files.get(name)
            why = self._unusable(file, person)
            if file is None or why:
                yield Problem(f"{called}, {name}", why or "Commons has no such file")
            else:
                files[_page(file)] = file
        pages = {page: file.uploaded for page, file in files.items()}
        self._current[person.id] = pages
        there = {
            each.credit.source_url
            for each in self._from_commons(person.id)
            if each.credit and _is_current(each, pages)
        }
        missing = tuple(file for page, file in files.items() if page not in there)
        yield Planned(person, missing, len(there), answers.asked_at)

    def _unusable(self, file: File | None, person: Person) -> str | None:
        if file is None:
            return None
        if file.credit is None:
            return "no licence stated"
        if self._shown.setdefault(file.sha1, person.id) != person.id:
            return f"the same photo as of {self._shown[file.sha1]}"
        return self._refused.get(file.sha1)

    def _from_commons(self, person_id: str) -> list[StoredPortrait]:
        """The portraits of someone that a build brought."""
        if person_id not in self.people:
            return []
        with suppress(NotFound):
            own = self._gallery.portraits(person_id, self._collection)
            return [each for each in own if each.fetched_at and each.credit]
        return []


def _is_current(portrait: StoredPortrait, pages: Mapping[str, datetime]) -> bool:
    """Whether it is of one of those pages on Commons, in the version of now or a later one."""
    uploaded = pages.get((portrait.credit and portrait.credit.source_url) or "")
    return bool(uploaded and portrait.fetched_at and portrait.fetched_at >= uploaded)


def _page(file: File) -> str:
    return (file.credit and file.credit.source_url) or file.title


def _groups(wanted: Wanted, item: Item, names: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Groups as Wikidata calls them, then those that only the roster knows."""
    known = [names[each] for each in item.groups if each in names]
    same = {plain(name) for own in known for name in own}
    labels = [own[0] for own in known]
    further = [group for group in wanted.groups if plain(group) not in same]
    return tuple(dict.fromkeys([*labels, *further]))
