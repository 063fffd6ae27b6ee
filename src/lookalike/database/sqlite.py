"""SQLite, one file: how it is opened, one transaction at a time, and what can go wrong with it."""

from __future__ import annotations

import errno
import logging
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from filelock import FileLock
from sqlalchemy import Connection, Engine, create_engine, event, select
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import NullPool

from lookalike import files
from lookalike.config import NOWHERE
from lookalike.database import migrations
from lookalike.database.clock import naive
from lookalike.database.presence import Presence
from lookalike.database.schema import COLLECTIONS, METADATA
from lookalike.database.version import NOTHING, Version
from lookalike.database.waiting import Rest, Turns
from lookalike.errors import StoreBusy, StoreUnavailable

# How long to wait for another process that writes; adding a person takes a few milliseconds.
_PATIENCE_MS = 20_000

# Only for us: it holds faces, and the secrets of keys.
_MODE = 0o600

_LOG = logging.getLogger("lookalike")
_HIDDEN = (
    "%s cannot be looked into (%s), so no gallery of your own is searched. Set LOOKALIKE_HOME to "
    "another folder."
)

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
_WAITED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
_BY_ERRNO = {errno.ENOSPC: _SPACE, errno.EDQUOT: _SPACE, errno.EFBIG: _SPACE}


class Sqlite:
    """In WAL mode: several processes read while one writes, and a kill loses nothing.

    Without a file there is nothing to be read: what only reads needs no folder that can be
    written. Where the file itself cannot be written, it is read alone. A file that was there and is
    lost makes everything fail until one is back.
    """

    shared = False

    def __init__(self, home: Path, *, make: bool = True) -> None:
        """
        Args:
            make: the file now, if there is none, rather than with the first change.

        Raises:
            StoreUnavailable: the file cannot be used, or made.
        """
        self._path = home / "lookalike.sqlite3"
        self._opening = threading.Lock()
        self._file: _File | _ReadOnly | None = None
        # How often another file took the place of the one that was open.
        self._replaced = 0
        self._turns = Turns()
        self._rest: Rest = nullcontext
        self._nothing = create_engine("sqlite://", poolclass=NullPool)
        if self._there() is None:
            if make:
                self.prepare()
            else:
                _say_hidden(self._path)

    def version(self) -> Version:
        with self._opening, self._usable():
            there = self._found()
            return NOTHING if there is None else Version(self._replaced, there.version())

    def now(self) -> datetime:
        return naive(datetime.now(UTC))

    def rest_while_changing(self, rest: Rest) -> None:
        """Have `rest` entered by whoever changes something, from before it waits until it is
        done."""
        self._rest = rest

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        self._nothing.dispose()

    def check(self) -> None:
        """
        Raises:
            StoreUnavailable: it cannot be read now.
        """
        with self.reading() as connection:
            connection.execute(select(COLLECTIONS.c.id).limit(1)).all()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One view of everything, whatever others commit meanwhile.

        Raises:
            StoreUnavailable: the file cannot be read.
        """
        there = self._there()
        with self._usable(), (there.engine if there else self._nothing).connect() as connection:
            if there is None:
                METADATA.create_all(connection, checkfirst=False)
                connection.rollback()
            connection.exec_driver_sql("BEGIN")
            yield connection

    @contextmanager
    def changing(self, part: str = "") -> Iterator[Connection]:
        """One transaction, or none of it; whatever part of everything it is about.

        Raises:
            StoreBusy: too many wait already, or one has waited too long; nothing was changed.
            StoreUnavailable: the file cannot be written; nothing was changed.
        """
        with (
            self._rest(),
            self._turns.taken(),
            self._usable(),
            self._made().engine.connect() as connection,
        ):
            # At once as a writer: one that had read first could not become one beside another.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            # Left by an error, the connection is closed, and SQLite rolls back what it held.
            yield connection
            connection.exec_driver_sql("COMMIT")

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """A connection on which each statement is a transaction of its own."""
        with self._usable(), self._made().engine.connect() as connection:
            yield connection

    def prepare(self) -> None:
        """Make the file now rather than with the first change.

        Raises:
            StoreUnavailable: it cannot be made.
        """
        with self._usable():
            self._made()

    def forget_deleted(self) -> None:
        """Take deleted rows out of the files too, unless someone reads them just now.

        They leave the files with the next checkpoint in any case, so that this one may fail.
        """
        there = self._there()
        if there is not None:
            with suppress(DatabaseError), there.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").all()

    def _there(self) -> _File | _ReadOnly | None:
        """The file, opened, if there is one."""
        with self._opening, self._usable():
            return self._found()

    def _found(self) -> _File | _ReadOnly | None:
        """The file, opened, if there is one; another if that is in its place by now.

        Raises:
            StoreUnavailable: it was there and is lost.
        """
        if self._file is None:
            if _is_there(self._path):
                self._file = _opened(self._path)
        elif self._file.presence.state() == "another":
            fresh = _opened(self._path)
            self._file.close()
            self._file = fresh
            self._replaced += 1
            _LOG.warning("%s was replaced; everything is read anew from it.", self._path)
        return self._file

    def _made(self) -> _File | _ReadOnly:
        """The file, opened; made if there never was one."""
        with self._opening:
            if self._found() is None:
                files.private_folder(self._path.parent)
                self._file = _File(self._path)
            assert self._file is not None  # nosec B101 # for types alone
            return self._file

    @contextmanager
    def _usable(self) -> Iterator[None]:
        try:
            yield
        except DatabaseError as error:
            # The others of its kind are faults of the caller, such as a value of a wrong type.
            if type(error) not in (DatabaseError, OperationalError):
                raise
            result = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
            kind = StoreBusy if result in _WAITED else StoreUnavailable
            raise self._unusable(error.orig, _BY_RESULT.get(result, _ACCESS), kind) from error
        except OSError as error:
            raise self._unusable(error, _BY_ERRNO.get(error.errno or 0, _ACCESS)) from error

    def _unusable(
        self,
        cause: BaseException | None,
        advice: str,
        kind: type[StoreUnavailable] = StoreUnavailable,
    ) -> StoreUnavailable:
        if self._path.parent == NOWHERE:
            return StoreUnavailable(
                "This user has no home folder, so nothing can be kept; nothing was changed. Set "
                "LOOKALIKE_HOME to a folder for it."
            )
        return kind(f"{self._path} cannot be used ({cause}); nothing was changed. {advice}")


class _File:
    """A file that is read and written, made if there is none, and brought up to date."""

    def __init__(self, path: Path) -> None:
        # One that is there already is SQLite's alone to open; see `presence.py`.
        with suppress(FileExistsError):
            path.touch(_MODE, exist_ok=False)
        self.engine = _connectable(path)
        # Two processes that start together must not both turn the new file to WAL.
        with (
            FileLock(path.parent / "migration.lock", mode=_MODE),
            self.engine.connect() as connection,
        ):
            behind = migrations.needed(connection)
        if behind:
            with self.engine.connect() as connection:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                migrations.upgrade(connection)
                connection.exec_driver_sql("COMMIT")
        # Kept open only to be asked whether another connection has committed.
        self._watch = self.engine.connect()
        self.presence = Presence(path)

    def version(self) -> int:
        return int(self._watch.exec_driver_sql("PRAGMA data_version").scalar_one())

    def close(self) -> None:
        self._watch.close()
        self.engine.dispose()


class _ReadOnly:
    """A file of somebody else's, or on a disk that is read alone; changes of it fail.

    Raises:
        StoreUnavailable: it is of another version.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.presence = Presence(path)
        self.engine = create_engine(
            "sqlite://", poolclass=NullPool, creator=lambda: read_only(path)
        )
        with self.engine.connect() as connection:
            if migrations.needed(connection):
                raise StoreUnavailable(
                    f"{path} was made by another version of Lookalike, and cannot be written to "
                    f"bring it up to date. {_ACCESS}"
                )

    def version(self) -> int:
        """By its times: nothing may be kept beside it that would tell of a commit."""
        wal = self._path.with_name(f"{self._path.name}-wal")
        times = [each.stat().st_mtime_ns for each in (self._path, wal) if each.exists()]
        return hash(tuple(times))

    def close(self) -> None:
        self.engine.dispose()


