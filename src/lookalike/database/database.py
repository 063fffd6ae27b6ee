"""Which database everything is kept in: a SQLite file in the home, or PostgreSQL."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection

from lookalike.config import Settings
from lookalike.database.sqlite import Sqlite
from lookalike.database.version import Version
from lookalike.database.waiting import Rest


class Database(Protocol):
    """One schema, brought up to date when it is opened. Methods raise StoreUnavailable when the
    database cannot be used; then nothing was changed.

    Attributes:
        shared: whether other machines may use it: then what all of them have to know lies there,
            and in no home; see `postgresql/tables.py`.
    """

    @property
    def shared(self) -> bool: ...

    def version(self) -> Version:
        """Another one when anyone, in any process, has committed."""

    def reading(self) -> AbstractContextManager[Connection]:
        """One view of everything, whatever others commit meanwhile."""

    def changing(self, part: str = "") -> AbstractContextManager[Connection]:
        """One transaction, or none of it; writers take turns.

        Args:
            part: a collection, or what else alone is changed. Where several can be at once, they
                are with others. Empty: everything.
        """

    def alone(self) -> AbstractContextManager[Connection]:
        """A connection on which each statement is a transaction of its own, which waits for
        nobody's turn."""

    def now(self) -> datetime:
        """The time in UTC, without a zone: the same for all who use it."""

    def check(self) -> None:
        """See that it can be read."""

    def rest_while_changing(self, rest: Rest) -> None:
        """Have `rest` entered by whoever changes something, from before it waits until it is
        done."""

    def prepare(self) -> None:
        """Make what is made with the first change: it is known now whether that can be."""

    def forget_deleted(self) -> None:
        """Take deleted rows out of the files too, as soon as nobody reads them."""

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Address:
    """Where a database is.

    Attributes:
        primary: of PostgreSQL: `postgresql://user:password@host/name`; empty: SQLite in the home.
        reads: of a standby of it; empty: there is none.
        connections: most at a time, of one that opens it.
    """

    primary: str = ""
    reads: str = ""
    connections: int = 15

    @classmethod
    def of(cls, settings: Settings) -> Address:
        return cls(settings.database, settings.database_reads, settings.database_connections)


def opened(home: Path, address: Address | None = None, *, make: bool = True) -> Database:
    """
    Args:
        address: SQLite in the home unless given.
        make: the file of SQLite now, if there is none, rather than with the first change.

    Raises:
        StoreUnavailable: it cannot be used.
        InvalidParameter: the address is of neither.
    """
    if address is None or not address.primary:
        return Sqlite(home, make=make)
    from lookalike.database.postgresql.server import Postgresql

    return Postgresql(address.primary, address.reads, address.connections)
