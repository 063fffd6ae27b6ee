"""The store: transactions that survive anything, and who asked to be left out."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import create_engine

from lookalike.config import Settings
from lookalike.database import sqlite, tokens
from lookalike.database.tokens import token_of
from lookalike.errors import (
    Blocked,
    CollectionExists,
    CollectionNotFound,
    ContractMismatch,
    InvalidParameter,
    NotFound,
    PersonNotFound,
    StoreUnavailable,
)
from lookalike.faces.geometry import Box
from lookalike.faces.models.manifest import SFACE
from lookalike.faces.quality import Pose, Quality
from lookalike.faces.vectors import Floats
from lookalike.gallery import reembedding
from lookalike.gallery.gallery import Gallery
from lookalike.gallery.index.stored import StoredEmbeddings
from lookalike.gallery.people import Credit, Person, Text, new_id
from lookalike.gallery.portraits import Portrait
from lookalike.gallery.records import Outcome, Refusal, Refused
from lookalike.gallery.store import Store
from tests.support.processes import Process, finished, started

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
    return [person for each in store.collections() for person in sorted(store.people(each.id))]


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
        quality=Quality(0.9, 30, 50, 45, Pose(1, -2, 3), on_face=False),
        external_image_id="poster-7",
        fetched_at=datetime(2026, 5, 6, 7, 8, 9, tzinfo=UTC),
        thumbnail=b"\xff\xd8 a small picture",
    )
    someone = replace(
        person("가", gender="female", country="KR"),
        fields=("acting", "music"),
        external_ids=(("imdb", "nm1682433"),),
    )
    store.add(someone, [whole, Portrait(unit(4))])
    first, second = store.portraits(someone)
    assert (first.credit, first.image_id, first.box) == (whole.credit, "a" * 64, whole.box)
    assert first.quality == whole.quality
    assert first.vector.tolist() == unit(3).tolist()
    assert first.external_image_id == "poster-7"
    assert (first.fetched_at, first.thumbnail) == (whole.fetched_at, whole.thumbnail)
    assert first.created is not None
    assert timedelta() <= datetime.now(UTC) - first.created < timedelta(minutes=1)
    assert first.id != second.id
    assert (second.credit, second.box, second.quality) == (None, None, None)
    assert store.image_ids("mine") == {"a" * 64}
    assert store.people("mine") == {someone.id: someone}


def test_an_image_is_enrolled_once(store: Store) -> None:
    someone = person("가")
    for _ in range(2):
        store.add(someone, [Portrait(unit(1), image_id="x"), Portrait(unit(2), image_id="y")])
    assert len(store.portraits(someone)) == 2


def test_an_image_given_twice_is_enrolled_once(store: Store) -> None:
    someone = person("가")
    store.add(someone, [Portrait(unit(1), image_id="x"), Portrait(unit(1), image_id="x")])
    store.add(someone, [Portrait(unit(2)), Portrait(unit(3))])
    assert len(store.portraits(someone)) == 3, "what has no image id is never taken for another"


def test_portraits_are_added_and_removed(store: Store) -> None:
    someone = person("가")
    with pytest.raises(PersonNotFound):
        store.add_portraits(someone, [Portrait(unit(1))])
    store.add(someone, [Portrait(unit(1), image_id="x")])
    both = [Portrait(unit(1), image_id="x"), Portrait(unit(2), image_id="y")]
    assert store.add_portraits(someone, both) == 1
    first, second = store.portraits(someone)
    store.remove_portrait(someone, first.id)
    assert [each.id for each in store.portraits(someone)] == [second.id]
    with pytest.raises(NotFound, match="has no portrait"):
        store.remove_portrait(someone, first.id)
    with pytest.raises(InvalidParameter, match="only portrait"):
        store.remove_portrait(someone, second.id)
    with pytest.raises(InvalidParameter, match="at least one portrait"):
        store.add_portraits(someone, [])


def test_vectors_of_two_models_never_share_a_collection(store: Store, home: Path) -> None:
    store.add(person("가", "U1"), [Portrait(unit(1))])
    other = Store(home, "other/1")
    for name, portraits in (("U1", other.add_portraits), ("U2", other.add)):
        with pytest.raises(ContractMismatch, match="lookalike gallery migrate"):
            portraits(person("나", name), [Portrait(unit(2))])
    other.close()
    assert ids(store) == ["U1"]


def test_another_model_takes_over_with_thumbnails(store: Store, home: Path) -> None:
    """Who has a thumbnail is embedded again; who has none is named and keeps their facts."""
    kept, lost, new = person("가", "U2"), person("나", "U1"), person("다", "U3")
    store.add(kept, [Portrait(unit(1), thumbnail=b"one"), Portrait(unit(2), image_id="y")])
    store.add(lost, [Portrait(unit(3), image_id="z")])
    other = Store(home, "other/1")
    assert other.contracts() == {"mine": CONTRACT}
    small = dict(reembedding.thumbnails(other, "mine"))
    assert list(small.values()) == [b"one"]
    everyone = reembedding.origins(other, "mine")
    assert [(each.person, each.thumbnail) for each in everyone] == [
        (lost, False),
        (kept, True),
        (kept, False),
    ]
    made = {each.id: unit(9) if each.thumbnail else None for each in everyone}
    with pytest.raises(StoreUnavailable, match="'mine' meanwhile; nothing was changed"):
        reembedding.replace_vectors(other, "mine", dict.fromkeys(small, unit(9)))
    assert other.contracts() == {"mine": CONTRACT}
    assert reembedding.replace_vectors(other, "mine", made) == (lost,)
    assert other.contracts() == {"mine": "other/1"}
    assert other.image_ids("mine") == frozenset(), "the photos can be imported again"
    other.add(new, [Portrait(unit(4))])
    assert sorted(other.people("mine")) == ["U1", "U2", "U3"]
    searched = StoredEmbeddings(other.database, "mine", 128).people()
    assert searched.names.tolist() == [b"U2", b"U3"], "the others have no portrait"
    assert searched.vectors == pytest.approx(np.array([unit(9), unit(4)]), abs=1e-3)
    with pytest.raises(CollectionNotFound):
        reembedding.replace_vectors(other, "none", {})
    other.close()


def test_facts_are_changed(store: Store) -> None:
    someone = person("가")
    store.add(someone, [Portrait(unit(1))])
    renamed = replace(someone, name=Text("나", "Na"), groups=("A", "B"))
    store.change(renamed)
    assert store.people("mine") == {someone.id: renamed}
    with pytest.raises(PersonNotFound):
        store.change(person("다"))


def test_collections_are_made_and_deleted(store: Store) -> None:
    store.create("fans")
    with pytest.raises(CollectionExists, match="'fans' already"):
        store.create("fans")
    store.add(replace(person("가"), collection="fans"), [Portrait(unit(1))])
    store.delete("fans")
    assert store.collections() == ()
    with pytest.raises(CollectionNotFound):
        store.delete("fans")


def test_nobody_without_a_portrait(store: Store) -> None:
    with pytest.raises(InvalidParameter, match="at least one portrait"):
        store.add(person("가"), [])


ADDING = f"""
import sys
from pathlib import Path
import numpy as np
from lookalike.gallery.index.stored import StoredEmbeddings
from lookalike.gallery.people import Person, Text
from lookalike.gallery.portraits import Portrait
from lookalike.gallery.store import Store

