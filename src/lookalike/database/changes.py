"""The log of what was committed, by which every process brings its index up to date.

A change is written in the transaction of what it is about, so that whoever reads the log after a
number has seen everything before it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select

from lookalike.database.schema import CHANGES

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
class Changes:
    """
    Attributes:
        number: of the last change there is.
        since: what changed after the number that was asked about; None: more than is kept.
    """

    number: int
    since: tuple[Change, ...] | None


def record(connection: Connection, changes: Iterable[Change]) -> None:
    """Write changes in the transaction that the connection is in."""
    rows = [{"collection": c.collection, "person": c.person, "face": c.face} for c in changes]
    if not rows:
        return
    connection.execute(insert(CHANGES), rows)
    number = _last(connection)
    if number % _PRUNED_EVERY < len(rows):
        connection.execute(delete(CHANGES).where(CHANGES.c.number <= number - _KEPT))


def after(connection: Connection, number: int) -> Changes:
    """What changed after `number`."""
    last = _last(connection)
    first = connection.execute(select(func.min(CHANGES.c.number))).scalar() or last + 1
    if not first - 1 <= number <= last:
        return Changes(last, None)
    wanted = select(CHANGES).where(CHANGES.c.number > number).order_by(CHANGES.c.number)
    rows = connection.execute(wanted).all()
    return Changes(last, tuple(Change(row.collection, row.person, row.face) for row in rows))


def _last(connection: Connection) -> int:
    return connection.execute(select(func.max(CHANGES.c.number))).scalar() or 0
