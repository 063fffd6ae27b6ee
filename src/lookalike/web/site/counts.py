"""How often a site was used on each day: numbers alone, without photos, addresses or cookies.

One small SQLite file under `LOOKALIKE_HOME`, which all workers write to, or rows of a database that
several machines share. It is made with the first count, and only where counting is on. An answer
never fails because it could not be counted.
"""

from __future__ import annotations

import logging
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from anyio import to_thread
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert

from lookalike.config import Settings
from lookalike.database.database import Database
from lookalike.database.postgresql.tables import COUNTS
from lookalike.errors import StoreUnavailable

if TYPE_CHECKING:
    from lookalike.answers.shapes import Lookalikes

# A visit is a page that was opened, an upload a photo that was searched for, a match a face whose
# nearest person was named, a share a card or a link that was made; an offer was `offered` when it
# stood beside a result, and `opened` when somebody followed its link.
Event = Literal["visits", "uploads", "matches", "shares", "offered", "opened"]
OfferEvent = Literal["offered", "opened"]
EVENTS: tuple[Event, ...] = get_args(Event)

_FILE = "counts.sqlite3"
_PATIENCE = 2.0
# What an event was about is in the column `person`, which is older than offers.
_TABLE = """CREATE TABLE IF NOT EXISTS counts (
    day TEXT, event TEXT, person TEXT, count INTEGER, PRIMARY KEY (day, event, person)
) WITHOUT ROWID"""
_ADD = """INSERT INTO counts VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET count = count + excluded.count"""
_ADD_SHARED = upsert(COUNTS).on_conflict_do_update(
    index_elements=[COUNTS.c.day, COUNTS.c.event, COUNTS.c.about],
    set_={"count": COUNTS.c.count + upsert(COUNTS).excluded.count},
)
_LOG = logging.getLogger("lookalike")


@dataclass(frozen=True, slots=True)
class OfferCount:
    """How often an offer was shown, and followed."""

    id: str
    offered: int
    opened: int


@dataclass(frozen=True, slots=True)
class Day:
    """`best` holds who was the nearest person how often, the most frequent first; `offers` those
    that were shown or followed, the most shown first."""

    day: date
    visits: int
    uploads: int
    matches: int
    shares: int
    offered: int
    opened: int
    best: tuple[tuple[str, int], ...]
    offers: tuple[OfferCount, ...]


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

    async def add_offers(self, event: OfferEvent, offers: Iterable[str]) -> None:
        """Count what happened to offers, by their ids."""
        await self._add([(event, each) for each in offers])

    def days(self, last: int) -> tuple[Day, ...]:
        """The last days on which anything happened, the latest first."""
        rows = self._read(self._today() - timedelta(days=last - 1))
        days = sorted({row[0] for row in rows}, reverse=True)
        return tuple(_day(each, [row[1:] for row in rows if row[0] == each]) for each in days)

    def _read(self, since: date) -> Sequence[Any]:
        """Day, event, whom or what it was about, and how often, from a day on."""
        if not self._path.exists():
            return ()
        with closing(self._connect()) as connection:
            return connection.execute(
                "SELECT day, event, person, count FROM counts WHERE day >= ?", (since.isoformat(),)
            ).fetchall()

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


class SharedCounts(Counts):
    """The same in a database, of all hosts; days are those of its clock where this host is."""

    def __init__(self, database: Database) -> None:
        super().__init__(Path(), lambda: database.now().replace(tzinfo=UTC).astimezone().date())
        self._database = database

    def _read(self, since: date) -> Sequence[Any]:
        with self._database.reading() as connection:
            rows = connection.execute(select(COUNTS).where(COUNTS.c.day >= since)).all()
        return [(row.day.isoformat(), row.event, row.about, row.count) for row in rows]

    def _write(self, events: Counter[tuple[Event, str]]) -> None:
        try:
            day = self._today()
            # In one order: two that wait for each other's rows would wait for ever.
            rows = [
                {"day": day, "event": event, "about": about, "count": count}
                for (event, about), count in sorted(events.items())
            ]
            with self._database.alone() as connection:
                for row in rows:
                    connection.execute(_ADD_SHARED, row)
        except StoreUnavailable as error:
            _LOG.warning("%s Something was not counted.", error)


def opened(settings: Settings, database: Database) -> Counts:
    """The counts of a server: in its home, or where all hosts have them."""
    return SharedCounts(database) if database.shared else Counts(settings.home)


def _day(day: str, rows: list[tuple[Event, str, int]]) -> Day:
    total: Counter[str] = Counter()
    about: dict[str, Counter[str]] = {event: Counter() for event in EVENTS}
    for event, what, count in rows:
        total[event] += count
        if what:
            about[event][what] += count
    numbers = {event: total[event] for event in EVENTS}
    return Day(
        date.fromisoformat(day),
        **numbers,
        best=tuple(about["matches"].most_common()),
        offers=_offers(about["offered"], about["opened"]),
    )


def _offers(offered: Counter[str], opened: Counter[str]) -> tuple[OfferCount, ...]:
    known = sorted(offered | opened, key=lambda each: (-offered[each], each))
    return tuple(OfferCount(each, offered[each], opened[each]) for each in known)