home, prefix, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
store = Store(home, {CONTRACT!r})
for number in range(count):
    vectors = np.random.default_rng(number).normal(size=(3, 128)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    someone = Person(f"{{prefix}}{{number:05}}", "mine", Text(ko="가"))
    store.add(someone, [Portrait(each) for each in vectors])
    print(someone.id, flush=True)
"""


def adding(home: Path, prefix: str, count: int) -> AbstractContextManager[Process]:
    """A process that adds people and names each one that was acknowledged."""
    return started([sys.executable, "-c", ADDING, str(home), prefix, str(count)])


def test_a_killed_process_loses_nothing_acknowledged(store: Store, home: Path) -> None:
    acknowledged: list[str] = []
    for attempt in range(3):
        with adding(home, f"K{attempt}", 10_000) as process:
            assert process.stdout is not None
            acknowledged += [process.stdout.readline().strip() for _ in range(20 + 7 * attempt)]
            process.kill()
    found = store.portraits_by_person("mine")
    assert set(acknowledged) <= found.keys() == store.people("mine").keys()
    assert {len(each) for each in found.values()} == {3}, "nobody is there by halves"


def test_two_processes_write_at_once(store: Store, home: Path) -> None:
    with adding(home, "A", 60) as one, adding(home, "B", 60) as two:
        for process in (one, two):
            _, complaints = finished(process)
            assert complaints == ""
    assert len(ids(store)) == 120


FILLING = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
"""


def test_a_full_disk_is_said_and_loses_nothing(home: Path) -> None:
    """A limit on the size of files stands in for a disk that is full."""
    Store(home, CONTRACT).close()
    command = [sys.executable, "-c", FILLING + ADDING, str(home), "F", "5000"]
    with started(command) as process:
        out, err = finished(process, code=1)
    assert "StoreUnavailable" in err
    assert "Free some space" in err
    acknowledged = out.split()
    assert len(acknowledged) > 10
    again = Store(home, CONTRACT)
    assert set(acknowledged) <= set(ids(again))
    again.add(person("다음"), [Portrait(unit(1))])
    again.close()


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StoreUnavailable, match="set LOOKALIKE_HOME to another folder"):
        Store(tmp_path / "file" / "home", CONTRACT)


