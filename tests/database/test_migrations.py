"""Databases of every age are brought to the schema of today, whole or not at all."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from lookalike.database import migrations
from lookalike.database.schema import METADATA
from lookalike.errors import StoreUnavailable
from lookalike.gallery.people import Credit, Person, Text
from lookalike.gallery.portraits import Portrait
from lookalike.gallery.store import Store
from tests.support.ages import CONTRACT, FIRST, ROWS, SECOND, STAMP, database, unit
from tests.support.processes import finished, started


def tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}


AGES = pytest.mark.parametrize(
    "scripts", [(FIRST, ROWS), (FIRST, ROWS, STAMP), (SECOND, ROWS, STAMP)]
)


def check(home: Path) -> None:
    """What was there is there, in tables that are those of the code."""
    store = Store(home, CONTRACT)
    hong = Person(
        "U1",
        "mine",
        Text("홍길동", "Hong"),
        born="1500",
        groups=("활빈당",),
        websites=("https://e.org",),
    )
    assert store.people("mine") == {"U1": hong}
    (portrait,) = store.portraits(hong)
    assert (portrait.id, portrait.vector.tolist()) == ("f1", unit(3).tolist())
    assert portrait.credit == Credit(None, "CC0", None, None)
    store.add(hong, [Portrait(unit(4), image_id="x")])
    store.delete("mine")
    assert store.image_ids("mine") == frozenset(), "the faces of a collection go with it"
    store.close()
    engine = create_engine(f"sqlite:///{home / 'lookalike.sqlite3'}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
    engine.dispose()


def test_the_newest_migration_is_what_the_code_expects(home: Path) -> None:
    folder = Path(migrations.__file__).parent
    assert ScriptDirectory(str(folder)).get_heads() == [migrations.HEAD]
    Store(home, CONTRACT).close()
    engine = create_engine(f"sqlite:///{home / 'lookalike.sqlite3'}")
    assert set(inspect(engine).get_table_names()) == {"alembic_version", *METADATA.tables}
    engine.dispose()


@AGES
def test_an_older_database_is_adopted_with_its_data(home: Path, scripts: tuple[str, ...]) -> None:
    database(home, *scripts)
    check(home)


def test_who_was_blocked_stays_blocked(home: Path) -> None:
    database(home, SECOND, ROWS, STAMP)
    store = Store(home, CONTRACT)
    (entry,) = store.blocked()
    store.close()
    assert (entry.key, entry.wikidata, entry.reason) == ("name:춘향", None, "asked")


@AGES
def test_a_migration_that_breaks_off_changes_nothing(
    home: Path, scripts: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = database(home, *scripts)
    before, upgrade = tables(path), command.upgrade

    def broken(*args: object) -> None:
        upgrade(*args)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(command, "upgrade", broken)
        with pytest.raises(KeyboardInterrupt):
            Store(home, CONTRACT)
    assert tables(path) == before
    check(home)


def test_processes_that_start_together_migrate_once(home: Path) -> None:
    database(home, FIRST, ROWS)
    opening = f"""
from pathlib import Path
from lookalike.gallery.store import Store
print(len(Store(Path({str(home)!r}), {CONTRACT!r}).people("mine")))
"""
    run = [sys.executable, "-c", opening]
    with started(run) as one, started(run) as two, started(run) as three:
        for process in (one, two, three):
            assert finished(process) == ("1\n", "")
    check(home)


def test_a_newer_database_is_refused(home: Path) -> None:
    Store(home, CONTRACT).close()
    database(home, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreUnavailable, match=r"newer Lookalike .* at 9999.* pip install"):
        Store(home, CONTRACT)


def test_alembic_is_imported_only_to_migrate(home: Path) -> None:
    Store(home, CONTRACT).close()
    opening = f"""
import sys
from pathlib import Path
from lookalike.gallery.store import Store
Store(Path({str(home)!r}), {CONTRACT!r}).close()
print("alembic" in sys.modules)
"""
    with started([sys.executable, "-c", opening]) as process:
        assert finished(process) == ("False\n", "")


def test_the_schema_is_plain_enough_for_postgresql() -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    made = [str(CreateTable(table).compile(dialect=dialect)) for table in METADATA.sorted_tables]
    assert len(made) == len(METADATA.tables)
    assert "thumbnail BYTEA" in "".join(made)


def test_who_was_taken_down_before_can_be_let_in_again(home: Path) -> None:
    """The keys of one moment were one takedown's."""
    more = """
    INSERT INTO blocked VALUES
        ('name:barack obama', 'by mail', '2026-02-04 00:00:00.000007'),
        ('wikidata:Q76', 'by mail', '2026-02-04 00:00:00.000007');
    """
    database(home, SECOND, more, ROWS, STAMP)
    store = Store(home, CONTRACT)
    obama, other = store.takedowns()
    assert (obama.person, obama.name, obama.reason) == ("Q76", "barack obama", "by mail")
    assert (obama.portraits, obama.removed) == (None, ())
    assert (other.name, other.blocked) == ("춘향", ("name:춘향",))
    assert store.unblock(obama.id).lifted == ("name:barack obama", "wikidata:Q76")
    assert [each.key for each in store.blocked()] == ["name:춘향"]
    store.close()


def test_names_of_before_are_compared_too(home: Path) -> None:
    database(home, SECOND, ROWS, STAMP)
    store = Store(home, CONTRACT)
    for number, name in enumerate((Text("홍길동"), Text(en="ＨＯＮＧ"))):
        portraits = [Portrait(unit(3), image_id=str(number))]
        done = store.enrol(Person("U2", "mine", name), portraits, lambda one, other: 100.0)
        assert (done.new, done.person.id) == (False, "U1")
    store.close()
