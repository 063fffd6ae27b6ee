"""Pictures of Commons on their way, so that people become candidates for an import."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from functools import partial

from lookalike.faces.apart.workers import ahead
from lookalike.gallery.sources.candidate import Candidate, Found, Picture
from lookalike.gallery.sources.report import LeftOut, Report
from lookalike.gallery.wikimedia.client import SLOTS, Wikimedia, WikimediaUnavailable
from lookalike.gallery.wikimedia.commons import CommonsFile
from lookalike.gallery.wikimedia.connection import Connection
from lookalike.gallery.wikimedia.selection import Selection

# People whose pictures are under way before their turn comes.
_AHEAD = 8


class Downloads:
    """Those of one run. Pictures are held in memory only."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._free = asyncio.Semaphore(SLOTS)
        self._came: dict[str, str] = {}

    def candidates(self, selections: Iterable[Selection | LeftOut]) -> Iterator[Found]:
        """Everyone with their pictures, which are fetched some people ahead."""
        return ahead((self._candidate(each) for each in selections), _AHEAD)

    def refused(self, report: Report) -> dict[str, str]:
        """Why an import could not use pictures that came, by the sha1 of their files."""
        return {
            self._came[each.where]: each.why for each in report.left_out if each.where in self._came
        }

    def _candidate(self, selection: Selection | LeftOut) -> Found:
        if isinstance(selection, LeftOut):
            return selection
        pictures = tuple(self._picture(selection, file) for file in selection.files)
        return Candidate(selection.person, pictures, already=selection.already)

    def _picture(self, selection: Selection, file: CommonsFile) -> Picture:
        name = f"{selection.person.id} {file.title}"
        read = partial(self._read, name, file, self._connection.begin(self._fetch, file.url))
        return Picture(name, read, file.credit, selection.asked_at)

    def _read(self, name: str, file: CommonsFile, data: Future[bytes]) -> bytes:
        try:
            read = self._connection.wait(data)
        except WikimediaUnavailable as error:
            self._connection.stopped = str(error)
            raise
        self._came[name] = file.sha1
        return read

    async def _fetch(self, wikimedia: Wikimedia, url: str) -> bytes:
        async with self._free:
            return await wikimedia.get(url)