def test_a_locked_database_is_said(
    store: Store, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "_PATIENCE_MS", 50)
    with closing(sqlite3.connect(home / "lookalike.sqlite3")) as holder:
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match=r"locked\); nothing was changed\. Another"):
            store.add(person("가"), [Portrait(unit(1))])
    store.add(person("나"), [Portrait(unit(1))])
    assert len(ids(store)) == 1


def test_a_file_that_is_no_database_is_said(home: Path) -> None:
    home.mkdir()
    (home / "lookalike.sqlite3").write_bytes(b"no database" * 1000)
    with pytest.raises(StoreUnavailable, match=r"not a database.*move it away"):
        Store(home, CONTRACT)


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
            gallery.store.add(again, [Portrait(vector)])


def test_takedown_reaches_every_collection_and_process(gallery: Gallery, home: Path) -> None:
    for collection in ("mine", "fans"):
        someone = Person(f"U{collection}", collection, Text(ko="홍길동"))
        gallery.store.add(someone, [Portrait(unit(1)), Portrait(unit(2))])
    gallery.store.add(person("성춘향"), [Portrait(unit(3))])
    other = Store(home, CONTRACT)
    version = other.database.version()
    receipt = gallery.takedown("Umine")
    assert receipt.portraits == 4
    assert other.database.version() != version
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


def test_a_takedown_leaves_no_trace_of_the_vectors_on_disk(store: Store, home: Path) -> None:
    vector = np.random.default_rng(7).normal(size=128).astype("<f4")
    gone = person("가")
    for number in range(30):
        store.add(person(f"나{number}"), [Portrait(unit(1))])
    store.add(gone, [Portrait(vector, thumbnail=b"the face itself" * 1000)])
    store.block(gone, "")
    left = b"".join(each.read_bytes() for each in home.iterdir())
    assert vector.tobytes()[:64] not in left
    assert b"the face itself" not in left
    assert len(ids(store)) == 30


