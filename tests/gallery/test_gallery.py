"""The starter gallery, the user's own store, and the search over both."""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest

from lookalike.config import Settings
from lookalike.database import changes
from lookalike.errors import (
    CollectionNotFound,
    ContractMismatch,
    InvalidParameter,
    NotFound,
    PersonNotFound,
)
from lookalike.faces import vectors
from lookalike.faces.models.manifest import SFACE
from lookalike.faces.vectors import Floats
from lookalike.gallery import starter
from lookalike.gallery.gallery import Gallery
from lookalike.gallery.index.columns import Columns
from lookalike.gallery.index.stored import StoredEmbeddings
from lookalike.gallery.people import EVERYONE, Credit, Facts, Person, Text, Who, new_id
from lookalike.gallery.portraits import Portrait
from lookalike.gallery.store import Store
from tests.support.processes import finished, started

STARTER = Path(starter.__file__).parent


@pytest.fixture
def own(settings: Settings, home: Path) -> Iterator[Gallery]:
    """The starter and an empty store."""
    opened = Gallery.open(replace(settings, home=home), SFACE)
    yield opened
    opened.close()


def unit(seed: int) -> Floats:
    vector = np.random.default_rng(seed).normal(size=128).astype(np.float32)
    return vector / np.float32(np.linalg.norm(vector))


def person(name: str, **facts: str) -> Person:
    return Person(id=new_id(), collection="mine", name=Text(ko=name), **facts)  # type: ignore[arg-type]


def test_the_starter_is_small_and_about_1200_people() -> None:
    roster = starter.load(SFACE.contract)
    assert 1_100 <= len(roster.people) <= 1_250
    assert roster.vectors.shape == (len(roster.people), 128)
    assert np.linalg.norm(roster.vectors, axis=1) == pytest.approx(1, abs=1e-5)
    files = [path for path in STARTER.iterdir() if path.suffix in (".jsonl", ".npy", ".json")]
    assert sum(path.stat().st_size for path in files) < 1_000_000


def test_ids_are_unique_letters_and_digits() -> None:
    ids = [each.id for each in starter.load(SFACE.contract).people]
    assert len(set(ids)) == len(ids)
    assert all(each.isalnum() and each.isascii() for each in ids)


def test_nobody_of_the_excluded_list_is_in_the_starter() -> None:
    table = (STARTER.parents[3] / "starter" / "excluded.csv").read_text("utf-8").splitlines()[1:]
    excluded = {line.split(",")[0] for line in table}
    assert len(excluded) > 20
    people = starter.load(SFACE.contract).people
    assert not excluded & ({each.wikidata for each in people} | {p.name.ko for p in people})


def test_everyone_has_a_name_and_links() -> None:
    for each in starter.load(SFACE.contract).people:
        assert each.name.get("ko")
        assert each.name.get("en")
        kinds = [link.kind for link in each.links]
        if each.wikidata:
            assert kinds == ["wikipedia-ko", "wikipedia-en", "wikidata"]
            assert each.links[0].url.endswith(f"/kowiki/{each.wikidata}")
        else:
            assert kinds == ["search-ko"]
            assert each.links[0].url.startswith("https://ko.wikipedia.org/wiki/Special:Search?")
            assert each.links[0].url.isascii()


def test_names_in_both_languages() -> None:
    people = {each.id: each for each in starter.load(SFACE.contract).people}
    assert people["Q76"].name == Text("버락 오바마", "Barack Obama")
    iu = next(each for each in people.values() if each.name.ko == "아이유")
    assert iu.name.en == "IU"


def test_the_starter_of_another_model_is_refused() -> None:
    with pytest.raises(ContractMismatch, match="made with sface-2021dec/1, but other/1"):
        starter.load("other/1")


