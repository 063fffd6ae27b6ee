"""Candidates -> people in a collection: one transaction a person, resumable, with a report.

Photos are known by the sha256 of their files. What is enrolled already is neither decoded nor
added again, so the same import goes on where it was stopped, and a second run adds nothing.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, tee

from lookalike.errors import Blocked
from lookalike.faces.apart.seen import Lookers, Seen
from lookalike.faces.apart.workers import FaceOrReason, Workers, main_face
from lookalike.gallery.enrolment.namesakes import Alike
from lookalike.gallery.people import Credit, Person
from lookalike.gallery.portraits import Portrait
from lookalike.gallery.reembedding import Unusable, reembedded_portraits
from lookalike.gallery.shortcomings import shortcomings
from lookalike.gallery.sources.candidate import Candidate, Expected, Found, Picture
from lookalike.gallery.sources.destination import Destination
from lookalike.gallery.sources.identities import SourcePeople
from lookalike.gallery.sources.image_file import portrait_of
from lookalike.gallery.sources.report import Joined, LeftOut, PoorPortrait, Report
from lookalike.processes import Interrupt

# As `Person.external_ids`.
Ids = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Turn:
    """A photo whose turn it is; the place is that of its candidate in the source."""

    place: int
    candidate: Candidate
    picture: Picture


class Importer:
    """Brings people into one collection. An object is for one run."""

    def __init__(
        self,
        destination: Destination,
        *,
        dry_run: bool = False,
        thumbnails: bool = False,
        show: bool = False,
        interrupt: Interrupt | None = None,
        alike: Alike | None = None,
        advance: Callable[[], None] = lambda: None,
    ) -> None:
        """
        Args:
            thumbnails: keep a small picture of every face, of those enrolled before too.
            show: let a page show the portraits that have a licence, from these pictures.
            interrupt: what a source that keeps the import waiting hears of Ctrl-C by.
            alike: by which people of one name are told apart; None: by their ids alone.
            advance: called after each photo or packed portrait.
        """
        self._gallery = destination.gallery
        self._collection = destination.collection
        self._dry_run = dry_run
        self._thumbnails = thumbnails or show
        self._shown = show
        self._interrupt = interrupt or Interrupt()
        self._advance = advance
        self._enrolled = destination.enrolled
        self._bare = destination.bare
        # Photos that need no look: what is enrolled, with a thumbnail if they are wanted.
        self._done = self._enrolled - self._bare if self._thumbnails else self._enrolled
        self._people = SourcePeople(
            destination.people.values(), destination.gallery.store.portraits, alike
        )
        self._seen: dict[str, str] = {}
        self._added: set[str] = set()
        self._changed: set[str] = set()
        self._counts: Counter[str] = Counter()
        self._left_out: list[LeftOut] = []
        self._joined: list[Joined] = []
        self._warnings: list[PoorPortrait] = []

    def photos(self, found: Iterable[Found], lookers: Lookers) -> Report:
        """Look at every photo of every candidate and add those that show one person's face.

        Ctrl-C ends it early: whoever was added stays, and the report says `interrupted`.
        """
        return self._timed(lambda: self._photos(found, lookers))

    def foreseen(self, expected: Iterable[Expected | LeftOut]) -> Report:
        """What `photos` would do if every picture could be used. For a dry run; writes nothing."""
        started = time.perf_counter()
        for each in expected:
            if isinstance(each, LeftOut):
                self._left_out.append(each)
                continue
            known = self._people.known(each.person)
            person = _merged(known, each.person) if known else each.person
            self._counts["photos"] += each.new + each.already
            self._counts["already"] += each.already
            if each.new or known not in (None, person):
                self._note(person, known, each.new)
        return self._report(started, interrupted=False)

    def packed(self, people: Iterable[tuple[Person, Sequence[Portrait]]]) -> Report:
        """Add people whose portraits are vectors already."""
        return self._timed(lambda: self._packed(people))

    def remade(
        self, people: Iterable[tuple[Person, Sequence[Portrait]]], workers: Workers
    ) -> Report:
        """Add people whose vectors are of another model: they are made anew from thumbnails."""
        made = reembedded_portraits(people, self._enrolled, workers)
        return self._timed(lambda: self._packed(made))

    def _timed(self, work: Callable[[], None]) -> Report:
        started, interrupted = time.perf_counter(), False
        try:
            with self._interrupt.deferred():
                work()
        except KeyboardInterrupt:
            interrupted = True
        return self._report(started, interrupted=interrupted)

    def _report(self, started: float, *, interrupted: bool) -> Report:
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
            joined=tuple(self._joined),
            doubled=tuple(self._people.doubled),
            warnings=tuple(self._warnings),
            shown=self._counts["shown"],
        )

    def _photos(self, found: Iterable[Found], lookers: Lookers) -> None:
        turns, ahead = tee(self._turns(found))
        question = main_face(thumbnail=self._thumbnails)
        seen = lookers.through((each.picture.read for each in ahead), question, self._done)
        both = zip(turns, seen, strict=True)
        for _, group in groupby(both, key=lambda each: each[0].place):
            portraits, already, credits = [], 0, {}
            for turn, look in group:
                already += look.known_by in self._done
                portrait = self._portrait(turn, look)
                portraits += [portrait] if portrait else []
                candidate = turn.candidate
                credits[look.known_by] = turn.picture.credit or candidate.credit
            self._show(self._enrol(candidate.person, portraits, already), credits)

    def _packed(self, people: Iterable[tuple[Person, Sequence[Portrait | Unusable]]]) -> None:
        for person, portraits in people:
            self._interrupt.check()
            for each in portraits:
                if isinstance(each, Unusable):
                    self._leave_out(person, each.where, each.why)
            if not portraits and self._people.known(person) is None:
                self._leave_out(person, person.id, "no portrait in the pack")
            usable = [each for each in portraits if isinstance(each, Portrait)]
            self._show(
                self._enrol(person, usable), {each.image_id or "": each.credit for each in usable}
            )
            for _ in portraits:
                self._counts["photos"] += 1
                self._advance()

    def _turns(self, found: Iterable[Found]) -> Iterator[_Turn]:
        for place, each in enumerate(found):
            self._interrupt.check()
            if isinstance(each, LeftOut):
                self._left_out.append(each)
                continue
            self._counts["already"] += each.already
            self._counts["photos"] += each.already
            if each.joined:
                self._joined.append(Joined(each.person.label, each.joined))
            if not each.pictures:
                self._enrol(each.person, (), each.already)
            for picture in each.pictures:
                yield _Turn(place, each, picture)

    def _portrait(self, turn: _Turn, seen: Seen[FaceOrReason]) -> Portrait | None:
        self._interrupt.check()
        self._counts["photos"] += 1
        self._advance()
        if seen.known_by in self._done:
            self._counts["already"] += 1
            return None
        look = self._look(turn.picture, seen)
        if isinstance(look, str):
            self._leave_out(turn.candidate.person, turn.picture.name, look)
            return None
        credit = turn.picture.credit or turn.candidate.credit
        return portrait_of(look, seen.known_by, credit, turn.picture.fetched_at)

    def _look(self, picture: Picture, seen: Seen[FaceOrReason]) -> FaceOrReason:
        """The face in a photo that is not enrolled, or why there is none."""
        if isinstance(seen.unread, OSError):
            return seen.unread.strerror or str(seen.unread)
        if seen.unread is not None:
            return str(seen.unread)
        if seen.known_by in self._seen:
            return f"the same photo as {self._seen[seen.known_by]}"
        self._seen[seen.known_by] = picture.name
        assert seen.answer is not None  # nosec B101 # for types alone
        return seen.answer

    def _enrol(
        self, person: Person, portraits: Sequence[Portrait], already: int = 0
    ) -> Person | None:
        """Add who is new, and what is new about who is there; who that is in the collection."""
        new = [each for each in portraits if each.image_id not in self._enrolled]
        seen = bool(portraits or already)
        known = self._people.seen(person, new) if seen else self._people.known(person)
        self._counts["already"] += len(portraits) - len(new)
        if known is None and not new and seen:
            self._leave_out(person, person.id, "the photos are enrolled under another name")
        if known:
            self._keep_thumbnails(known, portraits)
            person = _merged(known, person)
        if not new and known in (None, person):
            return known
        try:
            if not self._dry_run:
                self._write(person, new, known)
        except Blocked as error:
            self._leave_out(person, person.id, str(error))
            return None
        self._note(person, known, len(new))
        self._warn(person, new)
        return person

    def _show(self, person: Person | None, credits: Mapping[str, Credit | None]) -> None:
        """Let a page show portraits of somebody that are in the collection now."""
        if person is not None and self._shown and not self._dry_run:
            self._counts["shown"] += self._gallery.store.show(person, credits)

    def _note(self, person: Person, known: Person | None, portraits: int) -> None:
        (self._changed if known else self._added).add(person.id)
        self._people.keep(person)
        self._counts["added"] += portraits

    def _warn(self, person: Person, portraits: Sequence[Portrait]) -> None:
        for each in portraits:
            if found := shortcomings(each):
                known_by = each.image_id or ""
                where = self._seen.get(known_by, known_by)
                self._warnings.append(PoorPortrait(person.label, where, found))

    def _keep_thumbnails(self, person: Person, portraits: Sequence[Portrait]) -> None:
        bare = {
            each.image_id: each.thumbnail
            for each in portraits
            if each.image_id in self._bare and each.image_id and each.thumbnail
        }
        if bare and not self._dry_run:
            self._gallery.store.keep_thumbnails(person, bare)
        self._counts["thumbnails"] += len(bare)

    def _leave_out(self, person: Person, where: str, why: str) -> None:
        self._left_out.append(LeftOut(where, why, person=person.name.get("ko") or ""))

    def _write(self, person: Person, portraits: Sequence[Portrait], known: Person | None) -> None:
        if known not in (None, person):
            self._gallery.store.change(person)
        if portraits:
            self._gallery.store.add(person, portraits)


def _merged(known: Person, stated: Person) -> Person:
    """What a source states wins; what it leaves out stays."""
    facts = ("born", "died", "groups", "gender", "country", "fields", "wikidata", "websites")
    changes = {fact: getattr(stated, fact) for fact in facts if getattr(stated, fact)}
    return replace(
        known,
        name=stated.name.completed(known.name),
        description=stated.description.completed(known.description),
        external_ids=_merged_ids(known.external_ids, stated.external_ids),
        **changes,
    )


def _merged_ids(known: Ids, stated: Ids) -> Ids:
    """Those that are stated, and what is known of places of which nothing is."""
    places = {place for place, _ in stated}
    stay = tuple(each for each in known if each in stated or each[0] not in places)
    return stay + tuple(each for each in stated if each not in stay)
