"""A roster -> people in a collection: identified, described, their portraits fetched and enrolled.

Everyone is asked for each time, fifty at once; only portraits that the collection does not have in
their present version are fetched, while the networks look at those before. So the same build goes
on where it was stopped, refreshes what has changed, and otherwise downloads nothing.

    Line -> Identified -> Profile -> Selection -> Candidate -> Report
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, takewhile

from lookalike.faces.apart.workers import Workers
from lookalike.gallery.sources.candidate import Expected
from lookalike.gallery.sources.destination import Destination
from lookalike.gallery.sources.importing import Importer
from lookalike.gallery.sources.report import LeftOut, Progress, Report, silent
from lookalike.gallery.wikimedia.build_cache import BuildCache
from lookalike.gallery.wikimedia.connection import Connection
from lookalike.gallery.wikimedia.downloads import Downloads
from lookalike.gallery.wikimedia.profiles import profiles
from lookalike.gallery.wikimedia.reconciliation import Ambiguous, decided, together
from lookalike.gallery.wikimedia.rosters.entries import Line
from lookalike.gallery.wikimedia.selection import Selection, Selector


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


def build_collection(
    lines: Sequence[Line],
    destination: Destination,
    connection: Connection,
    cache: BuildCache,
    workers: Workers,
    *,
    dry_run: bool = False,
    progress: Progress = silent,
) -> BuildReport:
    """Bring everyone on a roster into a collection.

    Args:
        dry_run: ask Wikimedia for everything but pictures, and add nobody.

    Raises:
        PortraitUnavailable: Wikidata cannot be asked who is meant by a name.
    """
    try:
        decisions = decided(lines, connection, cache, progress)
        people = together(decisions)
        described = profiles(people, connection)
        selector = Selector(destination, cache.refused)
        selected = selector.select(described)
        # A picture that cannot be fetched for now ends it too.
        going_on = takewhile(lambda _: connection.stopped is None, selected)
        selections = progress(going_on, len(people), "Fetching portraits")
        problems = (each for each in decisions if isinstance(each, LeftOut))
        importer = Importer(destination, dry_run=dry_run, interrupt=connection.interrupt)
        if dry_run:
            imported = importer.foreseen(chain(problems, map(_expected, selections)))
        else:
            downloads = Downloads(connection)
            candidates = downloads.candidates(selections)
            imported = importer.photos(chain(problems, candidates), workers)
            cache.refuse(downloads.refused(imported))
    finally:
        connection.cancel()
    return BuildReport(
        imported=imported,
        ambiguous=tuple(each for each in decisions if isinstance(each, Ambiguous)),
        replaced=0 if dry_run else _replace(destination, selector.selections),
        stopped=connection.stopped,
    )


def _expected(selection: Selection | LeftOut) -> Expected | LeftOut:
    if isinstance(selection, LeftOut):
        return selection
    return Expected(selection.person, len(selection.files), selection.already)


def _replace(destination: Destination, selections: Iterable[Selection]) -> int:
    """Remove portraits that have others in their place; how many."""
    outdated = [
        (each.person, portrait)
        for each in selections
        for portrait in each.outdated(destination.portraits(each.person.id))
    ]
    for person, portrait in outdated:
        destination.gallery.store.remove_portrait(person, portrait.id)
    return len(outdated)
