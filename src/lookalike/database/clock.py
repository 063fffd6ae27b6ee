"""Times as the tables hold them: in UTC, without a zone, by the clock that all hosts have."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection, text

_NOW = text("SELECT clock_timestamp() AT TIME ZONE 'utc'")


def now(connection: Connection) -> datetime:
    """The time in UTC, without a zone, as the columns hold it: that of PostgreSQL, whose hosts may
    not agree; of SQLite, this machine's."""
    if connection.dialect.name != "postgresql":
        return naive(datetime.now(UTC))
    found: datetime = connection.execute(_NOW).scalar_one()
    return found


def naive(when: datetime) -> datetime:
    """A time with a zone, in UTC and without it."""
    return when.astimezone(UTC).replace(tzinfo=None)
