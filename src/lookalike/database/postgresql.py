"""PostgreSQL: for what several machines share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress

from sqlalchemy import URL, Connection, create_engine, make_url, select
from sqlalchemy.exc import ArgumentError, DBAPIError

from lookalike.database import migrations
from lookalike.database.schema import COLLECTIONS
from lookalike.database.version import Version
from lookalike.database.waiting import Rest, Turns
from lookalike.errors import InvalidParameter, StoreUnavailable

_SCHEME, _DRIVER = "postgresql", "postgresql+psycopg"
# Any number that nothing else in the database takes a lock on.
_WRITER = 0x10_0CA_11CE


class Postgresql:
    """Writers take turns by a lock that the end of their transaction frees, as in SQLite: what one
    has read is still so when it writes."""

    def __init__(self, address: str) -> None:
        """
        Raises:
            InvalidParameter: the address is none of PostgreSQL.
            StoreUnavailable: the database cannot be used.
        """
        url = _url(address)
        self._turns = Turns()
        self._rest: Rest = nullcontext
        self._called = url.render_as_string(hide_password=True)
        try:
            self._engine = create_engine(url.set(drivername=_DRIVER), pool_pre_ping=True)
        except ModuleNotFoundError:
            raise StoreUnavailable(
                "PostgreSQL needs its driver: pip install 'lookalike[postgresql]'"
            ) from None
        with self.changing() as connection:
            if migrations.needed(connection):
                migrations.upgrade(connection)

    def version(self) -> Version:
        # How far the log is written: it moves with every commit, and sometimes without one.
        with self._usable(), self._engine.connect() as connection:
            asked = "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')"
            return Version(0, int(connection.exec_driver_sql(asked).scalar_one()))

    def rest_while_changing(self, rest: Rest) -> None:
        self._rest = rest

    def prepare(self) -> None:
        """It is ready since it was opened."""

    def close(self) -> None:
        self._engine.dispose()

    def check(self) -> None:
        """
        Raises:
            StoreUnavailable: it cannot be read now.
        """
        with self.reading() as connection:
            connection.execute(select(COLLECTIONS.c.id).limit(1)).all()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self._usable(), self._engine.connect() as connection:
            yield connection.execution_options(isolation_level="REPEATABLE READ")

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        with (
            self._rest(),
            self._turns.taken(),
            self._usable(),
            self._engine.begin() as connection,
        ):
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITER})")
            yield connection

    def forget_deleted(self) -> None:
        # It cannot run in a transaction, and the server does it by itself in any case.
        with suppress(DBAPIError), self._engine.connect() as connection:
            alone = connection.execution_options(isolation_level="AUTOCOMMIT")
            alone.exec_driver_sql("VACUUM people, faces")

    @contextmanager
    def _usable(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            # The others of its kind are faults of the caller, such as a value of a wrong type.
            if not (error.connection_invalidated or _is_of_the_server(error)):
                raise
            raise StoreUnavailable(
                f"{self._called} cannot be used ({str(error.orig).strip()}); nothing was changed. "
                "Check that it runs and LOOKALIKE_DATABASE, then try again."
            ) from error


def _url(address: str) -> URL:
    try:
        url = make_url(address)
    except ArgumentError:
        url = None
    if url is None or url.get_backend_name() != _SCHEME:
        raise InvalidParameter(
            "LOOKALIKE_DATABASE must be like postgresql://user:password@host/name, or empty."
        )
    return url


def _is_of_the_server(error: DBAPIError) -> bool:
    from psycopg import InternalError, OperationalError

    return isinstance(error.orig, OperationalError | InternalError)
