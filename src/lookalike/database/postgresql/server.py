"""One PostgreSQL, and a copy of it to read from: transactions, versions, and what goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import datetime

from sqlalchemy import URL, Connection, Engine, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoneFree

from lookalike.database import migrations
from lookalike.database.clock import now
from lookalike.database.postgresql import agreed, hosts, locks, log
from lookalike.database.postgresql.addresses import NAME, engine_of, url_of
from lookalike.database.postgresql.hosts import Hosts
from lookalike.database.schema import COLLECTIONS
from lookalike.database.version import Version
from lookalike.database.waiting import Rest, Turns
from lookalike.errors import StoreBusy, StoreUnavailable

_SETTING, _READS = "LOOKALIKE_DATABASE", "LOOKALIKE_DATABASE_READS"
# The first with `pg_current_snapshot`.
_LEAST = (13,)
# What can be seen now: another text after any transaction has ended. A standby says no more than
# the oldest that is under way, so there it is how far it has come, which moves when all is visible;
# on a server that is written to it would move before (`pg_current_wal_lsn`).
_VERSION = text(
    "SELECT pg_current_snapshot()::text || CASE WHEN pg_is_in_recovery() "
    "THEN ' ' || pg_last_wal_replay_lsn()::text ELSE '' END"
)
# How far a server is safe on its disk, which holds every commit that anyone can see; and whether a
# copy has come that far.
_FLUSHED = text("SELECT pg_current_wal_flush_lsn()::text")
_REPLAYED = text("SELECT pg_last_wal_replay_lsn() >= CAST(:lsn AS pg_lsn)")


class Postgresql:
    """Writers of one part take turns by a lock that the end of their transaction frees: what one
    has read is still so when it writes. Others write at the same time."""

    shared = True

    def __init__(self, address: str, reads: str = "", connections: int = 15) -> None:
        """
        Args:
            reads: address of a standby of it, which is read where it has all that is committed.
            connections: most at a time, to each.

        Raises:
            InvalidParameter: an address is none of PostgreSQL.
            StoreUnavailable: the database cannot be used.
        """
        url = url_of(address, _SETTING)
        self._turns = Turns()
        self._rest: Rest = nullcontext
        self._called = _named(url)
        self._engine = _opened(url, connections)
        self._copy = _opened(url_of(reads, _READS), connections) if reads else None
        try:
            self._bring_up_to_date()
        except BaseException:
            self.close()
            raise

    def version(self) -> Version:
        with self._usable(), self._alone(self._engine) as connection:
            return Version(0, str(connection.execute(_VERSION).scalar_one()))

    def now(self) -> datetime:
        """Its time, which is that of all hosts."""
        with self._usable(), self._alone(self._engine) as connection:
            return now(connection)

    def rest_while_changing(self, rest: Rest) -> None:
        self._rest = rest

    def prepare(self) -> None:
        """It is ready since it was opened."""

    def hosts(self) -> Hosts:
        with self.reading() as connection:
            return hosts.read(connection)

    def contract(self) -> None:
        """No version runs any more that knows older tables only."""
        with self.changing() as connection:
            agreed.put(connection, agreed.OLDEST, migrations.HEAD)

    def close(self) -> None:
        self._engine.dispose()
        if self._copy is not None:
            self._copy.dispose()

    def check(self) -> None:
        """
        Raises:
            StoreUnavailable: it cannot be read now.
        """
        with self.reading() as connection:
            connection.execute(select(COLLECTIONS.c.id).limit(1)).all()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self._usable(), self._source().connect() as connection:
            yield connection.execution_options(isolation_level="REPEATABLE READ")

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """A connection on which each statement is a transaction of its own, and waits for nobody's
        turn."""
        with self._usable(), self._alone(self._engine) as connection:
            yield connection

    @contextmanager
    def changing(self, part: str = "") -> Iterator[Connection]:
        with (
            self._rest(),
            self._turns.taken(),
            self._usable(),
            self._engine.begin() as connection,
        ):
            locks.take(connection, part)
            yield connection

    def forget_deleted(self) -> None:
        # It cannot run in a transaction, and the server does it by itself in any case.
        with suppress(DBAPIError), self._alone(self._engine) as connection:
            connection.exec_driver_sql("VACUUM people, faces")

    def _source(self) -> Engine:
        """The copy, if it can be reached and has all that anyone can see by now; else the server
        itself: nobody may be told less than another host would tell."""
        if self._copy is None:
            return self._engine
        with self._alone(self._engine) as connection:
            flushed = connection.execute(_FLUSHED).scalar_one()
        try:
            with self._alone(self._copy) as connection:
                current = connection.execute(_REPLAYED, {"lsn": flushed}).scalar_one()
        except (DBAPIError, NoneFree):
            current = False
        return self._copy if current else self._engine

    @contextmanager
    def _alone(self, engine: Engine) -> Iterator[Connection]:
        """A connection on which each statement is a transaction: one way there and back."""
        with engine.connect() as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT")

    def _bring_up_to_date(self) -> None:
        with self._usable(), self._engine.begin() as connection:
            self._check_version(connection)
            behind = not _runs_beside(connection)
        if behind:
            with self.changing() as connection:
                _upgrade(connection)
        with self._usable(), self._engine.begin() as connection:
            log.adopt(connection)

    def _check_version(self, connection: Connection) -> None:
        found = connection.dialect.server_version_info or _LEAST
        if found < _LEAST:
            raise StoreUnavailable(
                f"{self._called} is PostgreSQL {found[0]}; {_LEAST[0]} or later is needed, which "
                "says what its transactions see."
            )

    @contextmanager
    def _usable(self) -> Iterator[None]:
        try:
            yield
        except NoneFree as error:
            raise StoreBusy(
                "All connections to the database are in use (LOOKALIKE_DATABASE_CONNECTIONS); "
                "nothing was changed. Try again in a few seconds."
            ) from error
        except DBAPIError as error:
            # The others of its kind are faults of the caller, such as a value of a wrong type.
            if not (error.connection_invalidated or _is_of_the_server(error)):
                raise
            raise StoreUnavailable(
                f"{self._called} cannot be used ({str(error.orig).strip()}); nothing was changed. "
                f"Check that it runs and {_SETTING}, then try again."
            ) from error


def _opened(url: URL, connections: int) -> Engine:
    return engine_of(url, connections, f"{NAME} {migrations.HEAD}")


def _named(url: URL) -> str:
    return url.render_as_string(hide_password=True)


def _runs_beside(connection: Connection) -> bool:
    """Whether the tables are ours, or those of a newer version that runs beside this one."""
    found = migrations.revision(connection)
    if found is None or found <= migrations.HEAD:
        return found == migrations.HEAD
    oldest = agreed.read(connection, agreed.OLDEST)
    return oldest is not None and oldest <= migrations.HEAD


def _upgrade(connection: Connection) -> None:
    """Bring the tables up to date, as long as whoever runs the version before goes on."""
    before = migrations.revision(connection)
    migrations.upgrade(connection)
    agreed.agree(connection, agreed.OLDEST, before or migrations.HEAD)


def _is_of_the_server(error: DBAPIError) -> bool:
    from psycopg import InternalError, OperationalError

    return isinstance(error.orig, OperationalError | InternalError)
