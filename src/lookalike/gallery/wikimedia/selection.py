"""Which pictures of the people on a roster are still to fetch, and which portraits are outdated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from lookalike.gallery.people import Person
from lookalike.gallery.portraits import StoredPortrait
from lookalike.gallery.sources.destination import Destination
from lookalike.gallery.sources.report import LeftOut
from lookalike.gallery.wikimedia.commons import CommonsFile
from lookalike.gallery.wikimedia.profiles import Profile


@dataclass(frozen=True, slots=True)
class Selection:
    """Someone with the pictures of theirs to fetch.

    Attributes:
        files: those that the collection does not have in their present version.
        already: how many it has.
        uploaded: since when each of all of theirs is as it is, by its page on Commons.
        asked_at: when Commons said so.
    """

    person: Person
    files: tuple[CommonsFile, ...]
    already: int
    uploaded: Mapping[str, datetime]
    asked_at: datetime

    def outdated(self, portraits: Iterable[StoredPortrait]) -> list[StoredPortrait]:
        """Of somebody's portraits those from Commons that have others in their place. Nobody loses
        their last portrait by it."""
        own = [each for each in portraits if _is_from_commons(each)]
        old = [each for each in own if not _is_current(each, self.uploaded)]
        return old if len(old) < len(own) else []


class Selector:
    """Of one run: it sees when two ids are one person, and two people have one picture.

    Attributes:
        selections: all that were made.
    """

    def __init__(self, destination: Destination, refused: Mapping[str, str]) -> None:
        """
        Args:
            refused: why pictures cannot be portraits, by the sha1 of their files.
        """
        self.selections: list[Selection] = []
        self._destination = destination
        self._refused = refused
        self._blocked = destination.gallery.store.blocked()
        self._met: dict[str, str] = {}
        self._shown: dict[str, str] = {}

    def select(self, profiles: Iterable[Profile]) -> Iterator[Selection | LeftOut]:
        """Everyone in their order, and what is left out of some."""
        for profile in profiles:
            person = self._person(profile)
            if isinstance(person, LeftOut):
                yield person
                continue
            files = {}
            for file in self._files(profile, person):
                if isinstance(file, LeftOut):
                    yield file
                else:
                    files[_page(file)] = file
            self.selections.append(self._selection(person, files, profile.asked_at))
            yield self.selections[-1]

    def _person(self, profile: Profile) -> Person | LeftOut:
        who, item = profile.who, profile.item
        called = f"{who.wikidata} ({who.where})"
        if item is None:
            return LeftOut(called, "Wikidata has no such item")
        if item.not_a_person:
            return LeftOut(f"{called}, {item.name.get('en')}", item.not_a_person)
        person = item.person(self._destination.collection, profile.groups, who.name)
        if self._met.setdefault(item.id, who.where) != who.where:
            return LeftOut(called, f"the same person as on {self._met[item.id]}")
        if not person.name.get("en"):
            return LeftOut(called, "no name in Korean or English")
        if self._blocked.holds(person):
            return LeftOut(called, "asked to be left out")
        return person

    def _files(self, profile: Profile, person: Person) -> Iterator[CommonsFile | LeftOut]:
        """Those of a person that may become portraits, and why others may not."""
        images = profile.item.images if profile.item else ()
        called = f"{person.id} {person.name.get('en')}"
        if not images and person.id not in self._destination.people:
            yield LeftOut(called, "no image on Wikidata")
        for name in images:
            file = profile.files.get(name)
            if file is None:
                yield LeftOut(f"{called}, {name}", "Commons has no such file")
            elif why := self._unusable(file, person):
                yield LeftOut(f"{called}, {name}", why)
            else:
                yield file

    def _unusable(self, file: CommonsFile, person: Person) -> str | None:
        if file.credit is None:
            return "no free licence stated"
        if self._shown.setdefault(file.sha1, person.id) != person.id:
            return f"the same photo as of {self._shown[file.sha1]}"
        return self._refused.get(file.sha1)

    def _selection(
        self, person: Person, files: Mapping[str, CommonsFile], asked_at: datetime
    ) -> Selection:
        uploaded = {page: file.uploaded for page, file in files.items()}
        there = {
            each.credit.source_url
            for each in self._destination.portraits(person.id)
            if each.credit and _is_current(each, uploaded)
        }
        missing = tuple(file for page, file in files.items() if page not in there)
        return Selection(person, missing, len(there), uploaded, asked_at)


def _is_from_commons(portrait: StoredPortrait) -> bool:
    """Whether a build brought it."""
    return bool(portrait.fetched_at and portrait.credit)


def _is_current(portrait: StoredPortrait, uploaded: Mapping[str, datetime]) -> bool:
    """Whether it is of one of those pages on Commons, in the version of now or a later one."""
    since = uploaded.get((portrait.credit and portrait.credit.source_url) or "")
    return bool(since and portrait.fetched_at and portrait.fetched_at >= since)


def _page(file: CommonsFile) -> str:
    return (file.credit and file.credit.source_url) or file.title