def test_a_namesake_known_to_be_someone_else_stays(store: Store) -> None:
    """Many Koreans share a name; two Wikidata ids tell them apart, and nothing else does."""
    asked = person("김지수", "Q1", wikidata="Q1")
    other = person("김지수", "Q2", wikidata="Q2")
    unknown = person("김지수", "U3")
    for each in (asked, other, unknown):
        store.add(each, [Portrait(unit(1))])
    receipt = store.block(asked, "")
    assert receipt.removed == (asked, unknown)
    assert ids(store) == ["Q2"]
    store.add(other, [Portrait(unit(2))])
    for each in (asked, unknown):
        with pytest.raises(Blocked):
            store.add(each, [Portrait(unit(1))])
    store.block(unknown, "")
    with pytest.raises(Blocked):
        store.add(other, [Portrait(unit(3))])


def test_who_was_taken_down_is_known_by_id_too(store: Store) -> None:
    store.add(person("가", "U1"), [Portrait(unit(1))])
    assert store.block(person("가", "U1"), "asked").blocked == ("id:U1", "name:가")
    assert [(each.key, each.reason) for each in store.blocked()] == [
        ("id:U1", "asked"),
        ("name:가", "asked"),
    ]
    store.add(person("나", "U2"), [Portrait(unit(1))])
    with pytest.raises(Blocked):
        store.add(person("다른 이름", "U1"), [Portrait(unit(1))])
    with pytest.raises(Blocked):
        store.change(person("가", "U2"))


TAKING_DOWN = """
import sys
from dataclasses import replace
from pathlib import Path
from lookalike import config
from lookalike.faces.models.manifest import SFACE
from lookalike.gallery.gallery import Gallery

gallery = Gallery.open(config.load({}, home=Path(sys.argv[1])), SFACE)
for person_id in sys.argv[2:]:
    gallery.takedown(person_id)
"""


def test_a_takedown_by_another_process_shows_at_once(gallery: Gallery, home: Path) -> None:
    gallery.store.add(person("가", "U1"), [Portrait(unit(1))])
    vector = gallery.portraits("Q76")[0].vector
    assert gallery.nearest(vector, 1)[0].person.id == "Q76"
    command = [sys.executable, "-c", TAKING_DOWN, str(home), "Q76", "U1"]
    with started(command) as process:
        finished(process)
    for gone in ("Q76", "U1"):
        with pytest.raises(PersonNotFound):
            gallery.person(gone)
    assert gallery.nearest(vector, 1)[0].person.id != "Q76"
    assert "Q76" not in {each.id for each in gallery.people(query="obama")}
    assert gallery.people("mine") == ()
    assert {each.key for each in gallery.store.blocked()} >= {"wikidata:Q76", "id:U1", "name:가"}


def test_answers_that_are_kept_for_tokens_are_read_and_written_as_ever(gallery: Gallery) -> None:
    gallery.store.create("team")
    team, database = gallery.own_collection("team"), gallery.store.database
    before, now = (token_of("AssociateFaces", name, {}) for name in ("before", "now"))
    kept = (
        '{"done": ["a"], "refused": [{"face": "b", "reason": "LOW_MATCH_CONFIDENCE", "person": "o",'
        ' "similarity": 12.5}, {"face": "c", "reason": null, "person": "o", "similarity": null}],'
        ' "faces": 1}'
    )
    with database.changing() as connection:
        tokens.remember(connection, before, kept)
    refused = (Refused("b", Refusal.TOO_UNLIKE, "o", 12.5), Refused("c", None, "o"))
    assert team.associate("o", [], {}, before, most=9) == Outcome(("a",), refused, 1)
    team.create_user("o")
    team.associate("o", ["x"], {}, now, most=9)
    with database.reading() as connection:
        assert tokens.answered(connection, now) == (
            '{"done": [], "refused": [{"face": "x", "reason": "FACE_NOT_FOUND", "person": null,'
            ' "similarity": null}], "faces": 0}'
        )
