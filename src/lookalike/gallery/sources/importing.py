"""Candidates -> people in a collection: one transaction a person, resumable, with a report.

Photos are known by the sha256 of their files. What is enrolled already is neither decoded nor
added again, so the same import goes on where it was stopped, and a second run adds nothing.
"""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from lookalike.errors import Blocked, InvalidParameter, LookalikeError
from lookalike.faces.analyzer import Face
from lookalike.faces.workers import Look, Workers, result
from lookalike.gallery.gallery import Gallery
from lookalike.gallery.people import Credit, Person, Text
from lookalike.gallery.sources.candidate import Candidate, Found, Picture, Problem
from lookalike.gallery.sources.remaking import Unusable, remade
from lookalike.gallery.store import Portrait
from lookalike.processes import CtrlC

# As `Person.external_ids`.
Ids = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A photo, person or row that was not added: who, where in the source, and why."""

    person: str
    where: str
    why: str


@dataclass(frozen=True, slots=True)
class Report:
    """What an import did, or would do.

    Attributes:
        people_added: people who were not in the collection before.
        people_changed: people who were, and gained portraits or other facts.
        already: photos enrolled before, which were only hashed.
        thumbnails_added: of those, how many lacked a thumbnail and now have one.
        photos: all that were looked at, hashed or could not be read.
    """

    collection: str
    dry_run: bool
    interrupted: bool
    people_added: int
    people_changed: int
    portraits_added: int
    already: int
    thumbnails_added: int
    photos: int
    left_out: tuple[LeftOut, ...]
    seconds: float

    def reasons(self) -> dict[str, int]:
        """How often each reason was given, the most frequent first."""
        return dict(Counter(each.why for each in self.left_out).most_common())


@dataclass(frozen=True, slots=True, eq=False)
class _Glance:
    """A photo on its way: what a worker sees in it, why nobody looks, or None: enrolled."""

    place: int
    candidate: Candidate
    picture: Picture
    known_by: str
    look: Future[Look] | str | None


class Importer:
    """Brings people into one collection. An object is for one run."""

    def __init__(
        self,
        gallery: Gallery,
        collection: str,
        *,
        dry_run: bool = False,
        thumbnails: bool = False,
        advance: Callable[[], None] = lambda: None,
    ) -> None:
        """
        Args:
            thumbnails: keep a small picture of every face, of those enrolled before too.
            advance: called after each photo or packed portrait.

        Raises:
            InvalidParameter: the collection is read-only.
        """
        known = {each.id: each for each in gallery.collections()}
        there = known.get(collection)
        if there is not None and there.read_only:
            raise InvalidParameter(f"The collection {collection!r} is read-only; choose another.")
        self._gallery = gallery
        self._collection = collection
        self._dry_run = dry_run
        self._thumbnails = thumbnails
        self._advance = advance
        self._enrolled = gallery.image_ids(collection) if there else frozenset[str]()
        self._bare = gallery.image_ids(collection, bare=True) if there else frozenset[str]()
        # Photos that need no look: what is enrolled, with a thumbnail if they are wanted.
        self._done = self._enrolled - self._bare if thumbnails else self._enrolled
        self._people = {each.id: each for each in gallery.people(collection)} if there else {}
        self._ctrl_c = CtrlC()
        self._seen: dict[str, str] = {}
        self._added: set[str] = set()
        self._changed: set[str] = set()
        self._counts: Counter[str] = Counter()
        self._left_out: list[LeftOut] = []

    def photos(self, found: Iterable[Found], workers: Workers) -> Report:
        """Look at every photo of every candidate and add those that show one person's face.

        Ctrl-C ends it early: whoever was added stays, and the report says `interrupted`.
        """
        return self._timed(lambda: self._photos(found, workers))

    def packed(self, people: Iterable[tuple[Person, Sequence[Portrait]]]) -> Report:
        """Add people whose portraits are vectors already."""
        return self._timed(lambda: self._packed(people))

    def remade(
        self, people: Iterable[tuple[Person, Sequence[Portrait]]], workers: Workers
    ) -> Report:
        """Add people whose vectors are of another model: they are made anew from thumbnails."""
        return self._timed(lambda: self._packed(remade(people, self._enrolled, workers)))

    def _timed(self, work: Callable[[], None]) -> Report:
        started, interrupted = time.perf_counter(), False
        try:
            with self._ctrl_c:
                work()
        except KeyboardInterrupt:
            interrupted = True
        return Report(
            collection=self._collection,
            dry_run=self._dry_run,
            interrupted=interrupted,
            people_added=len(self._added),
            people_changed=len(self._changed - self._added),
            portraits_added=self._counts["added"],
            already=self._counts["already"],
            thumbnails_added=self._counts["thumbnails"],
            photos=self._counts["photos"],
            left_out=tuple(self._left_out),
            seconds=time.perf_counter() - started,
        )

    def _photos(self, found: Iterable[Found], workers: Workers) -> None:
        glances = workers.ahead(self._glances(found, workers))
        for _, group in groupby(glances, key=lambda glance: glance.place):
            portraits, already = [], 0
            for glance in group:
                already += glance.look is None
                portrait = self._portrait(glance)
                portraits += [portrait] if portrait else []
                candidate = glance.candidate
            self._enrol(candidate.person, portraits, already)

    def _packed(self, people: Iterable[tuple[Person, Sequence[Portrait | Unusable]]]) -> None:
        for person, portraits in people:
            self.check_stop()
            for each in portraits:
                if isinstance(each, Unusable):
                    self._leave_out(person, each.where, each.why)
            if not portraits and person.id not in self._people:
                self._leave_out(person, person.id, "no portrait in the pack")
            self._enrol(person, [each for each in portraits if isinstance(each, Portrait)])
            for _ in portraits:
                self._counts["photos"] += 1
                self._advance()

    def _glances(self, found: Iterable[Found], workers: Workers) -> Iterator[_Glance]:
        for place, each in enumerate(found):
            self.check_stop()
            if isinstance(each, Problem):
                self._left_out.append(LeftOut("", each.where, each.why))
                continue
            self._counts["already"] += each.already
            self._counts["photos"] += each.already
            if not each.pictures:
                self._enrol(each.person, (), each.already)
            for picture in each.pictures:
                yield self._glance(place, each, picture, workers)

    def _glance(
        self, place: int, candidate: Candidate, picture: Picture, workers: Workers
    ) -> _Glance:
        try:
            data = picture.read()
        except (OSError, LookalikeError) as error:
            why = (error.strerror if isinstance(error, OSError) else None) or str(error)
            return _Glance(place, candidate, picture, "", why)
        known_by = image_id(data)
        look: Future[Look] | str | None
        if known_by in self._done:
            look = None
        elif known_by in self._seen:
            look = f"the same photo as {self._seen[known_by]}"
        else:
            self._seen[known_by] = picture.name
            look = workers.look(data, thumbnail=self._thumbnails)
        return _Glance(place, candidate, picture, known_by, look)

    def _portrait(self, glance: _Glance) -> Portrait | None:
        self.check_stop()
        look = result(glance.look) if isinstance(glance.look, Future) else glance.look
        self._counts["photos"] += 1
        self._advance()
        if look is None:
            self._counts["already"] += 1
            return None
        if isinstance(look, str):
            self._leave_out(glance.candidate.person, glance.picture.name, look)
            return None
        credit = glance.picture.credit or glance.candidate.credit
        return _made(look, glance.known_by, credit, glance.picture.fetched_at)

    def _enrol(self, person: Person, portraits: Sequence[Portrait], already: int = 0) -> None:
        """Add who is new, and what is new about who is there."""
        new = [each for each in portraits if each.image_id not in self._enrolled]
        known = self._people.get(person.id)
        self._counts["already"] += len(portraits) - len(new)
        if known is None and not new and (portraits or already):
            self._leave_out(person, person.id, "the photos are enrolled under another name")
        if known:
            self._keep_thumbnails(known, portraits)
            person = merged(known, person)
        if not new and known in (None, person):
            return
        try:
            if not self._dry_run:
                self._write(person, new, known)
        except Blocked as error:
            self._leave_out(person, person.id, str(error))
            return
        (self._changed if known else self._added).add(person.id)
        self._people[person.id] = person
        self._counts["added"] += len(new)

    def _keep_thumbnails(self, person: Person, portraits: Sequence[Portrait]) -> None:
        bare = {
            each.image_id: each.thumbnail
            for each in portraits
            if each.image_id in self._bare and each.image_id and each.thumbnail
        }
        if bare and not self._dry_run:
            self._gallery.keep_thumbnails(person, bare)
        self._counts["thumbnails"] += len(bare)

    def check_stop(self) -> None:
        """For a source that keeps an import waiting.

        Raises:
            KeyboardInterrupt: Ctrl-C was pressed.
        """
        self._ctrl_c.check()

    def _leave_out(self, person: Person, where: str, why: str) -> None:
        self._left_out.append(LeftOut(person.name.get("ko") or "", where, why))

    def _write(self, person: Person, portraits: Sequence[Portrait], known: Person | None) -> None:
        if known not in (None, person):
            self._gallery.change(person)
        if portraits:
            self._gallery.add(person, portraits)


def image_id(data: bytes) -> str:
    """What a photo is known by: the sha256 of its file."""
    return hashlib.sha256(data).hexdigest()


def portrait(face: Face, data: bytes, credit: Credit | None) -> Portrait:
    """A face that was found in a photo, ready to be stored."""
    return _made(face, image_id(data), credit)


def _made(
    face: Face, known_by: str, credit: Credit | None, fetched_at: datetime | None = None
) -> Portrait:
    return Portrait(
        face.embedding,
        credit,
        image_id=known_by,
        box=face.box,
        quality=face.quality,
        fetched_at=fetched_at,
        thumbnail=face.thumbnail,
    )


def merged(known: Person, stated: Person) -> Person:
    """What a source states wins; what it leaves out stays."""
    facts = ("born", "died", "groups", "gender", "wikidata", "websites")
    changes = {fact: getattr(stated, fact) for fact in facts if getattr(stated, fact)}
    return replace(
        known,
        name=_merged_text(known.name, stated.name),
        description=_merged_text(known.description, stated.description),
        external_ids=_merged_ids(known.external_ids, stated.external_ids),
        **changes,
    )


def _merged_text(known: Text, stated: Text) -> Text:
    return Text(stated.ko or known.ko, stated.en or known.en)


def _merged_ids(known: Ids, stated: Ids) -> Ids:
    """Those that are stated, and what is known of places of which nothing is."""
    places = {place for place, _ in stated}
    stay = tuple(each for each in known if each in stated or each[0] not in places)
    return stay + tuple(each for each in stated if each not in stay)
