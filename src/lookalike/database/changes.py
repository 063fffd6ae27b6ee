"""The log of what was committed, by which every process brings its index up to date.

A change is written in the transaction of what it is about. Where writers take turns, whoever has
read the log up to a number has seen everything before it; in PostgreSQL they do not, and readers go
by transactions (`postgresql/log.py`).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from lookalike.database.postgresql import log
from lookalike.database.postgresql.log import Seen
from lookalike.database.schema import CHANGES

# Of a stamp: what any database has for an integer, which is positive.
_STAMP_BITS = 31
# How many are kept. A process that slept through more reads everything afresh.
_KEPT = 100_000
_PRUNED_EVERY = 1_000


@dataclass(frozen=True, slots=True)
class Change:
    """A person, a face, a whole collection (neither is named) or the blocklist (nothing is)."""

    collection: str | None = None
    person: str | None = None
    face: str | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A point in the log.

    Attributes:
        number: of its last change then; in PostgreSQL, where changes do not end in their order, the
            last transaction before which all had ended.
        stamp: of that change, which it has in no other history, as a backup that was put in place
            of the database begins one.
        snapshot: which transactions had ended, of PostgreSQL. It may be forgotten: then some
            changes are read again.
    """

    number: int = 0
    stamp: int = 0
    snapshot: str = ""


def record(connection: Connection, changes: Iterable[Change]) -> None:
    """Write changes in the transaction that the connection is in."""
    stamp = secrets.randbits(_STAMP_BITS)
    rows = [
        {"collection": c.collection, "person": c.person, "face": c.face, "stamp": stamp}
        for c in changes
    ]
    if not rows:
        return
    written = connection.execute(insert(CHANGES).returning(CHANGES.c.number), rows)
    number = max(written.scalars())
    if number % _PRUNED_EVERY < len(rows):
        if _ends_in_any_order(connection):
            log.prune(connection, _KEPT)
        else:
            connection.execute(delete(CHANGES).where(CHANGES.c.number <= number - _KEPT))


def last(connection: Connection) -> Mark:
    """The last change there is."""
    if _ends_in_any_order(connection):
        return _last_of_transactions(connection)
    wanted = select(CHANGES.c.number, CHANGES.c.stamp).order_by(CHANGES.c.number.desc()).limit(1)
    row = connection.execute(wanted).first()
    return Mark() if row is None else Mark(row.number, row.stamp)


def after(connection: Connection, mark: Mark) -> tuple[Change, ...] | None:
    """What changed after a mark; None: more than is kept, or the mark is of another history."""
    if _ends_in_any_order(connection):
        return _after_transactions(connection, mark)
    here = select(CHANGES.c.stamp).where(CHANGES.c.number == mark.number)
    if mark.number and connection.execute(here).scalar() != mark.stamp:
        return None
    first = connection.execute(select(func.min(CHANGES.c.number))).scalar() or 1
    if first - 1 > mark.number:
        return None
    wanted = select(CHANGES).where(CHANGES.c.number > mark.number).order_by(CHANGES.c.number)
    return _changes(connection.execute(wanted).all())


def _ends_in_any_order(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"


def _last_of_transactions(connection: Connection) -> Mark:
    snapshot = log.snapshot(connection)
    ended = Seen.read(snapshot).oldest - 1
    row = log.last_until(connection, ended)
    return Mark(ended, 0 if row is None else row.stamp, snapshot)


def _after_transactions(connection: Connection, mark: Mark) -> tuple[Change, ...] | None:
    """What is not of its history has another stamp. What was forgotten took that with it, or, where
    there was no change yet, the first number."""
    row = log.last_until(connection, mark.number)
    if (0 if row is None else row.stamp) != mark.stamp:
        return None
    if row is None and log.first(connection) not in (None, 1):
        return None
    seen = Seen.read(mark.snapshot) if mark.snapshot else Seen.until(mark.number)
    return _changes(log.unseen(connection, seen))


def _changes(rows: Sequence[Any]) -> tuple[Change, ...]:
    return tuple(Change(row.collection, row.person, row.face) for row in rows)
