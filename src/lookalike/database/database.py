"""Which database everything is kept in: a SQLite file in the home, or PostgreSQL."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection

from lookalike.database.sqlite import Sqlite
from lookalike.database.version import Version
from lookalike.database.waiting import Rest


class Database(Protocol):
    """One schema, brought up to date when it is opened. Methods raise StoreUnavailable when the
    database cannot be used; then nothing was changed."""

    def version(self) -> Version:
        """Another one when anyone, in any process, has committed."""

    def reading(self) -> AbstractContextManager[Connection]:
        """One view of everything, whatever others commit meanwhile."""

    def changing(self) -> AbstractContextManager[Connection]:
        """One transaction, or none of it; writers take turns."""

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


def opened(home: Path, address: str = "", *, make: bool = True) -> Database:
    """
    Args:
        address: of PostgreSQL: `postgresql://user:password@host/name`; empty: SQLite in the home.
        make: the file of SQLite now, if there is none, rather than with the first change.

    Raises:
        StoreUnavailable: it cannot be used.
        InvalidParameter: the address is of neither.
    """
    if not address:
        return Sqlite(home, make=make)
    from lookalike.database.postgresql import Postgresql

    return Postgresql(address)
