"""A database of SQLite as a whole: copied while others write, described, held against them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, func, inspect, select
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from lookalike.database import migrations
from lookalike.database.schema import COLLECTIONS, KEYS
from lookalike.database.sqlite import read_only
from lookalike.errors import Conflict, StoreUnavailable

# Copied at a time, 16 MB: Ctrl-C is heard in between.
_PAGES = 4096
# How long a change that is under way may take. A server holds the file all the time.
_PATIENCE_S = 2.0


@dataclass(frozen=True, slots=True)
class Contents:
    """What a database says of itself, of whatever version it is.

    Attributes:
        tables: its revision; None: from before there were any.
        contracts: what the vectors of each collection were made with.
        keys: how many access keys there are.
    """

    tables: str | None
    contracts: Mapping[str, str]
    keys: int


def copy(path: Path, to: Path) -> None:
    """Make a file of all that is committed now, whatever others commit meanwhile.

    Raises:
        StoreUnavailable: it cannot be read, or the copy cannot be written.
    """
    try:
        to.touch(0o600)
        with closing(read_only(path)) as source, closing(sqlite3.connect(to)) as target:
            # One view from here on: each commit of another process would begin it again.
            source.execute("BEGIN")
            source.execute("SELECT 1 FROM sqlite_master").fetchone()
            source.backup(target, pages=_PAGES)
            # All of it is in one file then.
            target.execute("PRAGMA journal_mode = DELETE")
            (found,) = target.execute("PRAGMA quick_check(1)").fetchone()
    except (sqlite3.DatabaseError, OSError) as error:
        raise StoreUnavailable(f"{path} cannot be copied to {to.parent} ({error}).") from error
    if found != "ok":
        raise StoreUnavailable(f"{path} is damaged ({found}).")


def contents(path: Path) -> Contents:
    """
    Raises:
        StoreUnavailable: it is no database of ours.
    """
    engine = create_engine("sqlite://", poolclass=NullPool, creator=lambda: read_only(path))
    try:
        with engine.connect() as connection:
            known = inspect(connection).has_table(KEYS.name)
            return Contents(
                migrations.revision(connection),
                dict(connection.execute(select(COLLECTIONS.c.id, COLLECTIONS.c.contract)).all()),
                connection.scalar(select(func.count()).select_from(KEYS)) or 0 if known else 0,
            )
    except DatabaseError as error:
        raise StoreUnavailable(f"{path} is no database of ours ({error.orig}).") from error


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """In here nobody else has a database open, and all of it is in its one file. What is damaged,
    or not there, nobody uses.

    Raises:
        Conflict: another process has it open.
    """
    if not path.is_file():
        yield
        return
    with closing(sqlite3.connect(path, _PATIENCE_S, isolation_level=None)) as connection:
        try:
            # In WAL mode only whoever has the file to themselves gets this.
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise Conflict(
                    f"A server or another command has {path} open; nothing was changed. Stop it, "
                    "then try again."
                ) from error
        # Moved meanwhile, it is left as it is: SQLite looks whether a file is where it was.
        yield
