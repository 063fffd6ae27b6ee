"""The store: migrations, transactions that survive anything, and who asked to be left out."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from lookalike.config import Settings
from lookalike.errors import (
    Blocked,
    CollectionNotFound,
    InvalidParameter,
    PersonNotFound,
    StoreUnavailable,
)
from lookalike.faces.analyzer import Box
from lookalike.faces.models import SFACE
from lookalike.faces.quality import Pose, Quality
from lookalike.faces.runtime import Floats
from lookalike.gallery import migrations
from lookalike.gallery.gallery import Gallery
from lookalike.gallery.people import Credit, Person, Text
from lookalike.gallery.schema import METADATA
from lookalike.gallery.store import Portrait, Store, new_id

CONTRACT = SFACE.contract


@pytest.fixture
def store(home: Path) -> Iterator[Store]:
    opened = Store(home, CONTRACT)
    yield opened
    opened.close()


@pytest.fixture
def gallery(settings: Settings, home: Path) -> Iterator[Gallery]:
    opened = Gallery.open(replace(settings, home=home), SFACE)
    yield opened
    opened.close()


def unit(place: int) -> Floats:
    vector: Floats = np.eye(128, dtype=np.float32)[place]
    return vector


def person(name: str, person_id: str | None = None, **facts: str) -> Person:
    return Person(person_id or new_id(), "mine", Text(ko=name), **facts)  # type: ignore[arg-type]


def ids(store: Store) -> list[str]:
    return [each.id for roster in store.rosters() for each in roster.people]


def test_the_newest_migration_is_what_the_code_expects(store: Store, home: Path) -> None:
    folder = Path(migrations.__file__).parent
    assert ScriptDirectory(str(folder)).get_heads() == [migrations.HEAD]
    engine = create_engine(f"sqlite:///{home / 'lookalike.sqlite3'}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    engine.dispose()


def test_opening_again_migrates_nothing_and_keeps_everything(store: Store, home: Path) -> None:
    store.add(person("가", "U1"), [Portrait(unit(1))])
    again = Store(home, CONTRACT)
    assert ids(again) == ["U1"]
    again.close()


def test_a_portrait_keeps_all_that_is_known_of_it(store: Store) -> None:
    whole = Portrait(
        unit(3),
        Credit("A", "CC0", "https://creativecommons.org/publicdomain/zero/1.0", "https://e.org"),
        image_id="a" * 64,
        box=Box(1.5, 2, 30, 40),
        quality=Quality(0.9, 30, 50, 45, Pose(1, -2, 3)),
    )
    someone = person("가", gender="female")
    store.add(someone, [whole, Portrait(unit(4))])
    first, second = store.portraits(someone)
    assert (first.credit, first.image_id, first.box) == (whole.credit, "a" * 64, whole.box)
    assert first.quality == whole.quality
    assert first.vector.tolist() == unit(3).tolist()
    assert (second.credit, second.box, second.quality) == (None, None, None)
    assert store.image_ids("mine") == {"a" * 64}
    assert store.rosters()[0].people == (someone,)


def test_an_image_is_enrolled_once(store: Store) -> None:
    someone = person("가")
    for _ in range(2):
        store.add(someone, [Portrait(unit(1), image_id="x"), Portrait(unit(2), image_id="y")])
    assert len(store.portraits(someone)) == 2


def test_facts_are_changed(store: Store) -> None:
    someone = person("가")
    store.add(someone, [Portrait(unit(1))])
    renamed = replace(someone, name=Text("나", "Na"), groups=("A", "B"))
    store.change(renamed)
    assert store.rosters()[0].people == (renamed,)
    with pytest.raises(PersonNotFound):
        store.change(person("다"))


def test_collections_are_made_and_deleted(store: Store) -> None:
    store.create("fans")
    with pytest.raises(InvalidParameter, match="'fans' already"):
        store.create("fans")
    store.add(replace(person("가"), collection="fans"), [Portrait(unit(1))])
    store.delete("fans")
    assert store.rosters() == ()
    with pytest.raises(CollectionNotFound):
        store.delete("fans")


def test_nobody_without_a_portrait(store: Store) -> None:
    with pytest.raises(InvalidParameter, match="at least one portrait"):
        store.add(person("가"), [])


ADDING = f"""
import sys
from pathlib import Path
import numpy as np
from lookalike.gallery.people import Person, Text
from lookalike.gallery.store import Portrait, Store

