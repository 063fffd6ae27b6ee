"""SQLite, one file: how it is opened, one transaction at a time, and what can go wrong with it."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import NullPool

from lookalike.database import migrations
from lookalike.errors import StoreUnavailable

# How long to wait for another process that writes; adding a person takes a few milliseconds.
_PATIENCE_MS = 20_000

_SPACE = "Free some space on that disk, then try again."
_ACCESS = "Check its permissions, or set LOOKALIKE_HOME to another folder."
_HELD = "Another program holds it; close that, or try again in a moment."
_DAMAGED = "Put a copy from a backup in its place, or move it away to begin afresh."

_BY_RESULT = {
    sqlite3.SQLITE_FULL: _SPACE,
    sqlite3.SQLITE_IOERR: _SPACE,
    sqlite3.SQLITE_BUSY: _HELD,
    sqlite3.SQLITE_LOCKED: _HELD,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
}
_BY_ERRNO = {errno.ENOSPC: _SPACE, errno.EDQUOT: _SPACE, errno.EFBIG: _SPACE}


class Sqlite:
    """In WAL mode: several processes read while one writes, and a kill loses nothing."""

    def __init__(self, home: Path) -> None:
        """
        Raises:
            StoreUnavailable: the folder or the file cannot be used.
        """
        self._path = home / "lookalike.sqlite3"
        with self._usable():
            home.mkdir(parents=True, exist_ok=True)
            self._engine = _connectable(self._path)
            # Two processes that start together must not both turn the new file to WAL.
            with FileLock(home / "migration.lock"), self._engine.connect() as connection:
                behind = migrations.needed(connection)
            if behind:
                with self.changing() as connection:
                    migrations.upgrade(connection)
            # Kept open only to be asked whether another connection has committed.
            self._watch = self._engine.connect()

    def version(self) -> int:
        with self._usable():
            return int(self._watch.exec_driver_sql("PRAGMA data_version").scalar_one())

    def close(self) -> None:
        self._watch.close()
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One view of everything, whatever others commit meanwhile.

        Raises:
            StoreUnavailable: the file cannot be read.
        """
        with self._usable(), self._engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            yield connection

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        """One transaction, or none of it.

        Raises:
            StoreUnavailable: the file cannot be written; nothing was changed.
        """
        with self._usable(), self._engine.connect() as connection:
            # At once as a writer: one that had read first could not become one beside another.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            # Left by an error, the connection is closed, and SQLite rolls back what it held.
            yield connection
            connection.exec_driver_sql("COMMIT")

    def forget_deleted(self) -> None:
        """Take deleted rows out of the files too, unless someone reads them just now.

        They leave the files with the next checkpoint in any case, so that this one may fail.
        """
        with suppress(DatabaseError), self._engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").all()

    @contextmanager
    def _usable(self) -> Iterator[None]:
        try:
            yield
        except DatabaseError as error:
            # The others of its kind are faults of the caller, such as a value of a wrong type.
            if type(error) not in (DatabaseError, OperationalError):
                raise
            result = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
            raise self._unusable(error.orig, _BY_RESULT.get(result, _ACCESS)) from error
        except OSError as error:
            raise self._unusable(error, _BY_ERRNO.get(error.errno or 0, _ACCESS)) from error

    def _unusable(self, cause: BaseException | None, advice: str) -> StoreUnavailable:
        return StoreUnavailable(
            f"{self._path} cannot be used ({cause}); nothing was changed. {advice}"
        )


def _connectable(path: Path) -> Engine:
    # A fresh connection each time keeps threads apart and costs 0.2 ms.
    engine = create_engine(
        f"sqlite:///{path}", poolclass=NullPool, connect_args={"check_same_thread": False}
    )

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        connection.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        # Zeros over what is deleted: the vectors of a person who was taken down are gone.
        connection.execute("PRAGMA secure_delete = ON")
        # No transaction begins by itself: `changing` begins those that write.
        connection.isolation_level = None

    return engine
