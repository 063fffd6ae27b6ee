"""The log of what was committed, by which every process brings its index up to date.

A change is written in the transaction of what it is about, so that whoever reads the log after a
number has seen everything before it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select

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
    """A point in the log: the number of its last change then, and the stamp that this has in no
    other history, as a backup that was put in place of the database begins one."""

    number: int = 0
    stamp: int = 0


def record(connection: Connection, changes: Iterable[Change]) -> None:
    """Write changes in the transaction that the connection is in."""
    stamp = secrets.randbits(_STAMP_BITS)
    rows = [
        {"collection": c.collection, "person": c.person, "face": c.face, "stamp": stamp}
        for c in changes
    ]
    if not rows:
        return
    connection.execute(insert(CHANGES), rows)
    number = last(connection).number
    if number % _PRUNED_EVERY < len(rows):
        connection.execute(delete(CHANGES).where(CHANGES.c.number <= number - _KEPT))


def last(connection: Connection) -> Mark:
    """The last change there is."""
    wanted = select(CHANGES.c.number, CHANGES.c.stamp).order_by(CHANGES.c.number.desc()).limit(1)
    row = connection.execute(wanted).first()
    return Mark() if row is None else Mark(row.number, row.stamp)


def after(connection: Connection, mark: Mark) -> tuple[Change, ...] | None:
    """What changed after a mark; None: more than is kept, or the mark is of another history."""
    here = select(CHANGES.c.stamp).where(CHANGES.c.number == mark.number)
    if mark.number and connection.execute(here).scalar() != mark.stamp:
        return None
    first = connection.execute(select(func.min(CHANGES.c.number))).scalar() or 1
    if first - 1 > mark.number:
        return None
    wanted = select(CHANGES).where(CHANGES.c.number > mark.number).order_by(CHANGES.c.number)
    rows = connection.execute(wanted).all()
    return tuple(Change(row.collection, row.person, row.face) for row in rows)
