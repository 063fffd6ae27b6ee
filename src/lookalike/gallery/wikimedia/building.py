"""A roster -> people in a collection: decided, described, their portraits fetched and enrolled.

Everyone is asked for each time, fifty at once; only portraits that the collection does not have in
their present version are fetched, while the networks look at those before. So the same build goes
on where it was stopped, refreshes what has changed, and otherwise downloads nothing. Pictures are
held in memory only.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, Protocol, TypeVar

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal

from lookalike.errors import PortraitUnavailable
from lookalike.faces.workers import Workers, ahead
from lookalike.gallery.gallery import Gallery
from lookalike.gallery.sources.candidate import Candidate, Found, Picture, Problem
from lookalike.gallery.sources.importing import Importer, LeftOut, Report, merged
from lookalike.gallery.wikimedia import memory, names, planning
from lookalike.gallery.wikimedia.client import SLOTS, Later, Patience, Wikimedia
from lookalike.gallery.wikimedia.commons import File
from lookalike.gallery.wikimedia.memory import Memory
from lookalike.gallery.wikimedia.names import Ambiguous, Decision, Wanted
from lookalike.gallery.wikimedia.planning import Plan, Planned
from lookalike.gallery.wikimedia.roster import Entry, Listed
from lookalike.gallery.wikimedia.wikidata import BATCH, Wikidata

# Names that are searched together, and people whose portraits are fetched ahead.
_TOGETHER = 10
_AHEAD = 8
# How often Ctrl-C is looked for while there is nothing to do, in seconds.
_LISTENING = 0.2

Thing = TypeVar("Thing")


class Track(Protocol):
    """Shows how far a step is."""

    def __call__(
        self, things: Iterable[Thing], total: int, description: str
    ) -> Iterable[Thing]: ...


def untracked(things: Iterable[Thing], total: int, description: str) -> Iterable[Thing]:
    return things


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did, or would do.

    Attributes:
        ambiguous: names that fit several people; nobody was added for them.
        replaced: portraits that made way for those that Commons has in their place.
        stopped: why nobody further could be asked for, or None.
    """

    imported: Report
    ambiguous: tuple[Ambiguous, ...]
    replaced: int
    stopped: str | None


@dataclass(frozen=True, slots=True)
class Connection:
    """Wikimedia, and the thread in which it is asked."""

    portal: BlockingPortal
    wikimedia: Wikimedia