def test_someone_added_is_found_at_once_with_every_fact(own: Gallery) -> None:
    added = Person(
        id=new_id(),
        collection="mine",
        name=Text("홍길동", "Hong Gildong"),
        description=Text("의적", "outlaw"),
        born="1500",
        groups=("활빈당",),
        websites=("https://example.org/hong",),
    )
    own.store.add(added, [Portrait(unit(1)), Portrait(unit(2), Credit("A", "CC0", None, None))])
    assert own.person(added.id) == added
    for seed in (1, 2):
        first = own.nearest(unit(seed), 3)[0]
        assert first.person == added
        assert first.cosine == pytest.approx(np.sqrt(0.5), abs=0.06)
    assert [each.id for each in own.collections()] == ["starter", "mine"]
    assert own.collections()[1].faces == 2
    assert own.people("mine", "gild") == (added,)


def test_collections_can_be_searched_alone(own: Gallery) -> None:
    own.store.add(person("가"), [Portrait(unit(1))])
    assert len(own.nearest(unit(1), 10, "mine")) == 1
    assert all(n.person.collection == "starter" for n in own.nearest(unit(1), 10, "starter"))
    with pytest.raises(CollectionNotFound, match=r"There is no collection 'x'\.$") as missed:
        own.nearest(unit(1), 10, "x")
    assert missed.value.known == ("starter", "mine")


def test_removal(own: Gallery) -> None:
    gone = person("나")
    own.store.add(gone, [Portrait(unit(1))])
    own.store.remove(gone.id)
    with pytest.raises(PersonNotFound):
        own.person(gone.id)
    assert own.nearest(unit(1), 1)[0].cosine < 0.9
    with pytest.raises(PersonNotFound):
        own.store.remove("Q76")


def test_the_starter_is_read_only(own: Gallery) -> None:
    with pytest.raises(InvalidParameter, match="read-only"):
        own.store.add(replace(person("다"), collection="starter"), [Portrait(unit(1))])


def test_portraits_of_a_person_are_added_and_removed(own: Gallery) -> None:
    someone = person("라", wikidata="Q76")
    someone = replace(someone, id="Q76")
    with pytest.raises(InvalidParameter, match="read-only"):
        own.store.add_portraits(own.own_person("Q76"), [Portrait(unit(2))])
    own.store.add(someone, [Portrait(unit(1), image_id="x")])
    assert own.store.add_portraits(own.own_person("Q76"), [Portrait(unit(2), image_id="y")]) == 1
    assert own.nearest(unit(2), 1)[0].person == someone
    first, second = own.portraits("Q76", "mine")
    assert (first.image_id, second.image_id) == ("x", "y")
    assert len(own.portraits("Q76")) == 1, "the starter's, which comes first"
    own.store.remove_portrait(own.own_person("Q76"), second.id)
    assert own.nearest(unit(2), 1)[0].cosine < 0.9
    with pytest.raises(InvalidParameter, match="only portrait"):
        own.store.remove_portrait(own.own_person("Q76"), first.id)
    with pytest.raises(PersonNotFound):
        own.store.add_portraits(own.own_person("U0"), [Portrait(unit(2))])
    with pytest.raises(InvalidParameter, match="read-only"):
        own.store.remove_portrait(own.own_person("Q76", "starter"), "x")


def test_the_same_person_in_two_collections(own: Gallery) -> None:
    for collection in ("mine", "fans"):
        own.store.add(Person("Q1", collection, Text(en=collection)), [Portrait(unit(1))])
    assert own.person("Q1", "mine").name.en == "mine"
    own.store.remove("Q1", "mine")
    assert own.people("mine") == ()
    assert own.person("Q1").name.en == "fans"


def test_facts_of_a_person_change_at_once(own: Gallery) -> None:
    someone = person("마")
    own.store.add(someone, [Portrait(unit(1))])
    own.store.change(replace(someone, gender="male"))
    assert own.person(someone.id).gender == "male"
    with pytest.raises(InvalidParameter, match="read-only"):
        own.store.change(own.person("Q76"))


