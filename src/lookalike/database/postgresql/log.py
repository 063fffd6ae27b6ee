"""The log of changes in PostgreSQL, where transactions do not end in the order of their numbers.

A change carries the id of its transaction (`xid`, the default of its column, so that every version
of Lookalike writes it). Whoever reads the log keeps which transactions it has seen the end of: a
snapshot (postgresql.org/docs/current/functions-info.html, "Transaction ID and Snapshot
Information"). What is new is what that snapshot does not show.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, literal_column, select, update

from lookalike.database.postgresql.tables import LOG

# A standby does not say which transactions are under way above the oldest of them: then all of
# those count as unseen, and are read again.
_SNAPSHOT: ColumnElement[str] = literal_column(
    "CASE WHEN pg_is_in_recovery() "
    "THEN concat_ws(':', pg_snapshot_xmin(pg_current_snapshot()), "
    "pg_snapshot_xmin(pg_current_snapshot()), '') "
    "ELSE pg_current_snapshot()::text END"
)


@dataclass(frozen=True, slots=True)
class Seen:
    """The transactions whose end somebody has seen.

    Attributes:
        oldest: all before have ended.
        newest: none from this one on has.
        open: those between that had not.
    """

    oldest: int
    newest: int
    open: frozenset[int]

    @classmethod
    def read(cls, text: str) -> Seen:
        """Of what PostgreSQL writes: `oldest:newest:open,open`."""
        oldest, newest, between = text.split(":")
        return cls(int(oldest), int(newest), frozenset(map(int, filter(None, between.split(",")))))

    @classmethod
    def until(cls, transaction: int) -> Seen:
        """All up to that one."""
        return cls(transaction + 1, transaction + 1, frozenset())

    def holds(self, transaction: int) -> bool:
        return transaction < self.newest and transaction not in self.open


def snapshot(connection: Connection) -> str:
    """What the transaction that the connection is in sees."""
    return str(connection.execute(select(_SNAPSHOT)).scalar_one())


def last_until(connection: Connection, transaction: int) -> Any:
    """The last change of transactions up to that one, None if there is none."""
    wanted = select(LOG.c.number, LOG.c.stamp).where(LOG.c.xid <= transaction)
    return connection.execute(
        wanted.order_by(LOG.c.xid.desc(), LOG.c.number.desc()).limit(1)
    ).first()


def first(connection: Connection) -> int | None:
    """The number of the oldest change that is kept."""
    number: int | None = connection.execute(select(func.min(LOG.c.number))).scalar()
    return number


def unseen(connection: Connection, seen: Seen) -> Sequence[Any]:
    """Changes that are there and that somebody has not seen, in order."""
    wanted = select(LOG).where(LOG.c.xid >= seen.oldest).order_by(LOG.c.xid, LOG.c.number)
    return [row for row in connection.execute(wanted).all() if not seen.holds(row.xid)]


def prune(connection: Connection, kept: int) -> None:
    """Forget all but so many of the newest changes, whole transactions at a time."""
    newest = select(LOG.c.xid).order_by(LOG.c.number.desc()).offset(kept).limit(1)
    connection.execute(delete(LOG).where(LOG.c.xid < newest.scalar_subquery()))


def adopt(connection: Connection) -> None:
    """Let changes that a dump brought from elsewhere, where ids were others, be of the past."""
    future: ColumnElement[int] = literal_column(
        "pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
    )
    connection.execute(update(LOG).where(LOG.c.xid >= future).values(xid=0))