def _is_there(path: Path) -> bool:
    """Whether there is a database; a place that cannot be looked into has none for us."""
    with suppress(PermissionError):
        return path.exists()
    return False


def _say_hidden(path: Path) -> None:
    """Warn where there may be a database that we do not see."""
    try:
        path.stat()
    except PermissionError as error:
        _LOG.warning(_HIDDEN, path.parent, error.strerror)
    except OSError:
        pass


def _opened(path: Path) -> _File | _ReadOnly:
    found = files.obstacle(path.parent)
    forbidden = found is not None and found.errno in _FORBIDDEN
    if forbidden or not os.access(path, os.W_OK):
        return _ReadOnly(path)
    return _File(path)


def read_only(path: Path) -> sqlite3.Connection:
    """A connection that writes nothing: what WAL needs beside the file is there, or else nobody
    writes to it, and it is all there is."""
    address = f"file:{quote(str(path.absolute()))}?mode=ro"
    try:
        connection = _connection(address)
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            raise
        connection = _connection(f"{address}&immutable=1")
    return connection


def _connection(address: str) -> sqlite3.Connection:
    return sqlite3.connect(
        address, uri=True, isolation_level=None, check_same_thread=False, timeout=_PATIENCE_MS / 1e3
    )


def _connectable(path: Path) -> Engine:
    # A fresh connection each time keeps threads apart and costs 0.2 ms. It makes no file: one that
    # is gone is not to come back empty.
    address = f"file:{quote(str(path.absolute()))}?mode=rw"
    engine = create_engine("sqlite://", poolclass=NullPool, creator=lambda: _connection(address))

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