def test_another_process_adds_and_a_killed_one_loses_nothing(own: Gallery, home: Path) -> None:
    """A process that is killed right after `add` returned: what it added is there."""
    script = f"""
import os, signal
import numpy as np
from pathlib import Path
from uuid import UUID
from lookalike.gallery.people import Person, Text
from lookalike.gallery.portraits import Portrait
from lookalike.gallery.store import Store
store = Store(Path({str(home)!r}), {SFACE.contract!r})
vector = np.eye(128, dtype=np.float32)[5]
store.add(Person(id="U5", collection="mine", name=Text(ko="라")), [Portrait(vector)])
os.kill(os.getpid(), signal.SIGKILL)
"""
    assert own.nearest(unit(1), 1)
    with started([sys.executable, "-c", script]) as process:
        finished(process, code=-9)
    probe = np.eye(128, dtype=np.float32)[5]
    assert own.nearest(probe, 1)[0].person.name.ko == "라"


def test_a_half_made_person_is_never_seen(own: Gallery) -> None:
    broken = Portrait(np.full(128, 0.1, np.float32), Credit(object(), None, None, None))  # type: ignore[arg-type]
    with pytest.raises(Exception, match=r"not supported|unsupported|type"):
        own.store.add(person("마"), [Portrait(unit(1)), broken])
    assert [each.id for each in own.collections()] == ["starter"]


def test_vectors_of_another_model_are_refused(home: Path) -> None:
    Store(home, "old/1").add(person("바"), [Portrait(unit(1))])
    with pytest.raises(ContractMismatch, match=r"'mine' was made with old/1.*gallery migrate"):
        Store(home, SFACE.contract).collections()


def test_a_gallery_that_could_not_be_opened_is_whole_when_it_can(own: Gallery, home: Path) -> None:
    old = Store(home, "old/1")
    old.add(person("바"), [Portrait(unit(1))])
    with pytest.raises(ContractMismatch):
        own.collections()
    old.delete("mine")
    old.close()
    assert len(own.nearest(unit(1), 5)) == 5
    assert own.person("Q76").collection == "starter"


def test_about_names_the_contract() -> None:
    about = json.loads((STARTER / "about.json").read_text())
    assert about["contract"] == SFACE.contract


def other_process(own: Gallery, home: Path) -> Gallery:
    """A second view of the same store, as another worker has one."""
    store = Store(home, SFACE.contract)
    return Gallery(store, starter.load(SFACE.contract), SFACE.dimension, home / "graphs")


def test_every_change_reaches_an_index_that_is_in_memory(own: Gallery, home: Path) -> None:
    other = other_process(own, home)
    first, second = person("가"), person("나")
    own.store.add(first, [Portrait(unit(1))])
    assert [n.person for n in other.nearest(unit(1), 9, "mine")] == [first]
    own.store.add(second, [Portrait(unit(2), image_id="x")])
    assert [n.person for n in other.nearest(unit(2), 9, "mine")] == [second, first]
    own.store.add_portraits(own.own_person(second.id), [Portrait(unit(3), image_id="y")])
    assert other.nearest(unit(3), 1, "mine")[0].cosine == pytest.approx(0.7, abs=0.06)
    own.store.change(replace(first, name=Text("다")))
    assert other.person(first.id).name.ko == "다"
    own.store.remove_portrait(own.own_person(second.id), own.portraits(second.id)[0].id)
    assert other.nearest(unit(3), 1, "mine")[0].cosine == pytest.approx(1, abs=1e-3)
    own.store.remove(second.id)
    assert [n.person.id for n in other.nearest(unit(3), 9, "mine")] == [first.id]
    own.store.delete("mine")
    with pytest.raises(CollectionNotFound):
        other.nearest(unit(1), 1, "mine")
    own.store.add(second, [Portrait(unit(5))])
    assert [n.person for n in other.nearest(unit(1), 9, "mine")] == [second]
    other.close()


