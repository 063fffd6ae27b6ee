"""How often a site was used on each day: numbers alone, without photos, addresses or cookies.

One small SQLite file under `LOOKALIKE_HOME`, which all workers write to. It is made with the first
count, and only where counting is on. An answer never fails because it could not be counted.
"""

from __future__ import annotations

import logging
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from anyio import to_thread

if TYPE_CHECKING:
    from lookalike.answers.shapes import Lookalikes

# A visit is a page that was opened, an upload a photo that was searched for, a match a face whose
# nearest person was named, a share a card or a link that was made.
Event = Literal["visits", "uploads", "matches", "shares"]
EVENTS: tuple[Event, ...] = ("visits", "uploads", "matches", "shares")

_FILE = "counts.sqlite3"
_PATIENCE = 2.0
_TABLE = """CREATE TABLE IF NOT EXISTS counts (
    day TEXT, event TEXT, person TEXT, count INTEGER, PRIMARY KEY (day, event, person)
) WITHOUT ROWID"""
_ADD = """INSERT INTO counts VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET count = count + excluded.count"""
_LOG = logging.getLogger("lookalike")


@dataclass(frozen=True, slots=True)
class Day:
    """`best` holds who was the nearest person how often, the most frequent first."""

    day: date
    visits: int
    uploads: int
    matches: int
    shares: int
    best: tuple[tuple[str, int], ...]


class Counts:
    """The counts of one `LOOKALIKE_HOME`."""

    def __init__(self, home: Path, today: Callable[[], date] = date.today) -> None:
        self._path = home / _FILE
        self._today = today

    async def add(self, event: Event) -> None:
        """Count something that happened."""
        await self._add([(event, "")])

    async def add_lookalikes(self, answer: Lookalikes) -> None:
        """Count a photo that was searched for, and the nearest person of each of its faces."""
        best = [each.people[0].id for each in answer.faces if each.people]
        await self._add([("uploads", ""), *(("matches", person) for person in best)])

    def days(self, last: int) -> tuple[Day, ...]:
        """The last days on which anything happened, the latest first."""
        if not self._path.exists():
            return ()
        since = (self._today() - timedelta(days=last - 1)).isoformat()
        with closing(self._connect()) as connection:
            rows = connection.execute(
                "SELECT day, event, person, count FROM counts WHERE day >= ?", (since,)
            ).fetchall()
        days = sorted({row[0] for row in rows}, reverse=True)
        return tuple(_day(each, [row[1:] for row in rows if row[0] == each]) for each in days)

    async def _add(self, events: Iterable[tuple[Event, str]]) -> None:
        await to_thread.run_sync(self._write, Counter(events))

    def _write(self, events: Counter[tuple[Event, str]]) -> None:
        day = self._today().isoformat()
        rows = [(day, event, person, count) for (event, person), count in events.items()]
        try:
            self._path.touch(0o600)
            with closing(self._connect()) as connection, connection:
                connection.execute(_TABLE)
                connection.executemany(_ADD, rows)
        except (OSError, sqlite3.Error) as error:
            _LOG.warning("%s cannot be written (%s): something was not counted", _FILE, error)

    def _connect(self) -> sqlite3.Connection:
        # At once as a writer: one that had read first could not wait for another. No WAL either:
        # nobody can wait for the change to it.
        connection = sqlite3.connect(self._path, _PATIENCE, isolation_level="IMMEDIATE")
        # A count may be lost with the power, the file may not.
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection


def _day(day: str, rows: list[tuple[Event, str, int]]) -> Day:
    total: Counter[str] = Counter()
    people: Counter[str] = Counter()
    for event, person, count in rows:
        total[event] += count
        if person:
            people[person] += count
    numbers = {event: total[event] for event in EVENTS}
    return Day(date.fromisoformat(day), **numbers, best=tuple(people.most_common()))
