"""Times as the tables hold them: in UTC, without a zone."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The time in UTC, without a zone, as the columns hold it."""
    return naive(datetime.now(UTC))


def naive(when: datetime) -> datetime:
    """A time with a zone, in UTC and without it."""
    return when.astimezone(UTC).replace(tzinfo=None)