@contextmanager
def connected(
    folder: Path,
    client: httpx.AsyncClient,
    patience: Patience,
    now: Callable[[], float] = time.time,
) -> Iterator[Connection]:
    """
    Args:
        folder: what Wikimedia's clients on this machine share.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(client):
        yield Connection(portal, Wikimedia(folder, client, now, patience))


class Build:
    """One run for one collection."""

    def __init__(
        self,
        gallery: Gallery,
        collection: str,
        connection: Connection,
        kept: Memory,
        *,
        dry_run: bool = False,
        track: Track = untracked,
    ) -> None:
        """
        Args:
            dry_run: ask Wikimedia for everything but pictures, and add nobody.

        Raises:
            InvalidParameter: the collection is read-only.
        """
        self._gallery = gallery
        self._collection = collection
        self._portal = connection.portal
        self._wikimedia = connection.wikimedia
        self._memory = kept
        self._dry_run = dry_run
        self._track = track
        self._importer = Importer(gallery, collection)
        self._plan = Plan(gallery, collection, kept.refused)
        self._free = asyncio.Semaphore(SLOTS)
        self._under_way: set[Future[Any]] = set()
        self._fetched: dict[str, str] = {}
        self._stopped: str | None = None

    def run(self, listed: Sequence[Listed], workers: Workers) -> BuildReport:
        """Bring everyone on a roster into the collection.

        Raises:
            PortraitUnavailable: Wikidata cannot be asked who is meant by a name.
        """
        try:
            decided = self._decided(listed)
            problems = [each for each in decided if isinstance(each, Problem)]
            people = _together(each for each in decided if isinstance(each, Wanted))
            planned = self._track(self._planned(people), len(people), "Fetching portraits")
            if self._dry_run:
                report = self._would(chain(problems, planned))
            else:
                report = self._importer.photos(chain(problems, self._begun(planned)), workers)
                self._remember(report)
        finally:
            for task in tuple(self._under_way):
                task.cancel()
        return BuildReport(
            imported=report,
            ambiguous=tuple(each for each in decided if isinstance(each, Ambiguous)),
            replaced=0 if self._dry_run else self._replace(),
            stopped=self._stopped,
        )

    def _decided(self, listed: Sequence[Listed]) -> list[Decision]:
        """Who is meant by each line, in the order of the roster."""
        decisions: dict[str, Decision] = {}
        unknown = []
        for each in listed:
            if isinstance(each, Problem):
                decisions[each.where] = each
            elif known := each.wikidata or self._memory.chosen.get(_key(each)):
                decisions[each.where] = names.wanted(each, known)
            else:
                unknown.append(each)
        try:
            for entry, decision in self._track(self._found(unknown), len(unknown), "Finding names"):
                decisions[entry.where] = decision
                if isinstance(decision, Wanted):
                    self._memory.chosen[_key(entry)] = decision.wikidata
        finally:
            self._memory.save()
        return [decisions[each.where] for each in listed]

    def _found(self, entries: Sequence[Entry]) -> Iterator[tuple[Entry, Decision]]:
        wikidata = Wikidata(self._wikimedia)
        for some in _batches(entries, _TOGETHER):
            decisions = self._start(names.decide, some, wikidata).result()
            yield from zip(some, decisions, strict=True)

    def _planned(self, people: Sequence[Wanted]) -> Iterator[Planned | Problem]:
        """Everyone with what is to be fetched; ends early when Wikimedia cannot be asked."""
        asked = (
            self._start(planning.ask, some, self._wikimedia) for some in _batches(people, BATCH)
        )
        try:
            for answers in ahead(asked, 1):
                for each in self._plan.found(self._result(answers)):
                    if self._stopped:
                        return
                    yield each
        except PortraitUnavailable as error:
            self._stopped = str(error)

    def _begun(self, planned: Iterable[Planned | Problem]) -> Iterator[Found]:
        """The same people, their pictures under way."""
        return ahead((self._candidate(each) for each in planned), _AHEAD)

    def _candidate(self, planned: Planned | Problem) -> Found:
        if isinstance(planned, Problem):
            return planned
        pictures = tuple(self._picture(planned, file) for file in planned.files)
        return Candidate(planned.person, pictures, already=planned.already)

    def _picture(self, planned: Planned, file: File) -> Picture:
        name = f"{planned.person.id} {file.title}"
        read = partial(self._read, name, file, self._start(self._fetch, file.url))
        return Picture(name, read, file.credit, planned.asked_at)

    def _read(self, name: str, file: File, data: Future[bytes]) -> bytes:
        try:
            read = self._result(data)
        except Later as error:
            self._stopped = str(error)
            raise
        self._fetched[name] = file.sha1
        return read

    async def _fetch(self, url: str) -> bytes:
        async with self._free:
            return await self._wikimedia.get(url)

    def _start(self, call: Callable[..., Awaitable[Thing]], *args: object) -> Future[Thing]:
        task: Future[Thing] = self._portal.start_task_soon(call, *args)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task

    def _result(self, task: Future[Thing]) -> Thing:
        """Wait for a task; Ctrl-C is heard even when Wikimedia asked to wait for long."""
        while not wait([task], _LISTENING).done:
            self._importer.check_stop()
        return task.result()

    def _remember(self, report: Report) -> None:
        """Keep why pictures were refused that came: they need not come again."""
        for each in report.left_out:
            if each.where in self._fetched:
                self._memory.refused[self._fetched[each.where]] = each.why
        self._memory.save()

    def _replace(self) -> int:
        outdated = list(self._plan.outdated())
        for person_id, portrait in outdated:
            self._gallery.remove_portrait(person_id, portrait.id, self._collection)
        return len(outdated)

    def _would(self, found: Iterable[Planned | Problem]) -> Report:
        started, added, changed, new, already = time.perf_counter(), 0, 0, 0, 0
        left_out = []
        for each in found:
            if isinstance(each, Problem):
                left_out.append(LeftOut("", each.where, each.why))
                continue
            known = self._plan.people.get(each.person.id)
            added += known is None and bool(each.files)
            changed += known is not None and bool(each.files or merged(known, each.person) != known)
            new += len(each.files)
            already += each.already
        return Report(
            collection=self._collection,
            dry_run=True,
            interrupted=False,
            people_added=added,
            people_changed=changed,
            portraits_added=new,
            already=already,
            thumbnails_added=0,
            photos=new + already,
            left_out=tuple(left_out),
            seconds=time.perf_counter() - started,
        )


def _key(entry: Entry) -> str:
    return memory.key(entry.names, entry.groups, entry.born, entry.occupations)


def _together(people: Iterable[Wanted]) -> list[Wanted]:
    """Everyone once, with the groups of all the lines they are on."""
    found: dict[str, Wanted] = {}
    for each in people:
        first = found.get(each.wikidata, each)
        name = first.name.completed(each.name)
        groups = tuple(dict.fromkeys([*first.groups, *each.groups]))
        found[each.wikidata] = Wanted(each.wikidata, first.where, name, groups)
    return list(found.values())


def _batches(things: Sequence[Thing], size: int) -> Iterator[Sequence[Thing]]:
    return (things[start : start + size] for start in range(0, len(things), size))
