"""A standby that is read, and PgBouncer before a PostgreSQL: `make test-hosts`.

`tests/database/install.sh` brings PgBouncer.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection

from lookalike.config import Settings
from lookalike.database import changes
from lookalike.database.postgresql.server import Postgresql
from lookalike.errors import PersonNotFound
from lookalike.faces.models.manifest import SFACE
from lookalike.gallery.gallery import Gallery
from lookalike.rekognition.access.keys import Keys
from tests.database.test_hosts import add, found
from tests.support import PATIENCE_S, postgres


@pytest.fixture(scope="module")
def primary() -> Iterator[str]:
    with postgres.running() as address:
        Postgresql(address).close()
        yield address


@pytest.fixture(scope="module")
def copy(primary: str) -> Iterator[str]:
    with postgres.standby(primary) as address:
        yield address


@pytest.fixture
def ending() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def reads_copy(connection: Connection) -> bool:
    return bool(connection.exec_driver_sql("SELECT pg_is_in_recovery()").scalar_one())


def wait_for_copy(database: Postgresql) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        with database.reading() as connection:
            if reads_copy(connection):
                return
        assert time.monotonic() < deadline, "the standby does not come after"
        time.sleep(0.05)


def test_a_standby_is_read_while_it_has_everything(
    settings: Settings, primary: str, copy: str, tmp_path: Path, ending: ExitStack
) -> None:
    one, two = (
        replace(settings, home=tmp_path / name, cache=tmp_path / name / "cache", database=primary)
        for name in ("one", "two")
    )
    writer = Gallery.open(one, SFACE)
    ending.callback(writer.close)
    reader = Gallery.open(replace(two, database_reads=copy), SFACE)
    ending.callback(reader.close)
    database = reader.store.database
    assert isinstance(database, Postgresql)
    add(writer, 1)
    assert found(reader, 1)
    wait_for_copy(database)
    assert found(reader, 1)
    postgres.execute(copy, "SELECT pg_wal_replay_pause()")
    add(writer, 2)
    with database.reading() as connection:
        assert not reads_copy(connection), "the standby lacks what is committed"
    assert found(reader, 2)
    writer.takedown("P1")
    with pytest.raises(PersonNotFound):
        reader.person("P1")
    postgres.execute(copy, "SELECT pg_wal_replay_resume()")
    wait_for_copy(database)
    assert found(reader, 2)


def test_a_standby_hides_what_is_under_way(primary: str, copy: str, ending: ExitStack) -> None:
    """It does not say which transactions are: those above the oldest are read again."""
    server, database = Postgresql(primary), Postgresql(primary, copy)
    for each in (server, database):
        ending.callback(each.close)
    with server.changing("early") as early:
        changes.record(early, [changes.Change("early")])
        with server.changing("late") as late:
            changes.record(late, [changes.Change("late")])
        wait_for_copy(database)
        with database.reading() as connection:
            mark = changes.last(connection)
            assert reads_copy(connection)
    wait_for_copy(database)
    with database.reading() as connection:
        since = changes.after(connection, mark)
    assert since is not None
    assert changes.Change("early") in since


def test_without_its_standby_a_host_reads_the_server(primary: str, ending: ExitStack) -> None:
    database = Postgresql(primary, "postgresql://me@127.0.0.1:1/none")
    ending.callback(database.close)
    database.check()


def test_through_pgbouncer(
    settings: Settings, primary: str, tmp_path: Path, ending: ExitStack
) -> None:
    with postgres.pooler(primary) as pooled:
        made = [
            replace(settings, home=tmp_path / name, cache=tmp_path / name / "c", database=pooled)
            for name in ("one", "two")
        ]
        one, other = (Gallery.open(each, SFACE) for each in made)
        keys = Keys(made[0])
        for each in (one, other, keys):
            ending.callback(each.close)
        # More often than after which a statement would be prepared, on all connections.
        for number in range(10, 30):
            add(one, number, "pooled")
            assert found(other, number, "pooled")
        assert len(other.people("pooled")) == 20
        made_key = keys.create()
        assert keys.find(made_key.key.id) == made_key
        ending.close()