def test_only_what_changed_is_read_again(
    own: Gallery, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = other_process(own, home)
    for number in range(5):
        own.store.add(person(f"가{number}"), [Portrait(unit(number))])
    assert len(other.nearest(unit(1), 9, "mine")) == 5
    read: list[object] = []
    people = StoredEmbeddings.people

    def watched(stored: StoredEmbeddings, ids: set[str] | None = None) -> Columns:
        read.append(ids)
        return people(stored, ids)

    monkeypatch.setattr(StoredEmbeddings, "people", watched)
    added = person("나")
    own.store.add(added, [Portrait(unit(9))])
    assert len(other.nearest(unit(1), 9, "mine")) == 6
    assert read == [{added.id}]
    other.close()


def test_whoever_slept_through_too_much_reads_everything(
    own: Gallery, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "_KEPT", 3)
    monkeypatch.setattr(changes, "_PRUNED_EVERY", 1)
    other = other_process(own, home)
    assert len(other.people("starter")) > 1_000
    for number in range(8):
        own.store.add(person(f"가{number}"), [Portrait(unit(number))])
    assert len(other.people("mine")) == 8
    assert other.nearest(unit(7), 1, "mine")[0].person.name.ko == "가7"
    other.close()


def test_faces_are_found_one_by_one(own: Gallery, home: Path) -> None:
    someone = person("가")
    own.store.add(someone, [Portrait(unit(1)), Portrait(unit(2))])
    first, second = own.portraits(someone.id)
    (hit,) = own.nearest_faces(unit(2), 1, "mine")
    assert hit.name == second.id
    assert hit.cosine == pytest.approx(1, abs=1e-3)
    assert own.face_vector(first.id, "mine").tolist() == pytest.approx(unit(1).tolist(), abs=1e-3)
    own.store.remove_portrait(own.own_person(someone.id), second.id)
    assert [hit.name for hit in own.nearest_faces(unit(2), 9, "mine")] == [first.id]
    with pytest.raises(NotFound, match="no face"):
        own.face_vector(second.id, "mine")
    (obama,) = own.portraits("Q76")
    assert own.nearest_faces(obama.vector, 1, "starter")[0].name == obama.id
    assert str(UUID(obama.id)) == obama.id


def test_a_filter_loses_nobody_it_should_keep(own: Gallery) -> None:
    for number in range(40):
        facts = {"gender": "female" if number % 4 else "male"}
        groups = ("ITZY",) if number % 10 == 3 else ()
        each = replace(person(f"가{number}", **facts), groups=groups)
        own.store.add(each, [Portrait(unit(number))])
    everyone = own.nearest(unit(0), 40, "mine")
    assert len(everyone) == 40
    for who in (Who("itzy"), Who(gender="male"), Who("ITZY", "female")):
        kept = [near.person for near in everyone if who.holds(near.person)]
        assert kept
        assert [near.person for near in own.nearest(unit(0), 40, "mine", who)] == kept
        assert [near.person for near in own.nearest(unit(0), 2, None, who)][:1] == kept[:1]
    assert own.nearest(unit(0), 5, "mine", Who("none")) == []


def test_who_is_looked_for() -> None:
    yuna = replace(person("유나", gender="female", country="KR"), fields=("music", "acting"))
    elvis = replace(person("엘비스", country="US", died="1977"), fields=("music",))
    unknown = person("누군가")
    for who, held in (
        (Who(origin="korean"), [yuna]),
        (Who(origin="international"), [elvis]),
        (Who(field="music"), [yuna, elvis]),
        (Who(field="acting", gender="female"), [yuna]),
        (Who(living=True), [yuna, unknown]),
        (Who(field="music", living=True), [yuna]),
        (EVERYONE, [yuna, elvis, unknown]),
    ):
        assert [each for each in (yuna, elvis, unknown) if who.holds(each)] == held


def means(own: Gallery, collection: str) -> dict[str, Floats]:
    """What people are searched by, one after the other: float16 of the mean of their portraits."""
    found = {}
    for each, portraits in own.everyone(collection):
        total = np.sum([portrait.vector for portrait in portraits], axis=0, keepdims=True)
        found[each.id] = vectors.unit(total)[0].astype(np.float16).astype(np.float32)
    return found


def test_everyone_is_found_in_the_order_of_a_slow_search(own: Gallery) -> None:
    for number in range(120):
        facts = {"gender": "female"} if number % 4 else {}
        portraits = [Portrait(unit(1_000 * number + each)) for each in range(1 + number % 3)]
        own.store.add(person(f"가{number}", **facts), portraits)
    known = means(own, "mine")
    female = {each.id for each in own.people("mine", who=Who(gender="female"))}
    assert (len(known), len(female)) == (120, 90)
    for probe in map(unit, range(7, 20)):
        cosines = {id: float(np.vecdot(vector, probe)) for id, vector in known.items()}
        right = sorted(cosines, key=lambda id: -cosines[id])
        found = own.nearest(probe, 120, "mine")
        assert [near.person.id for near in found] == right
        # Sums in another order move a cosine in its fifth digit, by what float16 rounds.
        right_cosines = [cosines[id] for id in right]
        assert [near.cosine for near in found] == pytest.approx(right_cosines, abs=5e-5)
        some = own.nearest(probe, 10, "mine", Who(gender="female"))
        assert [near.person.id for near in some] == [id for id in right if id in female][:10]


class Large:
    """A home with a collection that is large enough for a file, which is in `cache`."""

    def __init__(self, settings: Settings, home: Path) -> None:
        self.settings = replace(settings, home=home, cache=home / "cache")
        self.files = self.settings.cache / "indexes"
        gallery = self.opened()
        for number in range(60):
            self.add(gallery, f"U{number}", number)
        gallery.nearest(unit(7), 5, "mine")
        gallery.close()
        gallery = self.opened()
        gallery.nearest_faces(unit(7), 5, "mine")
        gallery.close()

    def opened(self) -> Gallery:
        return Gallery.open(self.settings, SFACE)

    def add(self, gallery: Gallery, id: str, number: int) -> None:
        gallery.store.add(Person(id, "mine", Text(ko=f"가{number}")), [Portrait(unit(number))])

    def kept(self, number: int) -> int:
        """How many files have the vector of a number."""
        one = unit(number)[np.newaxis]
        secrets = [each.astype(np.float16).tobytes() for each in (one, vectors.unit(one))]
        files = [each.read_bytes() for each in self.files.glob("*/*")]
        return sum(any(secret in data for secret in secrets) for data in files)


@pytest.fixture
def large(settings: Settings, home: Path, monkeypatch: pytest.MonkeyPatch) -> Large:
    monkeypatch.setattr("lookalike.gallery.index.vectors.SEALED_FROM", 50)
    return Large(settings, home)


def ids(own: Gallery, number: int, most: int = 5) -> list[str]:
    return [near.person.id for near in own.nearest(unit(number), most, "mine")]


def test_a_large_collection_is_opened_from_files_and_brought_up_to_date(
    large: Large, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert large.kept(7) == 2, "once for people, and once for faces"
    read: list[object] = []
    people = StoredEmbeddings.people

    def watched(stored: StoredEmbeddings, ids: set[str] | None = None) -> Columns:
        read.append(ids)
        return people(stored, ids)

    monkeypatch.setattr(StoredEmbeddings, "people", watched)
    changing = large.opened()
    changing.store.remove("U3")
    large.add(changing, "U99", 99)
    opened = large.opened()
    assert ids(opened, 7)[0] == "U7"
    assert ids(opened, 99)[0] == "U99"
    assert "U3" not in ids(opened, 3, 100)
    assert len(ids(opened, 3, 100)) == 60
    assert opened.nearest_faces(unit(3), 1, "mine")[0].cosine < 0.9
    assert read == [{"U3", "U99"}], "only what changed was read"
    assert large.kept(3) == 0
    changing.close()
    opened.close()


def test_who_is_taken_down_or_removed_is_in_no_file(large: Large) -> None:
    assert (large.kept(7), large.kept(8), large.kept(9)) == (2, 2, 2)
    own = large.opened()
    own.takedown("U7")
    assert large.kept(7) == 0, "at once, whatever was open"
    own.store.remove("U8")
    own.close()
    assert (large.kept(8), large.kept(9)) == (0, 2), "with the end of the process"
    again = large.opened()
    assert len(ids(again, 7, 100)) == 58
    again.store.delete("mine")
    assert [each.id for each in again.collections()] == ["starter"]
    assert large.kept(9) == 0
    again.close()


def test_files_of_another_history_are_not_searched(large: Large, home: Path) -> None:
    """A backup is put back, and as much changed again: the log is as long as it was."""
    backup = home / "backup"
    database = home / "lookalike.sqlite3"
    with closing(sqlite3.connect(database)) as one, closing(sqlite3.connect(backup)) as other:
        one.backup(other)
    for number in (100, 200):
        own = large.opened()
        for each in range(30):
            large.add(own, f"U{number + each}", number + each)
        assert ids(own, number)[0] == f"U{number}"
        own.close()
        for left in home.glob("lookalike.sqlite3*"):
            left.unlink()
        shutil.copy(backup, database)
    own = large.opened()
    for each in range(30):
        large.add(own, f"U{100 + each}", 300 + each)
    assert ids(own, 305)[0] == "U105"
    assert own.nearest(unit(105), 1, "mine")[0].cosine < 0.9
    assert len(ids(own, 1, 200)) == 90
    own.close()


def test_who_is_back_with_a_backup_is_found_though_a_file_has_lost_them(
    large: Large, home: Path
) -> None:
    backup = home / "backup"
    with closing(sqlite3.connect(home / "lookalike.sqlite3")) as one:
        one.execute("VACUUM INTO ?", [str(backup)])
    own = large.opened()
    assert ids(own, 7)[0] == "U7"
    own.store.remove("U7")
    assert "U7" not in ids(own, 7)
    own.close()
    assert large.kept(7) == 0
    for left in home.glob("lookalike.sqlite3*"):
        left.unlink()
    shutil.copy(backup, home / "lookalike.sqlite3")
    own = large.opened()
    assert ids(own, 7)[0] == "U7"
    own.close()


def test_people_are_listed_by_name_and_only_those_shown_are_read(
    own: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, name in enumerate(("다", "가", "나 100%", "라")):
        facts = {"gender": "female" if number % 2 else "male"}
        each = replace(person(name, **facts), groups=("ITZY",) if number else ())
        own.store.add(each, [Portrait(unit(number))])
    read: list[int] = []
    people = Store.people

    def watched(store: Store, collection: str, ids: list[str]) -> dict[str, Person]:
        read.append(len(ids))
        return people(store, collection, ids)

    monkeypatch.setattr(Store, "people", watched)
    listed = own.listed("mine")
    assert (len(listed), read) == (4, [])
    assert [each.name.ko for each in listed[1:3]] == ["나 100%", "다"]
    assert read == [2]
    assert [each.name.ko for each in own.people("mine", who=Who("itzy"))] == ["가", "나 100%", "라"]
    assert [each.name.ko for each in own.people("mine", "0%")] == ["나 100%"]
    assert len(own.listed("mine", "%")) == 1
    assert len(own.listed("mine", "가" * 60_000)) == 0
    assert own.facts("mine") == {
        Facts("male"): 1,
        Facts("male", ("ITZY",)): 1,
        Facts("female", ("ITZY",)): 2,
    }
