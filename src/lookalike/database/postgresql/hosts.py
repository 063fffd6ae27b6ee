"""What the hosts of a database have agreed on, as it is shown."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text

from lookalike.database import migrations
from lookalike.database.postgresql import agreed, locks

_SESSIONS = text(
    "SELECT application_name, count(*) FROM pg_stat_activity WHERE datname = current_database() "
    "AND pid <> pg_backend_pid() GROUP BY 1 ORDER BY 1"
)


@dataclass(frozen=True, slots=True)
class Hosts:
    """
    Attributes:
        tables: their revision.
        oldest: the newest revision that the oldest version knows which may still run.
        together: whether writers of different parts write at the same time.
        key: where the key is that seals secrets.
        model: that is used where a host names none.
        site: whether there is a site file for all.
        sessions: what connections are called, and how many are open.
    """

    tables: str
    oldest: str
    together: bool
    key: str
    model: str | None
    site: bool
    sessions: tuple[tuple[str, int], ...]


def read(connection: Connection) -> Hosts:
    oldest = agreed.read(connection, agreed.OLDEST) or migrations.HEAD
    return Hosts(
        tables=migrations.revision(connection) or "",
        oldest=oldest,
        together=oldest >= locks.TOGETHER,
        key=_key(agreed.read(connection, "secret.key")),
        model=agreed.read(connection, "model"),
        site=agreed.read(connection, "site") is not None,
        sessions=tuple((row[0], row[1]) for row in connection.execute(_SESSIONS)),
    )


def _key(known: str | None) -> str:
    if known is None:
        return "no key yet; the first host that needs one makes it"
    set_ = known.startswith(agreed.PRINT)
    return "sealed with LOOKALIKE_SECRET_KEY" if set_ else "sealed with a key in the database"