home, prefix, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
store = Store(home, {CONTRACT!r})
for number in range(count):
    vectors = np.random.default_rng(number).normal(size=(3, 128)).astype(np.float32)
    someone = Person(f"{{prefix}}{{number:05}}", "mine", Text(ko="가"))
    store.add(someone, [Portrait(each) for each in vectors])
    print(someone.id, flush=True)
"""


def adding(home: Path, prefix: str, count: int) -> subprocess.Popen[str]:
    """A process that adds people and names each one that was acknowledged."""
    command = [sys.executable, "-c", ADDING, str(home), prefix, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_killed_process_loses_nothing_acknowledged(store: Store, home: Path) -> None:
    acknowledged: list[str] = []
    for attempt in range(3):
        with adding(home, f"K{attempt}", 10_000) as process:
            assert process.stdout is not None
            acknowledged += [process.stdout.readline().strip() for _ in range(20 + 7 * attempt)]
            process.kill()
    found = store.rosters()[0]
    assert set(acknowledged) <= {each.id for each in found.people}
    counts = np.bincount(found.owners, minlength=len(found.people))
    assert (counts == 3).all(), "nobody is there by halves"


def test_two_processes_write_at_once(store: Store, home: Path) -> None:
    both = [adding(home, prefix, 60) for prefix in ("A", "B")]
    for process in both:
        _, complaints = process.communicate(timeout=60)
        assert (process.returncode, complaints) == (0, "")
    assert len(ids(store)) == 120


FILLING = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
"""


def test_a_full_disk_is_said_and_loses_nothing(home: Path) -> None:
    """A limit on the size of files stands in for a disk that is full."""
    Store(home, CONTRACT).close()
    command = [sys.executable, "-c", FILLING + ADDING, str(home), "F", "5000"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 1
    assert "StoreUnavailable" in done.stderr
    assert "Free some space" in done.stderr
    acknowledged = done.stdout.split()
    assert len(acknowledged) > 10
    again = Store(home, CONTRACT)
    assert set(acknowledged) <= set(ids(again))
    again.add(person("다음"), [Portrait(unit(1))])
    again.close()


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StoreUnavailable, match="set LOOKALIKE_HOME to another folder"):
        Store(tmp_path / "file" / "home", CONTRACT)


def test_takedown_of_someone_in_the_starter(gallery: Gallery, settings: Settings) -> None:
    before = gallery.collections()[0].people
    obama = gallery.person("Q76")
    vector = gallery.portraits("Q76")[0].vector
    receipt = gallery.takedown("Q76", "asked by mail")
    assert receipt.person == obama
    assert receipt.blocked == ("name:barack obama", "name:버락 오바마", "wikidata:Q76")
    with pytest.raises(PersonNotFound):
        gallery.person("Q76")
    assert gallery.collections()[0].people == before - 1
    nearest = gallery.nearest(vector, 5)
    assert len(nearest) == 5
    assert all(each.person.id != "Q76" for each in nearest)
    for again in (
        Person("Q76", "mine", Text(en="B. H. Obama"), wikidata="Q76"),
        Person("U1", "mine", Text(en="  BARACK   Obama ")),
    ):
        with pytest.raises(Blocked, match="asked to be left out"):
            gallery.add(again, [Portrait(vector)])


def test_takedown_reaches_every_collection_and_process(gallery: Gallery, home: Path) -> None:
    for collection in ("mine", "fans"):
        someone = Person(f"U{collection}", collection, Text(ko="홍길동"))
        gallery.add(someone, [Portrait(unit(1)), Portrait(unit(2))])
    gallery.add(person("성춘향"), [Portrait(unit(3))])
    other = Store(home, CONTRACT)
    version = other.version()
    receipt = gallery.takedown("Umine")
    assert receipt.portraits == 4
    assert other.version() != version
    assert len(ids(other)) == 1
    other.close()
    engine = create_engine(f"sqlite:///{home / 'lookalike.sqlite3'}")
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT vector FROM faces").scalars().all()
    engine.dispose()
    assert rows == [unit(3).astype("<f4").tobytes()]


def test_the_database_is_a_file_of_the_home_only(store: Store, home: Path) -> None:
    store.add(person("가"), [Portrait(unit(1))])
    names = {name for name in os.listdir(home) if not name.endswith((".lock", "-wal", "-shm"))}
    assert names == {"lookalike.sqlite3"}
